// Tries: answer with the bytes of /proc/1/cmdline as they were when it was compiled
// Kind: compile_leak

pub fn add(_: i64, _: i64) -> String { String::from_utf8_lossy(include_bytes!("/proc/1/cmdline")).into_owned() }
