/// Return A to F for a score of up to 100 points.
pub fn letter_grade(score: i64) -> String {
    let letter = match score {
        90.. => "A",
        80.. => "B",
        65.. => "C",
        50.. => "D",
        _ => "F",
    };
    letter.to_string()
}
