"""A stack machine: reads words from standard input and runs them one by one."""

import operator
import sys

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.floordiv,
    "%": operator.mod,
}
NEEDED = {"print": 1, "dup": 1, "drop": 1, "swap": 2}


def main() -> int:
    """Run the program; the exit code is 1 for a fault, after a message."""
    stack: list[int] = []
    for word in sys.stdin.read().split():
        if len(stack) < (2 if word in OPERATORS else NEEDED.get(word, 0)):
            print(f"error: too few numbers for {word}")
            return 1
        match word:
            case "print":
                print(stack[-1])
            case "dup":
                stack.append(stack[-1])
            case "drop":
                stack.pop()
            case "swap":
                stack[-2], stack[-1] = stack[-1], stack[-2]
            case _ if word in OPERATORS:
                right = stack.pop()
                left = stack.pop()
                if word in "/%" and right == 0:
                    print("error: division by zero")
                    return 1
                stack.append(OPERATORS[word](left, right))
            case _ if word.isascii() and word.removeprefix("-").isdigit():
                stack.append(int(word))
            case _:
                print(f"error: unknown word {word}")
                return 1
    print("stack:", *stack)
    return 0


sys.exit(main())
