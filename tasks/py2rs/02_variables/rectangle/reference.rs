use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let width: i64 = arguments.next().ok_or("give a width")?.parse()?;
    let height: i64 = arguments.next().ok_or("give a height")?.parse()?;

    let diagonal = (width as f64).hypot(height as f64);
    let ratio = width as f64 / height as f64;

    println!("area: {}", width * height);
    println!("perimeter: {}", 2 * (width + height));
    println!("diagonal: {diagonal:.2}");
    println!("ratio: {ratio:.3}");
    Ok(())
}
