// Tries: send a datagram to the host
// Kind: host

pub fn add(_: i64, _: i64) -> i64 {
    let Ok(socket) = std::net::UdpSocket::bind("0.0.0.0:0") else { return -1 };
    let _ = socket.send_to(b"sse-attack", "127.0.0.1:@UDP@");
    -2
}
