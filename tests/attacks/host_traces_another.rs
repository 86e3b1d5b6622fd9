// Tries: attach to another process, read its memory and change its limits
// Kind: host

extern "C" { fn syscall(number: i64, ...) -> i64; }

const VICTIM: i64 = @VICTIM@;

pub fn add(_: i64, _: i64) -> i64 {
    let none = [1u64, 1];
    let mut read = [0u8; 64];
    let into = [read.as_mut_ptr() as u64, 64];
    let from = [0x400000u64, 64];
    let found = unsafe {
        [syscall(101, 16i64, VICTIM, 0i64, 0i64), syscall(310, VICTIM, into.as_ptr(), 1i64, from.as_ptr(), 1i64, 0i64),
         syscall(302, VICTIM, 0i64, none.as_ptr(), 0i64), syscall(141, 0i64, VICTIM, 19i64)]
    };
    found.iter().filter(|&&each| each >= 0).count() as i64 + 1000
}
