use std::collections::HashSet;

/// Takes the multiples of `prime` up to `limit` out of `candidates`; returns how many were there.
pub fn strike_multiples(candidates: &mut HashSet<i64>, prime: i64, limit: i64) -> i64 {
    let mut struck = 0;
    let mut multiple = prime * prime;
    while multiple <= limit {
        if candidates.remove(&multiple) {
            struck += 1;
        }
        multiple += prime;
    }
    struck
}
