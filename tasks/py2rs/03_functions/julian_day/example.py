"""The day number of a date, counted from 24 November 4714 BC."""


def julian_day(year: int, month: int, day: int) -> int:
    """Number the days of the Gregorian calendar; the year starts in March while we count."""
    shift = (14 - month) // 12
    y = year + 4800 - shift
    m = month + 12 * shift - 3
    leap_days = y // 4 - y // 100 + y // 400
    return day + (153 * m + 2) // 5 + 365 * y + leap_days - 32045
