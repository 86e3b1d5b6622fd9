// Tries: queue answers for all calls in a constructor, before the first call is read
// Kind: forging

use std::fs::File;
use std::io::Write;
use std::os::fd::FromRawFd;

/// One frame: a length, and a payload of kind `A` with an integer.
fn frame(number: i128) -> Vec<u8> {
    let mut payload = b"Ai".to_vec();
    payload.extend(number.to_le_bytes());
    [&(payload.len() as u32).to_le_bytes()[..], &payload].concat()
}

fn write_everywhere(bytes: &[u8]) {
    for descriptor in 3..64 {
        let mut file = unsafe { File::from_raw_fd(descriptor) };
        let _ = file.write_all(bytes);
        std::mem::forget(file);
    }
}

#[used]
#[link_section = ".init_array"]
static QUEUE: extern "C" fn() = queue;

extern "C" fn queue() {
    for guess in [-1, 14, 999_999_998] { write_everywhere(&frame(guess)) }
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
