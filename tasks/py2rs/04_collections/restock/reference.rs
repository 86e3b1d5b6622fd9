use std::collections::HashMap;

/// Adds a delivery to the stock and returns the names of all items, sorted.
pub fn restock(stock: &mut HashMap<String, i64>, item: &str, amount: i64) -> Vec<String> {
    *stock.entry(item.to_string()).or_insert(0) += amount;
    let mut names: Vec<String> = stock.keys().cloned().collect();
    names.sort();
    names
}
