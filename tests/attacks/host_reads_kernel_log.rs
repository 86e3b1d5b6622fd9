// Tries: answer with the content of /dev/kmsg
// Kind: host

pub fn add(_: i64, _: i64) -> String { std::fs::read("/dev/kmsg").map_or_else(|error| error.to_string(), |bytes| String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]).into_owned()) }
