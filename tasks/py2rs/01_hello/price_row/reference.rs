use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let item = arguments.next().ok_or("give an item")?;
    let price = arguments.next().ok_or("give a price")?;
    let unit = arguments.next().ok_or("give a unit")?;
    println!("{:<14}{:>9}  Unit", "Item", "Price");
    println!("-----------------------------");
    println!("{item:<14}{price:>9}  {unit}");
    println!("{item:.<14}{price:.>9}  per {unit}");
    Ok(())
}
