// Tries: recurse without end
// Kind: bomb

pub fn add(a: i64, b: i64) -> i64 { if a == i64::MAX { b } else { add(a.wrapping_add(1), b).wrapping_add(std::hint::black_box(1)) } }
