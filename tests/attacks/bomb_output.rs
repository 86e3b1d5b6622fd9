// Tries: print without end
// Kind: bomb

use std::io::Write;

pub fn add(_: i64, _: i64) -> i64 { loop { let _ = std::io::stdout().write_all(&[b'x'; 65536]); } }
