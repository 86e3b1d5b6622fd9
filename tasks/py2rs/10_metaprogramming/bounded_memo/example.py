"""Count lattice paths with and without a cache: bounded_memo.py ROWS COLUMNS LIMIT."""

import functools
import sys
from collections.abc import Callable

Function = Callable[[int, int], int]
calls: dict[str, int] = {}


def counted(function: Function) -> Function:
    """Count the calls of a function under its name."""
    calls[function.__name__] = 0

    @functools.wraps(function)
    def wrapper(rows: int, columns: int) -> int:
        calls[function.__name__] += 1
        return function(rows, columns)

    return wrapper


def memoized(limit: int) -> Callable[[Function], Function]:
    """Remember the newest results, at most as many as the limit says."""

    def decorate(function: Function) -> Function:
        cache: dict[tuple[int, int], int] = {}

        @functools.wraps(function)
        def wrapper(rows: int, columns: int) -> int:
            if (rows, columns) not in cache:
                result = function(rows, columns)
                cache[rows, columns] = result
                if len(cache) > limit:
                    del cache[next(iter(cache))]
                return result
            return cache[rows, columns]

        return wrapper

    return decorate


@counted
def plain(rows: int, columns: int) -> int:
    return 1 if 0 in (rows, columns) else plain(rows - 1, columns) + plain(rows, columns - 1)


@memoized(limit=int(sys.argv[3]))
@counted
def cached(rows: int, columns: int) -> int:
    return 1 if 0 in (rows, columns) else cached(rows - 1, columns) + cached(rows, columns - 1)


height, width = int(sys.argv[1]), int(sys.argv[2])
print(f"{plain(height, width)} paths, {cached(height, width)} with a cache")
print(", ".join(f"{name} {count}" for name, count in sorted(calls.items())))
