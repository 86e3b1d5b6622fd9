use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let key = arguments.next().ok_or("give a key")?;
    let value = arguments.next().ok_or("give a value")?;
    println!("{{");
    println!("  \"{key}\": \"{value}\",");
    println!("  \"nested\": {{\"{key}_copy\": [\"{value}\", \"{value}\"]}}");
    println!("}}");
    Ok(())
}
