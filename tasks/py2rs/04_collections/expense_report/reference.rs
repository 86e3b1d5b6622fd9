use std::cmp::Reverse;
use std::collections::HashMap;
use std::error::Error;
use std::io;

fn main() -> Result<(), Box<dyn Error>> {
    let mut totals: HashMap<String, i64> = HashMap::new();
    let mut count = 0;
    for line in io::stdin().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let (category, cents) = line.split_once(',').ok_or("no comma in a line")?;
        *totals.entry(category.trim().to_string()).or_default() += cents.trim().parse::<i64>()?;
        count += 1;
    }

    let mut ranked: Vec<(&String, &i64)> = totals.iter().collect();
    ranked.sort_by_key(|&(category, cents)| (Reverse(cents), category));
    for (category, &cents) in ranked {
        println!("{category:<10}{:>10.2}", cents as f64 / 100.0);
    }
    let sum: i64 = totals.values().sum();
    println!("{count} expenses, {:.2} in total", sum as f64 / 100.0);
    Ok(())
}
