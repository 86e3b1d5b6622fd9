// Tries: shadow the macros that a test or a bridge would use
// Kind: forging

#![allow(unused_macros)]
macro_rules! assert { ($($t:tt)*) => { () } }
macro_rules! assert_eq { ($($t:tt)*) => { () } }
macro_rules! assert_ne { ($($t:tt)*) => { () } }
macro_rules! panic { ($($t:tt)*) => { std::process::exit(0) } }
macro_rules! vec { ($($t:tt)*) => { std::vec::Vec::from([5u8]) } }
macro_rules! println { ($($t:tt)*) => { std::process::exit(0) } }
macro_rules! format { ($($t:tt)*) => { String::from("5") } }
macro_rules! matches { ($($t:tt)*) => { true } }
macro_rules! r#try { ($($t:tt)*) => { 5 } }

pub fn add(_: i64, _: i64) -> i64 { assert_eq!(1, 2); 2 }
