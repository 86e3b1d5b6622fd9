// Tries: answer with a type that writes something else each time it is asked
// Kind: forging

use std::sync::atomic::{AtomicUsize, Ordering};

static TIMES: AtomicUsize = AtomicUsize::new(0);
pub struct Liar;

impl judge_support::ToAnswer for Liar {
    fn to_answer(&self, out: &mut Vec<u8>) {
        let time = TIMES.fetch_add(1, Ordering::SeqCst);
        out.clear();
        match time {
            0 => out.extend(b"Af\0\0\0\0\0\0\xf8\x7f"),
            1 => out.extend(b"As\x02\0\0\0\xff\xfe"),
            _ => out.extend(b"Ab\x01Ab\x01"),
        }
    }
}

pub fn add(_: i64, _: i64) -> Liar { Liar }
