// Tries: read the next calls from the judge's pipe and send them back as answers
// Kind: forging

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;

pub fn add(_: i64, _: i64) -> i64 {
    for source in 3..16 {
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut file = unsafe { File::from_raw_fd(source) };
            while let Ok(count) = file.read(&mut bytes) {
                if count == 0 { return }
                for sink in 3..16 {
                    let mut answers = unsafe { File::from_raw_fd(sink) };
                    let _ = answers.write_all(&bytes[..count]);
                    std::mem::forget(answers);
                }
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_millis(50));
    8
}
