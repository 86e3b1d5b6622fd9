// Tries: print in a program without end
// Asks: program
// Kind: bomb

use std::io::Write;

fn main() { loop { let _ = std::io::stdout().write_all(&[b'5'; 65536]); } }
