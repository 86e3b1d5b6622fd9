// Tries: have the assembler include a file of the host as source, so that the error shows its lines
// Kind: compile_leak

std::arch::global_asm!(".include \"@CANARY@\"", ".include \"/etc/passwd\"");

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
