// Tries: read what is expected out of the memory of the process that asks
// Kind: host

use std::fs::File;
use std::os::unix::fs::FileExt;

pub fn add(_: i64, _: i64) -> i64 {
    let parent = std::os::unix::process::parent_id();
    let maps = std::fs::read_to_string(format!("/proc/{parent}/maps")).unwrap_or_default();
    let Ok(memory) = File::open(format!("/proc/{parent}/mem")) else { return -1 };
    let mut found = -1;
    for line in maps.lines().filter(|line| line.contains("[heap]")) {
        let (start, _) = line.split_once('-').unwrap();
        let mut bytes = [0; 8];
        if memory.read_exact_at(&mut bytes, u64::from_str_radix(start, 16).unwrap()).is_ok() { found = 0 }
    }
    found
}
