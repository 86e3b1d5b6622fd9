"""Check records against rules that are objects."""

from abc import ABC, abstractmethod


class Rule(ABC):
    """A rule about one field; a missing field only matters to Required."""

    def __init__(self, field: str) -> None:
        self.field = field

    def check(self, record: dict[str, str]) -> str | None:
        """Return what is wrong, or None."""
        value = record.get(self.field)
        problem = None if value is None else self.problem(value)
        return problem and f"{self.field} {problem}"

    @abstractmethod
    def problem(self, value: str) -> str | None: ...


class Required(Rule):
    def check(self, record: dict[str, str]) -> str | None:
        return super().check({self.field: "", **record})

    def problem(self, value: str) -> str | None:
        return None if value.strip() else "is required"


class Longest(Rule):
    def __init__(self, field: str, limit: str) -> None:
        super().__init__(field)
        self.limit = int(limit)

    def problem(self, value: str) -> str | None:
        excess = len(value) - self.limit
        return f"is {excess} too long" if excess > 0 else None


class OneOf(Rule):
    def __init__(self, field: str, *choices: str) -> None:
        super().__init__(field)
        self.choices = choices

    def problem(self, value: str) -> str | None:
        return None if value in self.choices else "must be " + " or ".join(self.choices)


def validate(record: dict[str, str], rules: list[str]) -> list[str]:
    """Return all problems; a rule is "required:FIELD", "longest:FIELD:N" or "oneof:FIELD:A:B"."""
    problems: list[str] = []
    kinds = {"required": Required, "longest": Longest, "oneof": OneOf}
    for text in rules:
        kind, *options = text.split(":")
        if kind not in kinds:
            raise ValueError(f"no rule {kind}")
        problem = kinds[kind](*options).check(record)
        problems += [problem] if problem else []
    return problems
