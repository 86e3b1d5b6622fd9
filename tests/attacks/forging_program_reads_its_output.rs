// Tries: read the file that its output goes to, in search of what is expected
// Asks: program
// Kind: forging

use std::io::{Read, Seek};
use std::os::fd::FromRawFd;

fn main() {
    for descriptor in 0..16 {
        let mut file = unsafe { std::fs::File::from_raw_fd(descriptor) };
        let mut text = String::new();
        let _ = file.rewind();
        let _ = file.read_to_string(&mut text);
        print!("{text}");
        std::mem::forget(file);
    }
}
