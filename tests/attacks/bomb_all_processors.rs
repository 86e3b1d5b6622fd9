// Tries: compute without end in as many threads as there are processors
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 {
    for _ in 0..16 { std::thread::spawn(|| loop { std::hint::spin_loop() }); }
    loop { std::hint::spin_loop() }
}
