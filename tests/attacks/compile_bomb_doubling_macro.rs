// Tries: double a macro's input thirty-two times
// Kind: compile_bomb

macro_rules! double {
    ([$first:tt $($rest:tt)*] $($t:tt)*) => { double!([$($rest)*] $($t)* $($t)*); };
    ([] $($t:tt)*) => { const _: &str = stringify!($($t)*); };
}
double!([0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] x);

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
