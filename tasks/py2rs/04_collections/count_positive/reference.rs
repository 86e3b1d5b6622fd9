/// How many changes are greater than zero.
pub fn count_positive(changes: &[i64]) -> i64 {
    changes.iter().filter(|&&change| change > 0).count() as i64
}
