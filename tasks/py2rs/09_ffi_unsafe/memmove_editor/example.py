"""A line editor on a fixed C buffer: commands on standard input, SIZE as argument.

i POS TEXT inserts, d POS COUNT deletes, f POS COUNT fills with '.', s CHAR searches.
"""

import ctypes
import sys

libc = ctypes.CDLL(None)
libc.memchr.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.memchr.restype = ctypes.c_void_p


def run(buffer: "ctypes.Array[ctypes.c_char]", command: str, words: list[str]) -> str | None:
    """Run one command on the buffer; return the answer to a search."""
    base, used = ctypes.addressof(buffer), len(buffer.value)
    if command == "s":
        found = libc.memchr(base, ord(words[0]), used)
        return "not found" if found is None else f"found at {found - base}"
    start = min(int(words[0]), used)
    if command == "i":
        text = words[1].encode("ascii")
        if used + len(text) >= len(buffer):
            raise OverflowError("no room")
        ctypes.memmove(base + start + len(text), base + start, used - start)
        ctypes.memmove(base + start, text, len(text))
        return None
    count = min(int(words[1]), used - start)
    if command == "d":
        ctypes.memmove(base + start, base + start + count, used - start - count)
        ctypes.memset(base + used - count, 0, count)
    else:
        ctypes.memset(base + start, ord("."), count)
    return None


def main() -> None:
    """Run all commands and print the buffer after each of them."""
    buffer = ctypes.create_string_buffer(int(sys.argv[1]))
    for line in sys.stdin:
        command, *words = line.split()
        try:
            answer = run(buffer, command, words)
        except OverflowError as error:
            answer = str(error)
        print(buffer.value.decode("ascii") if answer is None else answer)


main()
