// Tries: define the C library's write, to put forged answers in place of the real ones
// Kind: forging

use std::arch::asm;

#[no_mangle]
pub unsafe extern "C" fn write(descriptor: i32, bytes: *const u8, count: usize) -> isize {
    let forged = *b"\x12\0\0\0Ai\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let (start, length) = if descriptor > 2 { (forged.as_ptr(), forged.len()) } else { (bytes, count) };
    let _ = (start, length);
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!("syscall", inout("rax") 1usize => _, in("rdi") descriptor as usize, in("rsi") start,
            in("rdx") length, out("rcx") _, out("r11") _);
    }
    count as isize
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
