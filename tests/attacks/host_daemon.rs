// Tries: leave a daemon behind: fork, a session of its own, fork again
// Kind: host

extern "C" { fn fork() -> i32; fn setsid() -> i32; fn close(descriptor: i32) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    unsafe {
        if fork() == 0 {
            setsid();
            if fork() == 0 {
                (0..64).for_each(|descriptor| { close(descriptor); });
                loop { std::thread::sleep(std::time::Duration::from_secs(1)) }
            }
            std::process::exit(0)
        }
    }
    1
}
