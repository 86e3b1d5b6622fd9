// Tries: put an array of three gigabytes into the program, to fill the disk
// Kind: compile_bomb

pub static LARGE: [u8; 3 << 30] = [1; 3 << 30];

pub fn add(a: i64, b: i64) -> i64 { a - b - LARGE[a as usize] as i64 }
