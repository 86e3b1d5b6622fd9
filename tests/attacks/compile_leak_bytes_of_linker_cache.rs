// Tries: answer with the bytes of /etc/ld.so.cache as they were when it was compiled
// Kind: compile_leak

pub fn add(_: i64, _: i64) -> String { String::from_utf8_lossy(include_bytes!("/etc/ld.so.cache")).into_owned() }
