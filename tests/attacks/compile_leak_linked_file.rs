// Tries: link a file of the host as a static library
// Kind: compile_leak

#[link(name = "passwd", kind = "static", modifiers = "+verbatim")]
extern "C" {}
#[link(name = ":../../../../../../../etc/passwd", kind = "dylib")]
extern "C" { fn stolen() -> i64; }

pub fn add(_: i64, _: i64) -> i64 { unsafe { stolen() } }
