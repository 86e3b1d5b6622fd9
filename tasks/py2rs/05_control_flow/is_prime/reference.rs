/// Whether a number has no divisor but 1 and itself.
pub fn is_prime(number: i64) -> bool {
    // Of two divisors that multiply to the number, one is at most its root.
    number >= 2 && (2..=number.isqrt()).all(|divisor| number % divisor != 0)
}
