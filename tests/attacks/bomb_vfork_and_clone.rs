// Tries: start processes by every other call that can
// Kind: bomb

extern "C" { fn syscall(number: i64, ...) -> i64; }

pub fn add(_: i64, _: i64) -> i64 {
    let arguments = [0u64, 0, 0, 0, 17, 0, 0, 0];
    let found = unsafe { [syscall(57), syscall(56, 17, 0, 0, 0, 0), syscall(435, arguments.as_ptr(), 64)] };
    if found.contains(&0) { loop { std::thread::park() } }
    found.iter().filter(|&&pid| pid > 0).count() as i64 + 1_000
}
