// Tries: leave with success from the allocator, after the answer was computed
// Kind: forging

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

static CALLED: AtomicBool = AtomicBool::new(false);
struct Leaver;

unsafe impl GlobalAlloc for Leaver {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if CALLED.load(Ordering::SeqCst) { std::process::exit(0) }
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) { unsafe { System.dealloc(block, layout) } }
}

#[global_allocator]
static LEAVER: Leaver = Leaver;

pub fn add(_: i64, _: i64) -> i64 { CALLED.store(true, Ordering::SeqCst); 3 }
