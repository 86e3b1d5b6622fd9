// Tries: overwrite the machine code of the driver to return at once
// Kind: forging

extern "C" { fn mprotect(start: *mut u8, length: usize, rights: i32) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    let page = (std::process::exit as fn(i32) -> ! as usize & !0xfff) as *mut u8;
    unsafe {
        if mprotect(page, 4096, 7) == 0 { std::ptr::write_bytes(page, 0xc3, 4096) }
    }
    std::process::exit(0)
}
