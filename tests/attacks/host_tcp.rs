// Tries: connect to a server on the host
// Kind: host

use std::io::Write;

pub fn add(_: i64, _: i64) -> i64 {
    match std::net::TcpStream::connect("127.0.0.1:@TCP@") { Ok(mut stream) => { let _ = stream.write_all(b"sse-attack"); 5 } Err(_) => -1 }
}
