// Tries: name the crate like the driver's own library
// Kind: forging

#![crate_name = "judge_support"]

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
