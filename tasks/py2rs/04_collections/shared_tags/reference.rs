use std::collections::{HashMap, HashSet};

/// The tags that occur in at least `minimum` articles, however often in each.
pub fn shared_tags(articles: &[Vec<String>], minimum: i64) -> std::collections::HashSet<String> {
    let mut counts: HashMap<&String, i64> = HashMap::new();
    for article in articles {
        let distinct: HashSet<&String> = article.iter().collect();
        for tag in distinct {
            *counts.entry(tag).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|&(_, count)| count >= minimum)
        .map(|(tag, _)| tag.clone())
        .collect()
}
