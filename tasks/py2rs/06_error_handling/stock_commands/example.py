"""Run stock commands from standard input; report bad ones and go on."""

import sys


def execute(stock: dict[str, int], line: str) -> str:
    """Run one command and return its report."""
    command, item, *rest = line.split()
    if command == "drop":
        return f"dropped {stock.pop(item)} {item}"
    (text,) = rest
    amount = int(text)
    if amount < 1:
        raise ValueError(f"bad amount {amount}")
    if command == "add":
        stock[item] = stock.get(item, 0) + amount
    elif command == "take":
        if amount > stock[item]:
            raise ArithmeticError(f"only {stock[item]} {item}, not {amount}")
        stock[item] -= amount
    else:
        raise ValueError(f"no command {command}")
    return f"{item} {stock[item]}"


def main() -> None:
    """Report every command, then the stock; exit with 2 where a command failed."""
    stock: dict[str, int] = {}
    failures = 0
    for number, line in enumerate(sys.stdin, start=1):
        try:
            print(execute(stock, line))
        except KeyError as error:
            print(f"line {number}: no item {error.args[0]}")
            failures += 1
        except ArithmeticError as error:
            print(f"line {number}: {error}")
            failures += 1
        except ValueError:
            print(f"line {number}: malformed")
            failures += 1
    print("stock:", ", ".join(f"{item}={stock[item]}" for item in sorted(stock)))
    if failures:
        sys.exit(2)


main()
