"""Feed measurements to coroutines: primed_coroutines.py WINDOW < numbers."""

import sys
from collections.abc import Callable, Generator
from enum import Enum, auto
from functools import wraps
from typing import Any


class Trend(Enum):
    """Where the measurements are going."""

    FALLING = auto()
    STEADY = auto()
    RISING = auto()


def primed(make: Callable[..., Any]) -> Callable[..., Any]:
    """Advance a new coroutine to its first yield."""

    @wraps(make)
    def start(*args: int) -> Any:
        coroutine = make(*args)
        next(coroutine)
        return coroutine

    return start


@primed
def averages(window: int) -> Generator[float, int, None]:
    """Answer with the mean of the newest measurements."""
    recent = [(yield 0.0)]
    while True:
        recent.append((yield sum(recent) / len(recent)))
        del recent[:-window]


@primed
def trends() -> Generator[Trend, int, None]:
    """Answer with the direction from the measurement before."""
    before = yield Trend.STEADY
    trend = Trend.STEADY
    while True:
        now = yield trend
        trend = Trend(2 + (now > before) - (now < before))
        before = now


average, direction = averages(int(sys.argv[1])), trends()
counts = dict.fromkeys(Trend, 0)
for number in map(int, sys.stdin.read().split()):
    current = direction.send(number)
    counts[current] += 1
    print(f"{number:>4} {average.send(number):8.2f} {current.name.lower()}")
print(", ".join(f"{trend.name.lower()} {count}" for trend, count in counts.items()))
