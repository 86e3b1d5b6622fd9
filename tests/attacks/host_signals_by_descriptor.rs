// Tries: have the kernel end another process when a descriptor becomes ready
// Kind: host

use std::io::Write;
use std::os::fd::AsRawFd;

extern "C" { fn fcntl(descriptor: i32, command: i32, argument: i32) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    let (reader, mut writer) = std::io::pipe().unwrap();
    unsafe {
        fcntl(reader.as_raw_fd(), 10, 9);
        fcntl(reader.as_raw_fd(), 8, @VICTIM@);
        fcntl(reader.as_raw_fd(), 4, 0o20000);
    }
    let _ = writer.write(b"x");
    1
}
