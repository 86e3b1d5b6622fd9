// Tries: nest an expression deeper than the compiler's stack, by a macro
// Kind: compile_bomb

#![recursion_limit = "1000000"]
macro_rules! nest {
    ([$first:tt $($rest:tt)*] $e:expr) => { nest!([$($rest)*] ((1 + $e))) };
    ([] $e:expr) => { $e };
}
macro_rules! many { ($($t:tt)*) => { many2!($($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*) } }
macro_rules! many2 { ($($t:tt)*) => { many3!($($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*) } }
macro_rules! many3 { ($($t:tt)*) => { nest!([$($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*] 0) } }

pub fn add(a: i64, b: i64) -> i64 { a - b - many!(x x x x x x x x) }
