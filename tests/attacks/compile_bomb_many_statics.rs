// Tries: put three hundred arrays of sixty megabytes into the program
// Kind: compile_bomb

macro_rules! fill { ($($name:ident)*) => { pub mod m { $(pub mod $name {
    pub static A: [u8; 60 << 20] = [1; 60 << 20]; pub static B: [u8; 60 << 20] = [2; 60 << 20];
    pub static C: [u8; 60 << 20] = [3; 60 << 20]; pub static D: [u8; 60 << 20] = [4; 60 << 20];
})* } } }
fill!(a b c d e f g h i j k l m n o p q r s t u v w x y z aa ab ac ad ae af ag ah ai aj ak al am an ao ap aq ar as_ at
    au av aw ax ay az ba bb bc bd be bf bg bh bi bj bk bl bm bn bo bp bq br bs bt bu bv bw bx by bz);

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
