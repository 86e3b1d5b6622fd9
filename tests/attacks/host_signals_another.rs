// Tries: end another process of the user by every call that sends signals
// Kind: host

extern "C" { fn syscall(number: i64, ...) -> i64; }

const VICTIM: i64 = @VICTIM@;

pub fn add(_: i64, _: i64) -> i64 {
    let information = [9u32; 32];
    unsafe {
        syscall(62, VICTIM, 9i64);
        syscall(200, VICTIM, 9i64);
        syscall(234, VICTIM, VICTIM, 9i64);
        syscall(129, VICTIM, 15i64, information.as_ptr());
        let descriptor = syscall(434, VICTIM, 0i64);
        syscall(424, descriptor, 9i64, 0i64, 0i64);
    }
    1
}
