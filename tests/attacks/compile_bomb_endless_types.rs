// Tries: instantiate a function for types without end
// Kind: compile_bomb

fn deeper<T: std::fmt::Debug>(depth: i64, value: T) -> i64 {
    if depth == 0 { format!("{value:?}").len() as i64 } else { deeper(depth - 1, (value, 1u8)) }
}

pub fn add(a: i64, b: i64) -> i64 { deeper(a, b) }
