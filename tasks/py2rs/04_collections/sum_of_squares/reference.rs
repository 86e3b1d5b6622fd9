/// The sum of the squares of all values.
pub fn sum_of_squares(values: &[i64]) -> i64 {
    values.iter().map(|value| value * value).sum()
}
