"""Sum up expenses by category: lines such as "food,1250" (cents) on standard input."""

import sys


def main() -> None:
    """Print one line for every category, the dearest first, and a summary."""
    rows = [line.split(",") for line in sys.stdin.read().splitlines() if line.strip()]
    amounts = [(row[0].strip(), int(row[1])) for row in rows]
    totals = {
        category: sum(cents for name, cents in amounts if name == category)
        for category, _ in amounts
    }
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    report = [f"{category:<10}{cents / 100:>10.2f}" for category, cents in ranked]
    summary = f"{len(amounts)} expenses, {sum(totals.values()) / 100:.2f} in total"
    print("\n".join([*report, summary]))


main()
