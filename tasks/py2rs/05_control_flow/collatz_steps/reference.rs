/// How many steps lead from a positive number down to 1.
pub fn collatz_steps(start: i64) -> i64 {
    let mut value = start;
    let mut steps = 0;
    while value != 1 {
        value = if value % 2 == 0 {
            value / 2
        } else {
            3 * value + 1
        };
        steps += 1;
    }
    steps
}
