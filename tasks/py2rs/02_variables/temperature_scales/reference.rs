use std::error::Error;
use std::io;

fn main() -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let celsius: f64 = line.trim().parse()?;

    let kelvin = celsius + 273.15;
    let fahrenheit = celsius * 9.0 / 5.0 + 32.0;
    let rankine = kelvin * 9.0 / 5.0;
    let delisle = (100.0 - celsius) * 3.0 / 2.0;

    println!("{celsius:.2} C");
    println!("{kelvin:.2} K");
    println!("{fahrenheit:.2} F");
    println!("{rankine:.2} R");
    println!("{delisle:.2} De");
    Ok(())
}
