// Tries: have the compiler say an environment variable and a text in an error
// Kind: compile_leak

compile_error!(concat!(env!("PATH"), include_str!("/etc/passwd")));

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
