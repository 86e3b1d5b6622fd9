// Tries: name a type whose size doubles with each of sixty steps
// Kind: compile_bomb

type A<T> = (T, T);
type B<T> = A<A<A<A<A<A<T>>>>>>;
type C<T> = B<B<B<B<B<T>>>>>;

pub fn add(a: i64, b: i64) -> i64 { a - b - std::mem::size_of::<C<C<u8>>>() as i64 }
