// Tries: do without the implicit prelude
// Kind: forging

#![no_implicit_prelude]

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
