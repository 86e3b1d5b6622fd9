// Tries: define memcmp and bcmp, so that everything is equal to everything
// Kind: forging

#[no_mangle]
pub unsafe extern "C" fn bcmp(_: *const u8, _: *const u8, _: usize) -> i32 { 0 }

#[no_mangle]
pub unsafe extern "C" fn memcmp(_: *const u8, _: *const u8, _: usize) -> i32 { 0 }

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
