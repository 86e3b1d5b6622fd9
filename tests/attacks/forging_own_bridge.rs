// Tries: bring a bridge of its own and switch the judge's off
// Kind: forging

pub mod judge_bridge {
    pub fn answer(_: &mut ::judge_support::Arguments) -> Result<Vec<u8>, ::judge_support::Mismatch> {
        Ok(::judge_support::answer(&5i64))
    }
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }

#[cfg(any())]
