/// Returns the index of the withdrawal that makes the balance negative, `None` if there is none.
pub fn first_overdraft(balance: i64, withdrawals: &[i64]) -> Option<i64> {
    let mut left = balance;
    for (index, amount) in withdrawals.iter().enumerate() {
        left -= amount;
        if left < 0 {
            return Some(index as i64);
        }
    }
    None
}
