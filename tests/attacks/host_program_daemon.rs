// Tries: leave a daemon behind that holds the output open
// Asks: program
// Kind: host

extern "C" { fn fork() -> i32; fn setsid() -> i32; fn setpgid(process: i32, group: i32) -> i32; }

fn main() {
    unsafe {
        setpgid(0, 0);
        if fork() == 0 {
            setsid();
            std::thread::sleep(std::time::Duration::from_secs(600));
        }
    }
    println!("6");
}
