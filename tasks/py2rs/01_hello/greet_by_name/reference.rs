use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::args().nth(1).ok_or("give a name")?;
    println!("Hello, {name}!");
    println!("Welcome to Rust.");
    Ok(())
}
