"""A door with a keypad as a state machine: door_states.py EVENT..."""

import sys
from typing import Protocol


class State(Protocol):
    """One state of the door; an event that means nothing leads back to it."""

    def next(self, event: str) -> "State": ...


class Open:
    def next(self, event: str) -> State:
        return Closed() if event == "close" else self

    def __str__(self) -> str:
        return "open"


class Closed:
    def next(self, event: str) -> State:
        return {"open": Open(), "lock": Locked(3)}.get(event, self)

    def __str__(self) -> str:
        return "closed"


class Locked:
    """Locked, with a number of attempts left."""

    CODE = "1234"

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts

    def next(self, event: str) -> State:
        if not event.isdigit():
            return self
        if event == self.CODE:
            return Closed()
        return Alarm() if self.attempts == 1 else Locked(self.attempts - 1)

    def __str__(self) -> str:
        return f"locked ({self.attempts} left)"


class Alarm:
    def next(self, event: str) -> State:
        return Locked(1) if event == "reset" else self

    def __str__(self) -> str:
        return "alarm"


state: State = Open()
for name in sys.argv[1:]:
    state = state.next(name)
    print(f"{name}: {state}")
sys.exit(3 if isinstance(state, Alarm) else 0)
