// Tries: listen for connections and stay
// Kind: host

pub fn add(_: i64, _: i64) -> i64 {
    match std::net::TcpListener::bind("127.0.0.1:@LISTEN@") { Ok(listener) => { let _ = listener.accept(); 5 } Err(_) => -1 }
}
