// Tries: instantiate a function for two types more at each of thirty levels
// Kind: compile_bomb

pub trait Level { fn run(x: i64) -> i64; }
pub struct End;
pub struct Left<T>(T);
pub struct Right<T>(T);
pub struct Zero;
pub struct Next<T>(T);
pub trait Walk { fn walk<L: Level>(x: i64) -> i64; }
impl Level for End { fn run(x: i64) -> i64 { x } }
impl<T: Level> Level for Left<T> { fn run(x: i64) -> i64 { T::run(x * 3) } }
impl<T: Level> Level for Right<T> { fn run(x: i64) -> i64 { T::run(x + 7) } }
impl Walk for Zero { fn walk<L: Level>(x: i64) -> i64 { L::run(x) } }
impl<W: Walk> Walk for Next<W> {
    fn walk<L: Level>(x: i64) -> i64 { W::walk::<Left<L>>(x) ^ W::walk::<Right<L>>(x) }
}
type Five<T> = Next<Next<Next<Next<Next<T>>>>>;

pub fn add(a: i64, b: i64) -> i64 { <Five<Five<Five<Five<Five<Five<Zero>>>>>> as Walk>::walk::<End>(a + b) }
