/// Sorts the values in place, smallest first.
pub fn insertion_sort(values: &mut Vec<f64>) {
    for end in 1..values.len() {
        let value = values[end];
        let mut place = end;
        while place > 0 && values[place - 1] > value {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
    }
}
