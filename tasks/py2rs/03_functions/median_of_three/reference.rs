/// The number that is neither the least nor the greatest.
pub fn median_of_three(a: i64, b: i64, c: i64) -> i64 {
    a.max(b).min(a.min(b).max(c))
}
