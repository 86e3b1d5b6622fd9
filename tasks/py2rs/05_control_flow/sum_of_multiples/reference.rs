/// The sum of the multiples of `factor` from `first` to `last`, both included.
pub fn sum_of_multiples(factor: i64, first: i64, last: i64) -> i64 {
    (first..=last).filter(|number| number % factor == 0).sum()
}
