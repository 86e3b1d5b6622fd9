/// The lower and the upper half of a 32-bit integer in a little-endian machine.
#[derive(Clone, Copy)]
#[repr(C)]
struct Halves {
    low: u16,
    high: i16,
}

#[repr(C)]
union State {
    whole: i32,
    halves: Halves,
}

/// Returns a hash of the text; only the lowest 32 bits of the seed count.
pub fn signed_hash(text: &str, seed: i64) -> i64 {
    let whole = text.bytes().fold(seed as i32, |whole, byte| {
        whole.wrapping_mul(33) ^ i32::from(byte)
    });
    let state = State { whole };
    // SAFETY: both fields have four bytes, and every pattern of bits is valid in both.
    let Halves { low, high } = unsafe { state.halves };
    let low = if high < 0 { low.wrapping_sub(1) } else { low };
    i64::from(low) + i64::from(high)
}
