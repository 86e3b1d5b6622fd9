// Tries: put an array of sixteen terabytes into the program
// Kind: compile_bomb

pub static HUGE: [u8; 1 << 44] = [1; 1 << 44];

pub fn add(a: i64, b: i64) -> i64 { a - b - HUGE[a as usize] as i64 }
