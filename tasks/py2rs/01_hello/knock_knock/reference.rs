use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let guest = arguments.next().ok_or("give the guest")?;
    let punch_line = arguments.next().ok_or("give the punch line")?;
    println!("Knock, knock.");
    println!("Who's there?");
    println!("{guest}.");
    println!("{guest} who?");
    println!("{guest} {punch_line}!");
    println!("Ha-ha-ha");
    Ok(())
}
