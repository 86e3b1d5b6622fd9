// Tries: swallow what follows with a module that is never closed
// Kind: forging

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }

pub mod rest {
