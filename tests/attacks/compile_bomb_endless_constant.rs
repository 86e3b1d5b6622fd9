// Tries: evaluate a constant that never ends
// Kind: compile_bomb

#![allow(long_running_const_eval)]
pub const FOREVER: u64 = { let mut n = 0u64; loop { n = n.wrapping_add(1); if n == u64::MAX { break n } } };

pub fn add(a: i64, b: i64) -> i64 { a - b - FOREVER as i64 }
