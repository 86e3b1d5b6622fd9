// Tries: name a file of the host as a module's source
// Kind: compile_leak

#[path = "@CANARY@"]
mod stolen;
#[path = "/etc/passwd"]
mod users;

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
