"""Numbers go through a pipeline of threads: staged_pipeline.py STAGE... < numbers.

A stage is +N (add), xN (multiply), /N (keep multiples of N) or d (difference from the last one).
"""

import sys
import threading
from collections.abc import Iterator
from queue import Queue

Numbers = Queue[int | None]


def received(numbers: Numbers) -> Iterator[int]:
    """Yield the numbers of a queue up to its end mark."""
    while (number := numbers.get()) is not None:
        yield number


def stage(action: str, source: Numbers, target: Numbers) -> None:
    """Apply one action to all numbers and pass on the end mark."""
    kind, operand = action[0], int(action[1:] or 0)
    before = 0
    for number in received(source):
        if kind == "+":
            target.put(number + operand)
        elif kind == "x":
            target.put(number * operand)
        elif kind == "d":
            target.put(number - before)
            before = number
        elif number % operand == 0:
            target.put(number)
    target.put(None)


def main() -> None:
    """Build the pipeline, feed it, and print what comes out."""
    first = last = Numbers()
    for action in sys.argv[1:]:
        source, last = last, Numbers()
        threading.Thread(target=stage, args=(action, source, last)).start()
    for word in sys.stdin.read().split():
        first.put(int(word))
    first.put(None)
    results = list(received(last))
    print(*results, sep=" ")
    print(f"{len(results)} numbers, last {results[-1] if results else 'none'}")


main()
