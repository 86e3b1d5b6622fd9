// Tries: put standard output, and a loop of its own pipe, in the place of the judge's pipes
// Kind: forging

extern "C" {
    fn dup2(old: i32, new: i32) -> i32;
    fn pipe(ends: *mut i32) -> i32;
}

pub fn add(a: i64, b: i64) -> i64 {
    let mut ends = [0; 2];
    unsafe {
        pipe(ends.as_mut_ptr());
        for descriptor in 3..32 { dup2(ends[(descriptor % 2) as usize], descriptor); }
    }
    a * b
}
