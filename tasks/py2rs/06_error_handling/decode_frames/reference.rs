/// Returns the messages in `data`: frames of a length byte, UTF-8 text and a checksum byte.
pub fn decode_frames(data: &[i64]) -> Result<Vec<String>, String> {
    let raw = data
        .iter()
        .map(|&value| u8::try_from(value).map_err(|_| format!("{value} is not a byte")))
        .collect::<Result<Vec<u8>, String>>()?;
    let mut rest = raw.as_slice();
    let mut messages = Vec::new();
    while let Some((&length, body)) = rest.split_first() {
        let (text, tail) = body
            .split_at_checked(usize::from(length))
            .ok_or("a frame is cut off")?;
        let (&checksum, next) = tail.split_first().ok_or("a checksum is missing")?;
        let sum = text.iter().fold(length, |sum, &b| sum.wrapping_add(b));
        if sum != checksum {
            return Err(format!("wrong checksum {checksum}"));
        }
        let message = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        messages.push(message.to_string());
        rest = next;
    }
    Ok(messages)
}
