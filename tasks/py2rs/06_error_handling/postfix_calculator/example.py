"""A calculator for postfix notation."""


def evaluate(tokens: list[str]) -> int:
    """Return the value of a postfix expression with + - * // % and neg."""
    stack: list[int] = []
    for token in tokens:
        try:
            if token == "neg":
                stack.append(-stack.pop())
                continue
            if token not in ("+", "-", "*", "//", "%"):
                stack.append(int(token))
                continue
            right, left = stack.pop(), stack.pop()
        except IndexError:
            raise ValueError(f"not enough operands for {token}") from None
        match token:
            case "+":
                stack.append(left + right)
            case "-":
                stack.append(left - right)
            case "*":
                stack.append(left * right)
            case "//":
                stack.append(left // right)
            case _:
                stack.append(left % right)
    if len(stack) != 1:
        raise ValueError(f"expected one value, got {len(stack)}")
    return stack.pop()
