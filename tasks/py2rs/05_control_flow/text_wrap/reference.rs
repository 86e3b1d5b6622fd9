use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(width) = parse_width(&arguments) else {
        println!("usage: wrap WIDTH");
        return Ok(ExitCode::from(2));
    };
    for line in io::stdin().lines() {
        for row in wrap(&line?, width) {
            println!("{row:<width$}|");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The width, if it is the only argument and consists of digits.
fn parse_width(arguments: &[String]) -> Option<usize> {
    match arguments {
        [width] if !width.starts_with('+') => width.parse().ok(),
        _ => None,
    }
}

/// Put as many words in each row as fit; a word that is too long gets its own row.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut words = line.split_whitespace();
    let mut row = words.next().unwrap_or_default().to_string();
    let mut rows = Vec::new();
    for word in words {
        if row.chars().count() + 1 + word.chars().count() <= width {
            row.push(' ');
            row.push_str(word);
        } else {
            rows.push(row);
            row = word.to_string();
        }
    }
    rows.push(row);
    rows
}
