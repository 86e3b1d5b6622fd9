// Tries: give its own crate the support library's name
// Kind: forging

extern crate self as judge_support;

pub struct Arguments;
pub struct Mismatch;
pub fn answer<T>(_: &T) -> Vec<u8> { b"Ai\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec() }

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
