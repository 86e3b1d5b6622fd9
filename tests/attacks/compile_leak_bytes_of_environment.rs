// Tries: answer with the bytes of /proc/self/environ as they were when it was compiled
// Kind: compile_leak

pub fn add(_: i64, _: i64) -> String { String::from_utf8_lossy(include_bytes!("/proc/self/environ")).into_owned() }
