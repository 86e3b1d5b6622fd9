use std::collections::HashMap;

/// The letters of the word, in order and without case.
fn key(word: &str) -> String {
    let mut letters: Vec<char> = word.to_lowercase().chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

/// Map the sorted letters to their words, where there are at least two of them.
pub fn anagram_groups(words: &[String]) -> std::collections::HashMap<String, Vec<String>> {
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for word in words {
        groups.entry(key(word)).or_default().push(word.clone());
    }
    groups.retain(|_, group| group.len() > 1);
    groups
}
