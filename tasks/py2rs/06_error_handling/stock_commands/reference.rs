use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;

type Stock = BTreeMap<String, i64>;

enum Failure {
    Malformed,
    NoItem(String),
    TooFew {
        item: String,
        have: i64,
        wanted: i64,
    },
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Malformed => write!(f, "malformed"),
            Failure::NoItem(item) => write!(f, "no item {item}"),
            Failure::TooFew { item, have, wanted } => {
                write!(f, "only {have} {item}, not {wanted}")
            }
        }
    }
}

fn execute(stock: &mut Stock, line: &str) -> Result<String, Failure> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["drop", item, ..] => match stock.remove(item) {
            Some(count) => Ok(format!("dropped {count} {item}")),
            None => Err(Failure::NoItem(item.to_string())),
        },
        [command, item, amount] => {
            let amount = amount
                .parse()
                .ok()
                .filter(|&amount: &i64| amount >= 1)
                .ok_or(Failure::Malformed)?;
            let count = match command {
                "add" => add(stock, item, amount),
                "take" => take(stock, item, amount)?,
                _ => return Err(Failure::Malformed),
            };
            Ok(format!("{item} {count}"))
        }
        _ => Err(Failure::Malformed),
    }
}

fn add(stock: &mut Stock, item: &str, amount: i64) -> i64 {
    let count = stock.entry(item.to_string()).or_insert(0);
    *count += amount;
    *count
}

fn take(stock: &mut Stock, item: &str, wanted: i64) -> Result<i64, Failure> {
    let count = stock
        .get_mut(item)
        .ok_or_else(|| Failure::NoItem(item.to_string()))?;
    if wanted > *count {
        return Err(Failure::TooFew {
            item: item.to_string(),
            have: *count,
            wanted,
        });
    }
    *count -= wanted;
    Ok(*count)
}

fn main() -> ExitCode {
    let mut stock = Stock::new();
    let mut failed = false;
    for (index, line) in io::stdin().lines().map_while(Result::ok).enumerate() {
        match execute(&mut stock, &line) {
            Ok(report) => println!("{report}"),
            Err(failure) => {
                println!("line {}: {failure}", index + 1);
                failed = true;
            }
        }
    }
    let entries: Vec<String> = stock
        .iter()
        .map(|(item, count)| format!("{item}={count}"))
        .collect();
    println!("stock: {}", entries.join(", "));
    ExitCode::from(if failed { 2 } else { 0 })
}
