/// Where the first fault is: a wrong closing bracket, else the innermost bracket that is never
/// closed; -1 if all is well. Positions count characters, not bytes.
pub fn bracket_fault(text: &str) -> i64 {
    let mut pending: Vec<(i64, char)> = Vec::new();
    for (position, character) in (0..).zip(text.chars()) {
        match character {
            '(' => pending.push((position, ')')),
            '[' => pending.push((position, ']')),
            '{' => pending.push((position, '}')),
            ')' | ']' | '}' => match pending.pop() {
                Some((_, expected)) if expected == character => {}
                _ => return position,
            },
            _ => {}
        }
    }
    pending.last().map_or(-1, |&(position, _)| position)
}
