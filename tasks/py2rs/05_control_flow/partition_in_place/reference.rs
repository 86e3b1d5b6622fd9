/// Moves what is smaller than `pivot` to the front and returns how many values that are.
pub fn partition(values: &mut Vec<i64>, pivot: i64) -> i64 {
    let mut boundary = 0;
    for index in 0..values.len() {
        if values[index] < pivot {
            values.swap(boundary, index);
            boundary += 1;
        }
    }
    boundary as i64
}
