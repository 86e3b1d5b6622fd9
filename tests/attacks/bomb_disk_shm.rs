// Tries: fill the disk at /dev/shm
// Kind: bomb

use std::io::Write;

pub fn add(_: i64, _: i64) -> i64 {
    for number in 0..64 {
        if let Ok(mut file) = std::fs::File::create(format!("/dev/shm/sse-attack-{number}")) { let _ = file.write_all(&[0; 1 << 16]); }
    }
    1
}
