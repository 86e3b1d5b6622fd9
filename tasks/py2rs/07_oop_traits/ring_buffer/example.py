"""The last values of a stream, in a buffer of fixed size: ring_buffer.py SIZE < values."""

import sys
from collections.abc import Iterator


class RingBuffer:
    """Keeps the newest values; the oldest one is overwritten when it is full."""

    def __init__(self, size: int) -> None:
        self._slots: list[int] = [0] * size
        self._start = 0
        self._length = 0

    def push(self, value: int) -> None:
        """Add a value, and drop the oldest one if there is no room."""
        end = (self._start + self._length) % len(self._slots)
        self._slots[end] = value
        if self._length < len(self._slots):
            self._length += 1
        else:
            self._start = (self._start + 1) % len(self._slots)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> int:
        """Return the value at index, counted from the oldest; negative ones from the newest."""
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._slots[(self._start + index % len(self)) % len(self._slots)]

    def __iter__(self) -> Iterator[int]:
        for index in range(len(self)):
            yield self[index]

    def __contains__(self, value: int) -> bool:
        return any(kept == value for kept in self)


buffer = RingBuffer(int(sys.argv[1]))
for word in sys.stdin.read().split():
    command, number = word[0], int(word[1:])
    if command == "+":
        buffer.push(number)
        print(f"{len(buffer)}: {list(buffer)}")
    elif command == "?":
        print("kept" if number in buffer else "gone")
    else:
        try:
            print(buffer[number])
        except IndexError:
            print("no such value")
