// Tries: allocate in a constant until the compiler's memory is gone
// Kind: compile_bomb

#![allow(long_running_const_eval)]
const fn grow<const N: usize>() -> [u64; N] { let mut all = [0; N]; let mut at = 0; while at < N { all[at] = at as u64; at += 1 } all }
pub static ALL: [u64; 1 << 30] = grow();

pub fn add(a: i64, b: i64) -> i64 { a - b - ALL[b as usize & 7] as i64 }
