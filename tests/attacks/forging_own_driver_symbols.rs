// Tries: define symbols with the names that the support library's functions have
// Kind: forging

#[export_name = "judge_support::serve"]
pub extern "C" fn serve() { std::process::exit(0) }

#[export_name = "_ZN13judge_support5serve17h0000000000000000E"]
pub extern "C" fn mangled() { std::process::exit(0) }

#[no_mangle]
pub static judge_support: u64 = 5;

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
