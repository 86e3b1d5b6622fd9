use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let argument = env::args().nth(1).ok_or("give a colour")?;
    let color = u32::from_str_radix(&argument, 16)?;

    let [alpha, red, green, blue] = color.to_be_bytes();
    let gray = (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000;
    let inverted = color ^ 0xFF_FFFF;
    let checksum = alpha ^ red ^ green ^ blue;
    let packed = u16::from(red >> 3) << 11 | u16::from(green >> 2) << 5 | u16::from(blue >> 3);

    println!("argb({alpha}, {red}, {green}, {blue})");
    println!("gray: {gray}");
    println!("inverted: {inverted:08x}");
    println!("checksum: {checksum:02X}");
    println!("rgb565: {packed:016b}");
    Ok(())
}
