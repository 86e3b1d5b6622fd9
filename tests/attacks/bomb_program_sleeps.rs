// Tries: sleep in a program
// Asks: program
// Kind: bomb

fn main() { std::thread::sleep(std::time::Duration::from_secs(86_400)) }
