// Tries: shadow Result, Ok, Vec and Option in the crate's root
// Kind: forging

#![allow(dead_code)]
pub enum Result<T, E> { Ok(T), Err(E) }
pub use Result::{Err, Ok};
pub struct Vec<T>(T);
pub struct Option<T>(T);
pub mod std {}
pub mod core {}

pub fn add(a: i64, b: i64) -> i64 { a * b + 1 }
