// Tries: switch the whole crate off
// Kind: forging

#![cfg(any())]

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
