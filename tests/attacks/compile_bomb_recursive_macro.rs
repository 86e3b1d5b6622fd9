// Tries: expand a macro that calls itself, with the recursion limit raised
// Kind: compile_bomb

#![recursion_limit = "1000000"]
macro_rules! grow { ($($t:tt)*) => { grow!($($t)* x); } }
grow!(x);

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
