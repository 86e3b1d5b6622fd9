"""A pool of worker threads measures Collatz sequences: collatz_pool.py WORKERS N..."""

import queue
import sys
import threading


def collatz(start: int) -> tuple[int, int]:
    """Return the number of steps from start to 1 and the highest value on the way."""
    value = highest = start
    steps = 0
    while value != 1:
        value = 3 * value + 1 if value % 2 else value // 2
        highest = max(highest, value)
        steps += 1
    return steps, highest


def work(jobs: "queue.Queue[int | None]", results: "queue.Queue[tuple[int, int, int]]") -> None:
    """Take jobs until a None comes."""
    while (start := jobs.get()) is not None:
        results.put((start, *collatz(start)))


def main() -> None:
    """Hand out the numbers and print the results in order of their steps."""
    workers = int(sys.argv[1])
    jobs: queue.Queue[int | None] = queue.Queue()
    results: queue.Queue[tuple[int, int, int]] = queue.Queue()
    threads = [threading.Thread(target=work, args=(jobs, results)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for text in sys.argv[2:]:
        jobs.put(int(text))
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    rows = [results.get() for _ in range(results.qsize())]
    for start, steps, highest in sorted(rows, key=lambda row: (-row[1], row[0])):
        print(f"{start:>5} {steps:>4} {highest}")
    print(f"{sum(steps for _, steps, _ in rows)} steps by {len(threads)} workers")


main()
