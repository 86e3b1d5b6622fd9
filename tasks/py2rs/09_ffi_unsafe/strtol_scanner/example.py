"""Add up the numbers in a text with strtol: strtol_scanner.py BASE TEXT."""

import ctypes
import sys

libc = ctypes.CDLL(None)
libc.strtol.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_int]
libc.strtol.restype = ctypes.c_long


def scan(text: bytes, base: int) -> list[tuple[int, int]]:
    """Return position and value of every number; a character that starts none is skipped."""
    buffer = ctypes.create_string_buffer(text)
    start = ctypes.addressof(buffer)
    end = ctypes.c_void_p()
    position = 0
    found: list[tuple[int, int]] = []
    while position < len(text):
        value = libc.strtol(start + position, ctypes.byref(end), base)
        length = (end.value or start) - start - position
        if length > 0:
            found.append((position, value))
        position += max(length, 1)
    return found


def main() -> int:
    """Print every number in the text, and their sum."""
    base = int(sys.argv[1])
    if base == 1 or not 0 <= base <= 36:
        print(f"no base {base}")
        return 2
    numbers = scan(sys.argv[2].encode("utf-8"), base)
    for position, value in numbers:
        print(f"{position:>3}: {value}")
    print(f"sum {sum(value for _, value in numbers)}")
    return 0 if numbers else 3


sys.exit(main())
