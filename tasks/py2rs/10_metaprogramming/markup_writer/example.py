"""Write nested elements with context managers; standard input holds NAME{ TEXT } tokens."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Writer:
    """Prints lines, indented by the number of open elements."""

    def __init__(self) -> None:
        self.depth = 0
        self.deepest = 0

    def line(self, text: str) -> None:
        print("  " * self.depth + text)

    @contextmanager
    def element(self, name: str) -> Iterator[None]:
        """Open an element, and close it even when something fails inside."""
        self.line(f"<{name}>")
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        try:
            yield
        finally:
            self.depth -= 1
            self.line(f"</{name}>")


def write(writer: Writer, tokens: Iterator[str]) -> int:
    """Write tokens up to the end of the element; return the number of texts."""
    count = 0
    for token in tokens:
        if token == "}":
            return count
        if token == "!":
            raise RuntimeError(f"abandoned after {count} texts at depth {writer.depth}")
        if token.endswith("{"):
            with writer.element(token[:-1]):
                count += write(writer, tokens)
        else:
            writer.line(token.replace("&", "&amp;").replace("<", "&lt;"))
            count += 1
    return count


def main() -> int:
    """Write all tokens and a summary."""
    writer = Writer()
    try:
        print(f"{write(writer, iter(sys.stdin.read().split()))} texts, depth {writer.deepest}")
    except RuntimeError as error:
        print(error)
        return 4
    return 0


sys.exit(main())
