"""A corpus as large as one asks for: small distinct Python functions and inputs for them.

SYNTHETIC: seven shapes of function, each with constants of its own for every example. What they
answer is not written here; the corpus step runs them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

Shape = Callable[[str, random.Random], tuple[str, list[list[object]]]]


def write_corpus(path: Path, examples: int) -> None:
    """Write `examples` entries as JSON lines; the first ones of two sizes are the same."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(entry)}\n" for entry in entries(examples))


def entries(examples: int) -> Iterator[dict[str, object]]:
    """Yield each entry: its name, its Python and the inputs that it is to be called with."""
    for number in range(examples):
        draw, name = random.Random(number), f"task_{number:06}"  # noqa: S311 - no secrets
        python, calls = _SHAPES[number % len(_SHAPES)](name, draw)
        yield {"id": name, "python_code": python, "test_cases": [{"input": each} for each in calls]}


def _numbers(draw: random.Random) -> list[int]:
    return [draw.randint(-100, 100) for _ in range(8)]


def _affine(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    factor, other, modulus = draw.randint(2, 900), draw.randint(2, 900), draw.randint(50, 5000)
    python = (
        f"def {name}(first: int, second: int) -> int:\n"
        f"    return (first * {factor} + second * {other}) % {modulus}\n"
    )
    return python, [[1, 2], [40, 7], [-3, 5], [-90, -17]]


def _total(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    modulus, weight = draw.randint(2, 9), draw.randint(2, 90_000)
    python = (
        f"def {name}(values: list[int]) -> int:\n"
        "    total = 0\n"
        "    for value in values:\n"
        f"        if value % {modulus} == 1:\n"
        f"            total += value * {weight}\n"
        "    return total\n"
    )
    return python, [[[]], [_numbers(draw)], [_numbers(draw)], [_numbers(draw)]]


def _kept(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    least, step = draw.randint(-60, 60), draw.randint(1, 90_000)
    python = (
        f"def {name}(values: list[int]) -> list[int]:\n"
        "    kept = []\n"
        "    for value in values:\n"
        f"        if value > {least}:\n"
        f"            kept.append(value - {step})\n"
        "    return kept\n"
    )
    return python, [[[]], [_numbers(draw)], [_numbers(draw)], [_numbers(draw)]]


def _steps(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    divisor, shift = draw.randint(2, 9), draw.randint(1, 90_000)
    python = (
        f"def {name}(start: int) -> int:\n"
        "    steps = 0\n"
        f"    rest = start + {shift}\n"
        "    while rest > 1:\n"
        f"        rest = rest // {divisor}\n"
        "        steps += 1\n"
        "    return steps\n"
    )
    return python, [[0], [1], [77], [123456]]


def _share(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    forbidden, factor = draw.randint(-9, 9), draw.randint(2, 90_000)
    python = (
        f"def {name}(amount: int, people: int) -> int:\n"
        f"    if people == {forbidden}:\n"
        '        raise ValueError("these people get nothing")\n'
        "    if people == 0:\n"
        "        return amount\n"
        f"    return amount * {factor} // people\n"
    )
    return python, [[10, 12], [-7, 11], [3, 0], [5, forbidden]]


def _squares(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    shift, modulus = draw.randint(1, 90_000), draw.randint(3, 11)
    python = (
        f"def {name}(values: list[int]) -> list[int]:\n"
        f"    return [value * value + {shift} for value in values if value % {modulus} != 0]\n"
    )
    return python, [[[]], [_numbers(draw)], [_numbers(draw)], [_numbers(draw)]]


def _clamped(name: str, draw: random.Random) -> tuple[str, list[list[object]]]:
    low = draw.randint(-90_000, 0)
    high = low + draw.randint(1, 150)
    python = (
        f"def {name}(value: int, offset: int) -> int:\n"
        f"    low = {low} + offset\n"
        f"    high = {high} + offset\n"
        "    return max(low, min(high, value))\n"
    )
    return python, [[low, 0], [high + 1, 0], [low - 1, 3], [0, -5]]


_SHAPES: tuple[Shape, ...] = (_affine, _total, _kept, _steps, _share, _squares, _clamped)
