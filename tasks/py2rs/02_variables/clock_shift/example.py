"""Add a number of minutes, which may be negative, to a time of day."""

import sys

hour = int(sys.argv[1])
minute = int(sys.argv[2])
shift = int(sys.argv[3])

total = hour * 60 + minute + shift
day = total // 1440
minute_of_day = total % 1440

print(f"{hour:02d}:{minute:02d} {shift:+d} min")
print(f"{minute_of_day // 60:02d}:{minute_of_day % 60:02d}")
print(f"day {day:+d}")
