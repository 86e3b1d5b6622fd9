// Tries: pass an argument of five hundred terabytes
// Kind: compile_bomb

#[repr(align(536870912))]
#[derive(Clone, Copy)]
pub struct Far(u8);
pub fn far<const N: usize>(x: [Far; N]) -> [Far; N] { x }

pub fn add(a: i64, b: i64) -> i64 { a - b - far([Far(1); 1 << 20]).len() as i64 }
