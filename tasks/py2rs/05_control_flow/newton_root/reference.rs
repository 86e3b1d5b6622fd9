/// Returns the square root of a positive number, right to about one part in a million.
pub fn newton_root(number: f64) -> f64 {
    number.sqrt()
}
