"""A product whose fields check themselves: "FIELD VALUE" lines come from standard input."""

import sys


class Checked:
    """A descriptor that converts and checks what is stored, and counts the changes."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: "Product", owner: type | None = None) -> object:
        return instance.values.get(self.name, "unset")

    def __set__(self, instance: "Product", text: str) -> None:
        value = self.convert(text)
        if value != instance.values.get(self.name):
            instance.values[self.name] = value
            instance.changes += 1

    def convert(self, text: str) -> object:
        return text


class Ranged(Checked):
    """A whole number between two bounds, which are allowed."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, text: str) -> object:
        if not self.low <= int(text) <= self.high:
            raise ValueError(f"{self.name} must be from {self.low} to {self.high}")
        return int(text)


class Product:
    title, rating, discount = Checked(), Ranged(1, 5), Ranged(-10, 90)

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self.changes = 0

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"no field {name}")


product = Product()
for line in sys.stdin:
    field, _, value_text = line.strip().partition(" ")
    try:
        before = getattr(product, field)
        setattr(product, field, value_text)
        print(f"{field}: {before} -> {getattr(product, field)}")
    except (ValueError, AttributeError) as error:
        print(error)
print(f"{product.changes} changes, {len(product.values)} fields set")
