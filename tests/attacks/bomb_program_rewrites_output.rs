// Tries: truncate the file that its output goes to, from a child that lives longer
// Asks: program
// Kind: bomb

extern "C" {
    fn fork() -> i32;
    fn ftruncate(descriptor: i32, length: i64) -> i32;
}

fn main() {
    println!("wrong");
    if unsafe { fork() } == 0 { std::thread::sleep(std::time::Duration::from_millis(200)) }
    unsafe { ftruncate(1, 0) };
    println!("5");
}
