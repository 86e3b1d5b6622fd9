use std::error::Error;
use std::io;

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = io::stdin().lines();
    let title_line = lines.next().ok_or("the title is missing")??;
    let author_line = lines.next().ok_or("the author is missing")??;
    let title = title_line.trim();

    let length = title.chars().count();
    let letters = length - title.matches(' ').count();
    let slug = title.to_lowercase().replace(' ', "-").replace('\'', "");

    println!("{}", title.to_uppercase());
    println!("{}", "=".repeat(length));
    println!("by {}", author_line.trim());
    println!("file: {slug}.md");
    println!("{letters} of {length} characters are not blanks");
    Ok(())
}
