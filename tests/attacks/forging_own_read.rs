// Tries: define the C library's read, so that every call looks the same
// Kind: forging

#[no_mangle]
pub unsafe extern "C" fn read(_: i32, bytes: *mut u8, count: usize) -> isize {
    unsafe { std::ptr::write_bytes(bytes, b'n', count) };
    count as isize
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
