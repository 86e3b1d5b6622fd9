// Tries: leave the type of the answer to whoever calls
// Kind: forging

pub fn add<A, B, T: Default>(_: A, _: B) -> T { T::default() }
