// Tries: turn the crate into a program and into a macro
// Kind: forging

#![crate_type = "bin"]
#![crate_type = "proc-macro"]

pub fn main() {}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
