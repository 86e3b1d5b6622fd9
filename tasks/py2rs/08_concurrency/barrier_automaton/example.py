"""A cellular automaton whose cells are threads: barrier_automaton.py RULE STEPS CELLS.

All cells read their neighbours, wait for each other, write, and wait again.
"""

import sys
import threading

Row = list[int]


def live(cell: int, row: Row, rule: int, steps: int, barrier: threading.Barrier) -> None:
    """Run one cell of the ring for some generations."""
    for _ in range(steps):
        left, right = row[cell - 1], row[(cell + 1) % len(row)]
        pattern = 4 * left + 2 * row[cell] + right
        barrier.wait()
        row[cell] = rule >> pattern & 1
        barrier.wait()


def show(row: Row) -> str:
    """Draw the row."""
    return "".join("#" if cell else "." for cell in row)


def main() -> int:
    """Run the automaton and print its first and its last row."""
    rule, steps = int(sys.argv[1]), int(sys.argv[2])
    if not 0 <= rule <= 255:
        print(f"no rule {rule}")
        return 2
    row = [int(char == "#") for char in sys.argv[3]]
    print(show(row))
    barrier = threading.Barrier(len(row))
    threads = [
        threading.Thread(target=live, args=(cell, row, rule, steps, barrier))
        for cell in range(len(row))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(show(row))
    print(f"{sum(row)} of {len(row)} alive after {steps} steps")
    return 0


sys.exit(main())
