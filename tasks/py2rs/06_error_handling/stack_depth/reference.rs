/// Returns how deep the stack gets.
///
/// # Panics
/// Where an empty stack is popped.
pub fn deepest(operations: &[String]) -> i64 {
    let mut depth: i64 = 0;
    let mut most = 0;
    for operation in operations {
        depth += if operation == "push" { 1 } else { -1 };
        assert!(depth >= 0, "pop of an empty stack");
        most = most.max(depth);
    }
    most
}
