use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().ok_or("give a name")?;
    let role = arguments.next().ok_or("give a role")?;
    println!("+----------------------+");
    println!("|      MY NAME IS      |");
    println!("|{name:^22}|");
    println!("|{role:*^22}|");
    println!("+----------------------+");
    Ok(())
}
