// Tries: include its own text, which includes its own text
// Kind: compile_bomb

include!("candidate.rs");
mod again { include!("candidate.rs"); }

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
