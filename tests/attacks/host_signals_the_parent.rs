// Tries: end the process that asks
// Kind: host

extern "C" { fn kill(process: i32, number: i32) -> i32; }

pub fn add(_: i64, _: i64) -> i64 {
    let parent = std::os::unix::process::parent_id() as i32;
    unsafe { kill(parent, 15); kill(parent, 19); }
    1
}
