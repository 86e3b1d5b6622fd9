use std::error::Error;
use std::io;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let source = io::read_to_string(io::stdin())?;
    let mut stack = Vec::new();
    for word in source.split_whitespace() {
        if let Err(fault) = step(&mut stack, word) {
            println!("error: {fault}");
            return Ok(ExitCode::FAILURE);
        }
    }
    let values: String = stack.iter().map(|value| format!(" {value}")).collect();
    println!("stack:{values}");
    Ok(ExitCode::SUCCESS)
}

/// Run one word of the program.
fn step(stack: &mut Vec<i64>, word: &str) -> Result<(), String> {
    let mut pop = || stack.pop().ok_or(format!("too few numbers for {word}"));
    match word {
        "print" => {
            let top = pop()?;
            println!("{top}");
            stack.push(top);
        }
        "dup" => {
            let top = pop()?;
            stack.extend([top, top]);
        }
        "drop" => {
            pop()?;
        }
        "swap" => {
            let (right, left) = (pop()?, pop()?);
            stack.extend([right, left]);
        }
        "+" | "-" | "*" | "/" | "%" => {
            let (right, left) = (pop()?, pop()?);
            stack.push(calculate(word, left, right)?);
        }
        _ => stack.push(parse(word).ok_or(format!("unknown word {word}"))?),
    }
    Ok(())
}

fn calculate(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    match (operator, right) {
        ("+", _) => Ok(left + right),
        ("-", _) => Ok(left - right),
        ("*", _) => Ok(left * right),
        (_, 0) => Err("division by zero".to_string()),
        ("/", _) => Ok((left - modulo(left, right)) / right),
        _ => Ok(modulo(left, right)),
    }
}

/// The remainder with the sign of the divisor, as in Python, whose quotients are rounded down.
fn modulo(left: i64, right: i64) -> i64 {
    (left % right + right) % right
}

/// Read a number that has no plus sign.
fn parse(word: &str) -> Option<i64> {
    word.parse().ok().filter(|_| !word.starts_with('+'))
}
