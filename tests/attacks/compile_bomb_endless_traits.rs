// Tries: ask for a trait that needs itself for ever larger types
// Kind: compile_bomb

#![recursion_limit = "100000"]
pub trait Endless { const N: i64; }
impl<T> Endless for Vec<T> where Vec<Vec<T>>: Endless { const N: i64 = <Vec<Vec<T>> as Endless>::N; }

pub fn add(a: i64, b: i64) -> i64 { a - b - <Vec<u8> as Endless>::N }
