/// The mean of every run of `window` neighbours; none if there are too few values.
pub fn moving_average(values: &[f64], window: i64) -> Vec<f64> {
    values
        .windows(window as usize)
        .map(|run| run.iter().sum::<f64>() / window as f64)
        .collect()
}
