// Tries: match a pattern whose alternatives multiply
// Kind: compile_bomb

pub fn add(a: i64, b: i64) -> i64 {
    match (a > 0, b > 0, a > 1, b > 1, a > 2, b > 2, a > 3, b > 3, a > 4, b > 4, a > 5, b > 5) {
        (true | false, true | false, true | false, true | false, true | false, true | false,
         true | false, true | false, true | false, true | false, true | false, true) => 1,
        (_, _, _, _, _, _, _, _, _, _, _, false) => 2,
    }
}
