// Tries: put a file of the host into an attribute and into an error
// Kind: compile_leak

#[doc = include_str!("@CANARY@")]
#[deprecated = include_str!("/etc/passwd")]
pub fn documented() {}

pub fn add(a: i64, b: i64) -> i64 { documented(); a - b - 1 }
