// Tries: raise its own limits and compute on
// Kind: bomb

extern "C" {
    fn setrlimit(resource: i32, limit: *const [u64; 2]) -> i32;
    fn prlimit64(process: i32, resource: i32, new: *const [u64; 2], old: *mut [u64; 2]) -> i32;
}

pub fn add(_: i64, _: i64) -> i64 {
    for resource in 0..16 {
        unsafe {
            setrlimit(resource, &[u64::MAX; 2]);
            prlimit64(0, resource, &[u64::MAX; 2], std::ptr::null_mut());
        }
    }
    let block = vec![1u8; 3 << 30];
    i64::from(block[block.len() / 2])
}
