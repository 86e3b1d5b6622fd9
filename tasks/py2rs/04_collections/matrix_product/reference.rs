/// Multiply two matrices, kept as rows; the width of `left` is the height of `right`.
pub fn matrix_product(left: &[Vec<i64>], right: &[Vec<i64>]) -> Vec<Vec<i64>> {
    let width = right.first().map_or(0, Vec::len);
    left.iter()
        .map(|row| (0..width).map(|column| dot(row, right, column)).collect())
        .collect()
}

fn dot(row: &[i64], right: &[Vec<i64>], column: usize) -> i64 {
    row.iter()
        .zip(right)
        .map(|(x, other)| x * other[column])
        .sum()
}
