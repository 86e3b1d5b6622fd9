// Tries: evaluate a constant that never ends, for any type that asks
// Kind: compile_bomb

pub struct Endless<T>(T);
impl<T> Endless<T> { pub const N: i64 = { let mut n = 0i64; while n >= 0 { n = (n + 1) % 1000 } n }; }

pub fn add(a: i64, b: i64) -> i64 { a - b - Endless::<i64>::N }
