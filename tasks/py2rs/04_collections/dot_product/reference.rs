/// The sum of the products of the entries at the same place.
pub fn dot_product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}
