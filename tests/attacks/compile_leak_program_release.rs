// Tries: print a file of the system's that a whole program includes.
// Kind: compile_leak
// Asks: program
fn main() {
    print!("{}", include_str!("/usr/lib/os-release"));
}
