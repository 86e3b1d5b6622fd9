/// Return `base ** exponent % modulus` for a positive modulus, never negative.
pub fn power_mod(base: i64, exponent: i64, modulus: i64) -> i64 {
    let mut result = 1 % modulus;
    let mut square = base.rem_euclid(modulus);
    let mut remaining = exponent;
    while remaining > 0 {
        if remaining % 2 == 1 {
            result = result * square % modulus;
        }
        square = square * square % modulus;
        remaining /= 2;
    }
    result
}
