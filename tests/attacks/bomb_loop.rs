// Tries: compute without end
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 { loop { std::hint::spin_loop() } }
