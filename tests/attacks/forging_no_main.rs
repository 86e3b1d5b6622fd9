// Tries: declare that there is no main
// Kind: forging

#![no_main]

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
