// Tries: answer that the arguments do not fit, hoping that this is no case
// Kind: forging

pub struct Never;

impl judge_support::FromCase for Never {
    fn from_case(_: &judge_support::Value) -> Result<Self, judge_support::Mismatch> {
        Err(judge_support::Mismatch("passed".into()))
    }
}

pub fn add(_: Never, _: Never) -> i64 { 5 }
