// Tries: take arguments of a type that sees them as the judge sent them
// Kind: forging

pub struct Spy(String);

impl judge_support::FromCase for Spy {
    fn from_case(value: &judge_support::Value) -> Result<Self, judge_support::Mismatch> {
        Ok(Spy(format!("{value:?}")))
    }
}

pub fn add(a: Spy, b: Spy) -> String { format!("{} + {}", a.0, b.0) }
