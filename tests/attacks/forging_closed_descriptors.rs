// Tries: close every descriptor and leave with success
// Kind: forging

extern "C" { fn close(descriptor: i32) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    (0..64).for_each(|descriptor| unsafe { close(descriptor); });
    std::process::exit(0)
}
