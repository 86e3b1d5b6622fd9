// Tries: use parts of the kernel that are known for their faults
// Kind: host

extern "C" { fn syscall(number: i64, ...) -> i64; }

pub fn add(_: i64, _: i64) -> i64 {
    let zeros = [0u8; 256];
    let zero = zeros.as_ptr();
    let found = unsafe {
        [syscall(321, 0i64, zero, 64i64), syscall(323, 0i64), syscall(425, 4i64, zero), syscall(298, zero, 0i64, -1i64, -1i64, 0i64),
         syscall(250, 0i64, -3i64, 0i64), syscall(248, zero, zero, zero, 1i64, -3i64), syscall(272, 0x1000_0000i64)]
    };
    found.iter().filter(|&&each| each >= 0).count() as i64 + 1000
}
