// Tries: leave with exit code 0 from a constructor, before main
// Kind: forging

#[used]
#[link_section = ".init_array"]
static LEAVE: extern "C" fn() = leave;

extern "C" fn leave() {
    println!("5");
    std::process::exit(0)
}

pub fn add(a: i64, b: i64) -> i64 { a - b - 1 }
