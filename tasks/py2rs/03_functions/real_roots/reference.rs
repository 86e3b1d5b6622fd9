/// Solve a x^2 + b x + c = 0, the smaller root first; `None` if it is not quadratic or has no
/// real root.
pub fn real_roots(a: f64, b: f64, c: f64) -> Option<(f64, f64)> {
    let discriminant = b * b - 4.0 * a * c;
    if a == 0.0 || discriminant < 0.0 {
        return None;
    }
    let root = discriminant.sqrt();
    let first = (-b - root) / (2.0 * a);
    let second = (-b + root) / (2.0 * a);
    Some((first.min(second), first.max(second)))
}
