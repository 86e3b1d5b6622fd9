const LONGEST_MONTHS: i64 = 600;

/// Count the monthly payments; `None` if they never repay the loan, or not in 50 years.
pub fn months_to_repay(balance: f64, annual_percent: f64, payment: f64) -> Option<i64> {
    let mut remaining = balance;
    let mut months = 0;
    while remaining > 0.0 {
        let interest = remaining * annual_percent / 1200.0;
        if payment <= interest || months == LONGEST_MONTHS {
            return None;
        }
        remaining += interest - payment;
        months += 1;
    }
    Some(months)
}
