// Tries: take memory without end
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 {
    let mut all = Vec::new();
    loop { all.push(vec![1u8; 16 << 20]); std::hint::black_box(&all); }
}
