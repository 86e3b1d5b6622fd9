"""Durations such as 1h30m15s."""

UNITS: dict[str, int] = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def parse_duration(text: str) -> int:
    """Return the seconds in text; every unit at most once, from the largest to the smallest."""
    total = 0
    digits = ""
    previous: int | None = None
    for char in text:
        if "0" <= char <= "9":
            digits += char
            continue
        if char not in UNITS:
            raise ValueError(f"unknown unit {char!r}")
        if not digits:
            raise ValueError(f"no number before {char!r}")
        size = UNITS[char]
        if previous is not None and size >= previous:
            raise ValueError(f"unit {char!r} is out of order")
        total += int(digits) * size
        digits = ""
        previous = size
    if digits or previous is None:
        raise ValueError("a unit is missing")
    return total
