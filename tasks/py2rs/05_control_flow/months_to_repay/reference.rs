const LONGEST: i64 = 600;

/// Count the monthly payments, up to 50 years; `None` if they do not even cover the interest.
pub fn months_to_repay(balance: f64, annual_percent: f64, payment: f64) -> Option<i64> {
    let mut remaining = balance;
    let mut months = 0;
    while remaining > 0.0 && months < LONGEST {
        let interest = remaining * annual_percent / 1200.0;
        if payment <= interest {
            return None;
        }
        remaining += interest - payment;
        months += 1;
    }
    Some(months)
}
