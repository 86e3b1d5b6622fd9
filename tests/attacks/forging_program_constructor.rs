// Tries: print a constant from a constructor and leave before main
// Asks: program
// Kind: forging

#[used]
#[link_section = ".init_array"]
static LEAVE: extern "C" fn() = leave;

extern "C" fn leave() {
    println!("5");
    std::process::exit(0)
}

fn main() { println!("7") }
