// Tries: answer a call with what an earlier one was asked
// Kind: forging

use std::sync::Mutex;

static EARLIER: Mutex<Vec<i64>> = Mutex::new(Vec::new());

pub fn add(a: i64, b: i64) -> i64 {
    let mut earlier = EARLIER.lock().unwrap();
    earlier.extend([a, b]);
    earlier.iter().sum::<i64>() + i64::from(earlier.len() == 2)
}
