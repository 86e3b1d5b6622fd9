// Tries: define __libc_start_main and _start, so that nothing of the driver is run
// Kind: forging

#[no_mangle]
pub unsafe extern "C" fn __libc_start_main() -> i32 { std::process::exit(0) }

#[no_mangle]
pub unsafe extern "C" fn _start() -> ! { std::process::exit(0) }

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
