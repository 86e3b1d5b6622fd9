/// Merge intervals that are at most `gap` apart; empty or reversed ones are skipped.
pub fn merge_intervals(intervals: &[(i64, i64)], gap: i64) -> Vec<(i64, i64)> {
    let mut sorted: Vec<(i64, i64)> = intervals
        .iter()
        .copied()
        .filter(|(start, end)| start < end)
        .collect();
    sorted.sort_unstable();

    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (start, end) in sorted {
        match merged.last_mut() {
            Some((_, last)) if start - *last <= gap => *last = end.max(*last),
            _ => merged.push((start, end)),
        }
    }
    merged
}
