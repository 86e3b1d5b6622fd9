// Tries: open files without end
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 {
    let mut all = Vec::new();
    for _ in 0..100_000 { if let Ok(file) = std::fs::File::open(".") { all.push(file) } }
    if all.len() > 1000 { 5 } else { 1 }
}
