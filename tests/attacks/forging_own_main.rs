// Tries: define main itself, so that the driver is never run
// Kind: forging

#[no_mangle]
pub extern "C" fn main(_: i32, _: *const *const u8) -> i32 {
    println!("5");
    0
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
