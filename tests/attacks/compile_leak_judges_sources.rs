// Tries: answer with the sources of the judge's own library
// Kind: compile_leak

pub fn add(_: i64, _: i64) -> String { include_str!(concat!(file!(), "/../support.rs")).into() }
