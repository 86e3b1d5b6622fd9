// Tries: define memcpy, so that copied answers change on their way
// Kind: forging

#[no_mangle]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    for at in 0..count { unsafe { to.add(at).write_volatile(if count == 16 { 5 } else { from.add(at).read_volatile() }) } }
    to
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
