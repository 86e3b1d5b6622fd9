/// Move every letter from A to Z by `shift` places, backwards for a negative shift.
pub fn caesar_shift(text: &str, shift: i64) -> String {
    text.chars()
        .map(|character| match character {
            'a'..='z' => rotate(character, b'a', shift),
            'A'..='Z' => rotate(character, b'A', shift),
            other => other,
        })
        .collect()
}

/// Rotate an ASCII letter within the alphabet that starts at `first`.
fn rotate(letter: char, first: u8, shift: i64) -> char {
    let place = i64::from(letter as u8 - first) + shift;
    char::from(first + place.rem_euclid(26) as u8)
}
