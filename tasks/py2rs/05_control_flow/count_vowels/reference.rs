/// How many of the letters are a, e, i, o or u in lower case.
pub fn count_vowels(text: &str) -> i64 {
    text.chars()
        .filter(|&letter| "aeiou".contains(letter))
        .count() as i64
}
