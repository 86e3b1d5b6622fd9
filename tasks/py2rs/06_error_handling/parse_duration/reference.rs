/// Returns the seconds in a duration such as `1h30m15s`; units go from the largest to the smallest.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let mut total = 0;
    let mut digits = String::new();
    let mut previous = None;
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let size = unit_seconds(c).ok_or_else(|| format!("unknown unit {c:?}"))?;
        let count: i64 = digits
            .parse()
            .map_err(|error| format!("before {c:?}: {error}"))?;
        if previous.is_some_and(|larger| size >= larger) {
            return Err(format!("unit {c:?} is out of order"));
        }
        total += count * size;
        digits.clear();
        previous = Some(size);
    }
    if !digits.is_empty() || previous.is_none() {
        return Err("a unit is missing".to_string());
    }
    Ok(total)
}

fn unit_seconds(unit: char) -> Option<i64> {
    match unit {
        'd' => Some(86_400),
        'h' => Some(3_600),
        'm' => Some(60),
        's' => Some(1),
        _ => None,
    }
}
