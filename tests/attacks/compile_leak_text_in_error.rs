// Tries: have the compiler say the text of a file in an error
// Kind: compile_leak

compile_error!(include_str!("@CANARY@"));

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
