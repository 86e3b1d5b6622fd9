use std::cmp::Reverse;

/// The best players, best first; equal scores are in the order of the names.
pub fn top_scores(names: &[String], scores: &[i64], count: i64) -> Vec<(String, i64)> {
    let mut ranked: Vec<(&String, i64)> = names.iter().zip(scores.iter().copied()).collect();
    ranked.sort_by_key(|&(name, score)| (Reverse(score), name));
    ranked
        .into_iter()
        .take(count.max(0) as usize)
        .map(|(name, score)| (name.clone(), score))
        .collect()
}
