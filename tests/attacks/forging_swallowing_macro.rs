// Tries: swallow what follows with a macro that ignores its input
// Kind: forging

macro_rules! ignore { ($($t:tt)*) => { pub mod judge_bridge { pub fn answer() -> i64 { 5 } } } }

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }

ignore! {
