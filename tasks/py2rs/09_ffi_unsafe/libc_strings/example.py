"""Ask the C library about words: libc_strings.py WORD..."""

import ctypes
import sys

libc = ctypes.CDLL(None)
libc.strlen.argtypes = [ctypes.c_char_p]
libc.strlen.restype = ctypes.c_size_t
libc.atoi.argtypes = [ctypes.c_char_p]
libc.toupper.argtypes = [ctypes.c_int]
libc.strspn.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
libc.strspn.restype = ctypes.c_size_t
libc.strcmp.argtypes = [ctypes.c_char_p, ctypes.c_char_p]


def shout(text: bytes) -> str:
    """Return the text with the ASCII letters in capitals."""
    return bytes(libc.toupper(byte) for byte in text).decode("utf-8")


def main() -> None:
    """Print what C thinks of every word, then how many words are out of order."""
    words = [word.encode("utf-8") for word in sys.argv[1:]]
    for word in words:
        length, digits = libc.strlen(word), libc.strspn(word, b"0123456789")
        number = abs(libc.atoi(word))
        print(f"{shout(word)}: {length} bytes, {digits} digits, number {number}")
    falls = sum(libc.strcmp(first, second) > 0 for first, second in zip(words, words[1:]))
    print(f"{falls} out of order")


main()
