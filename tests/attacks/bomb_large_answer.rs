// Tries: answer with a value of hundreds of megabytes
// Kind: bomb

pub fn add(_: i64, _: i64) -> Vec<u8> { vec![7; 100 << 20] }
