use std::error::Error;
use std::io;

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = io::stdin().lines();
    let words = lines.next().ok_or("the words are missing")??;
    let author = lines.next().ok_or("the author is missing")??;
    println!("\"{words}\"");
    println!("\t-- {author}");
    println!();
    println!("({author} said: '{words}')");
    Ok(())
}
