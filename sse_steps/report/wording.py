"""Figures as a reader wants them. None, not measured, is a dash everywhere."""

from __future__ import annotations

import math

ABSENT = "–"  # noqa: RUF001 -- what a table shows where there is no figure, and in ranges
TIMES = "×"  # noqa: RUF001 -- times, not x


def percent(share: float | None, *, digits: int = 1) -> str:
    """Return a share of 1 as `21.7 %`; whole percentages lose their zero."""
    if share is None:
        return ABSENT
    text = f"{100 * share:.{digits}f}"
    return f"{text.removesuffix('.' + '0' * digits)} %"


def percent_range(low: float | None, high: float | None) -> str:
    """Return an interval of shares as `12.1-31 %`, with a dash for the hyphen."""
    if low is None or high is None:
        return ABSENT
    return f"{percent(low).removesuffix(' %')}{ABSENT}{percent(high)}"


def points(gap: float | None) -> str:
    """Return a difference of shares in percentage points, as `5 points`."""
    return ABSENT if gap is None else plural(round(100 * gap, 1), "point")


def dollars(amount: float | None) -> str:
    """Return an amount with two significant digits, `$0.0021`, or cents from a dollar upwards."""
    if amount is None:
        return ABSENT
    if amount == 0:
        return "$0"
    if amount >= 1:
        return f"${amount:,.2f}"
    decimals = 1 - math.floor(math.log10(amount))
    return f"${amount:.{decimals}f}" if decimals <= 9 else f"${amount:.1e}"


def milliseconds(latency: float | None) -> str:
    """Return a latency as `3.2 ms`, `640 ms` or `12.4 s`."""
    if latency is None:
        return ABSENT
    if latency >= 999.5:
        return f"{latency / 1000:,.1f} s"
    return f"{latency:.0f} ms" if latency >= 9.95 else f"{latency:.2g} ms"


def ratio(value: float | None) -> str:
    """Return a ratio as `12x` with a times sign, below ten with two significant digits."""
    if value is None:
        return ABSENT
    return f"{value:,.0f}{TIMES}" if value >= 10 else f"{value:.2g}{TIMES}"


def number(value: float | None) -> str:
    """Return a score with one decimal, or two significant digits where it is smaller than one."""
    if value is None:
        return ABSENT
    if value == 0:
        return "0"
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"


def size(size_bytes: int | None) -> str:
    """Return a file's size in decimal megabytes, as disks and downloads count."""
    return ABSENT if size_bytes is None else f"{size_bytes / 1e6:,.0f} MB"


def plural(count: float, noun: str) -> str:
    """Return `1 run`, `5 runs`."""
    return f"{count:,g} {noun}" if count == 1 else f"{count:,g} {noun}s"


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def words(identifier: str) -> str:
    """Return `wrong_answer` as `wrong answer`."""
    return identifier.replace("_", " ")
