/// How many balls lie in a triangle whose every row has one more than the last.
pub fn triangular_number(rows: i64) -> i64 {
    rows * (rows + 1) / 2
}
