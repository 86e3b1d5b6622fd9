use std::collections::HashMap;

/// Map every prime factor to its exponent; numbers below 2 have none.
pub fn prime_factors(number: i64) -> std::collections::HashMap<i64, i64> {
    let mut factors = HashMap::new();
    let mut remaining = number;
    let mut factor = 2;
    while factor * factor <= remaining {
        while remaining % factor == 0 {
            *factors.entry(factor).or_insert(0) += 1;
            remaining /= factor;
        }
        factor += 1;
    }
    if remaining > 1 {
        *factors.entry(remaining).or_insert(0) += 1;
    }
    factors
}
