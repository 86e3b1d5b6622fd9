// Tries: swallow what follows with a comment that is never closed
// Kind: forging

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }

/* /* */
