/// Returns the value of a postfix expression with `+ - * // %` and `neg`.
pub fn evaluate(tokens: &[String]) -> Result<i64, String> {
    let mut stack = Vec::new();
    for token in tokens {
        let value = match token.as_str() {
            "neg" => pop(&mut stack, token)?.checked_neg(),
            "+" | "-" | "*" | "//" | "%" => {
                let right = pop(&mut stack, token)?;
                let left = pop(&mut stack, token)?;
                apply(token, left, right)
            }
            number => number.parse().ok(),
        };
        stack.push(value.ok_or_else(|| format!("{token} has no value here"))?);
    }
    match stack.as_slice() {
        [value] => Ok(*value),
        values => Err(format!("expected one value, got {}", values.len())),
    }
}

fn pop(stack: &mut Vec<i64>, token: &str) -> Result<i64, String> {
    stack
        .pop()
        .ok_or_else(|| format!("not enough operands for {token}"))
}

/// Division and remainder round towards negative infinity; `None` is overflow or a zero divisor.
fn apply(operator: &str, left: i64, right: i64) -> Option<i64> {
    let differs_in_sign = |remainder: i64| remainder.signum() == -right.signum();
    match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "//" => {
            let quotient = left.checked_div(right)?;
            Some(quotient - i64::from(differs_in_sign(left % right)))
        }
        _ => {
            let remainder = left.checked_rem(right)?;
            Some(remainder + if differs_in_sign(remainder) { right } else { 0 })
        }
    }
}
