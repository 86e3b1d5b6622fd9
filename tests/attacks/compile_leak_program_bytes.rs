// Tries: print a file of the host as it was when it was compiled
// Asks: program
// Kind: compile_leak

fn main() { print!("{}", include_str!("@CANARY@")) }
