// Tries: bring a bridge of its own beside the judge's
// Kind: forging

pub mod judge_bridge {
    pub fn answer(_: &mut ::judge_support::Arguments) -> Result<Vec<u8>, ::judge_support::Mismatch> {
        Ok(b"passed".to_vec())
    }
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
