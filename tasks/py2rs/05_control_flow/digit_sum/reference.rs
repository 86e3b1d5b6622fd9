/// The sum of the decimal digits of a number that is not negative.
pub fn digit_sum(number: i64) -> i64 {
    let mut rest = number;
    let mut total = 0;
    while rest > 0 {
        total += rest % 10;
        rest /= 10;
    }
    total
}
