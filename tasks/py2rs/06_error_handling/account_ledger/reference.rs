const FEE: i64 = 2;

/// Applies all entries; returns the final balance and how many entries ended below zero.
pub fn settle(balance: i64, limit: i64, entries: &[(String, i64)]) -> Result<(i64, i64), String> {
    let mut balance = balance;
    let mut below = 0;
    for (number, (kind, amount)) in entries.iter().enumerate() {
        if *amount <= 0 {
            return Err(format!(
                "entry {number}: amount must be positive, not {amount}"
            ));
        }
        balance = match kind.as_str() {
            "deposit" => balance + amount,
            "withdraw" => after_withdrawal(balance, *amount),
            _ => return Err(format!("entry {number}: unknown kind {kind}")),
        };
        if balance < -limit {
            return Err(format!("entry {number}: the limit is exceeded"));
        }
        if balance < 0 {
            below += 1;
        }
    }
    Ok((balance, below))
}

fn after_withdrawal(balance: i64, amount: i64) -> i64 {
    let rest = balance - amount;
    if rest < 0 {
        rest - FEE
    } else {
        rest
    }
}
