/// The greatest common divisor, with either sign.
fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 {
        a
    } else {
        gcd(b, a % b)
    }
}

/// The least common multiple; of 0 and 0 it is 0.
pub fn lcm(a: i64, b: i64) -> i64 {
    match gcd(a, b) {
        0 => 0,
        // Dividing first keeps the product as small as it can be.
        divisor => (a / divisor * b).abs(),
    }
}
