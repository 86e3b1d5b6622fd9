/// Classify a triangle by its three sides.
pub fn triangle_kind(a: i64, b: i64, c: i64) -> String {
    let longest = a.max(b).max(c);
    let kind = if 2 * longest >= a + b + c {
        "impossible"
    } else if a == b && b == c {
        "equilateral"
    } else if a == b || b == c || a == c {
        "isosceles"
    } else {
        "scalene"
    };
    kind.to_string()
}
