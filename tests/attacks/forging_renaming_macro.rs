// Tries: rename the function that is called with a macro of its name
// Kind: forging

#[allow(unused_macros)]
macro_rules! add { ($($t:tt)*) => { 5i64 } }
#[allow(unused_macros)]
macro_rules! answer { ($($t:tt)*) => { 5i64 } }

pub fn r#add(a: i64, b: i64) -> i64 { add!(a, b) - a + b }
