// Tries: stop itself
// Kind: bomb

extern "C" { fn raise(number: i32) -> i32; fn kill(process: i32, number: i32) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    unsafe { raise(19); kill(std::process::id() as i32, 19); }
    loop { std::thread::park() }
}
