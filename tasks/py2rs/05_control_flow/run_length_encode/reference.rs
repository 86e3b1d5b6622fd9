/// Every run of equal characters with its length, in order.
pub fn run_length_encode(text: &str) -> Vec<(String, i64)> {
    let mut runs: Vec<(char, i64)> = Vec::new();
    for character in text.chars() {
        match runs.last_mut() {
            Some((last, length)) if *last == character => *length += 1,
            _ => runs.push((character, 1)),
        }
    }
    runs.into_iter()
        .map(|(character, length)| (character.to_string(), length))
        .collect()
}
