// Tries: sleep for a day
// Kind: bomb

pub fn add(_: i64, _: i64) -> i64 { std::thread::sleep(std::time::Duration::from_secs(86_400)); 1 }
