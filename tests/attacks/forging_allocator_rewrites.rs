// Tries: allocate with an allocator that fills every block with a forged answer
// Kind: forging

use std::alloc::{GlobalAlloc, Layout, System};

struct Forger;

unsafe impl GlobalAlloc for Forger {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() && layout.size() >= 18 {
            unsafe { std::ptr::copy_nonoverlapping(b"Ai\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".as_ptr(), block, 18) }
        }
        block
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static FORGER: Forger = Forger;

pub fn add(_: i64, _: i64) -> i64 { 1 }
