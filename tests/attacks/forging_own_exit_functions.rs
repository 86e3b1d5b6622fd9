// Tries: define exit, abort and _exit, so that every end is a success
// Kind: forging

#[no_mangle]
pub unsafe extern "C" fn abort() -> ! { loop {} }

#[no_mangle]
pub unsafe extern "C" fn exit(_: i32) -> ! { loop {} }

pub fn add(_: i64, _: i64) -> i64 { std::process::abort() }
