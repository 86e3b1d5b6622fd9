// Tries: send half an answer and live on
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

pub fn add(_: i64, _: i64) -> i64 {
    let _ = frame;
    write_everywhere(&frame(5)[..9]);
    loop { std::thread::sleep(std::time::Duration::from_secs(1)) }
}
