/// The area of a simple polygon, negative if clockwise, and the length of its closed outline.
pub fn polygon_size(points: &[(f64, f64)]) -> (f64, f64) {
    let mut doubled = 0.0;
    let mut outline = 0.0;
    for (&(x1, y1), &(x2, y2)) in points.iter().zip(points.iter().cycle().skip(1)) {
        doubled += x1 * y2 - x2 * y1;
        outline += (x2 - x1).hypot(y2 - y1);
    }
    (doubled / 2.0, outline)
}
