"""Wrap the lines of standard input into a column of a given width."""

import sys


def wrap(line: str, width: int) -> list[str]:
    """Put as many words in each row as fit; a word that is too long gets its own row."""
    rows: list[str] = []
    row = ""
    for word in line.split():
        if not row:
            row = word
        elif len(row) + 1 + len(word) <= width:
            row += " " + word
        else:
            rows.append(row)
            row = word
    rows.append(row)
    return rows


def main() -> int:
    """Print the rows padded to the width; 2 without a proper width."""
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        print("usage: wrap WIDTH")
        return 2
    width = int(sys.argv[1])
    for line in sys.stdin.read().splitlines():
        for row in wrap(line, width):
            print(f"{row:<{width}}|")
    return 0


if __name__ == "__main__":
    sys.exit(main())
