/// The even values in their order.
pub fn even_values(values: &[i64]) -> Vec<i64> {
    values
        .iter()
        .copied()
        .filter(|value| value % 2 == 0)
        .collect()
}
