// Tries: connect to a Unix socket of the host, and send to it from a pair
// Kind: host

extern "C" {
    fn socketpair(domain: i32, kind: i32, protocol: i32, ends: *mut i32) -> i32;
    fn sendto(socket: i32, bytes: *const u8, count: usize, flags: i32, address: *const u8, length: u32) -> isize;
}

pub fn add(_: i64, _: i64) -> i64 {
    let mut address = vec![1u8, 0];
    address.extend(b"@UNIX@\0");
    let mut ends = [0; 2];
    unsafe {
        socketpair(1, 2, 0, ends.as_mut_ptr());
        sendto(ends[0], b"sse-attack".as_ptr(), 10, 0, address.as_ptr(), address.len() as u32);
    }
    if let Ok(socket) = std::os::unix::net::UnixDatagram::unbound() { let _ = socket.send_to(b"sse-attack", "@UNIX@"); }
    -2
}
