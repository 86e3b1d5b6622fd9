// Tries: do without the standard library
// Kind: forging

#![no_std]

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
