// Tries: answer with a type that is equal to everything
// Kind: forging

pub struct Any;

impl<T> PartialEq<T> for Any { fn eq(&self, _: &T) -> bool { true } }

impl judge_support::ToAnswer for Any {
    fn to_answer(&self, out: &mut Vec<u8>) { out.push(b'n') }
}

pub fn add(_: i64, _: i64) -> Any { Any }
