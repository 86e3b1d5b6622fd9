"""Read shapes from standard input and list them by area."""

import math
import sys
from abc import ABC, abstractmethod


class Shape(ABC):
    """A plane figure with a name."""

    name = "shape"

    @abstractmethod
    def area(self) -> float:
        """Return the area."""

    @abstractmethod
    def perimeter(self) -> float:
        """Return the length of the border."""

    def describe(self) -> str:
        """Return one line about the shape."""
        return f"{self.name}: area {self.area():.2f}, perimeter {self.perimeter():.2f}"


class Circle(Shape):
    name = "circle"

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return math.pi * self.radius**2

    def perimeter(self) -> float:
        return 2 * math.pi * self.radius


class Rectangle(Shape):
    name = "rectangle"

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height

    def area(self) -> float:
        return self.width * self.height

    def perimeter(self) -> float:
        return 2 * (self.width + self.height)


class Square(Rectangle):
    name = "square"

    def __init__(self, side: float) -> None:
        super().__init__(side, side)


KINDS: dict[str, type[Shape]] = {kind.name: kind for kind in (Circle, Rectangle, Square)}
rows = [line.split() for line in sys.stdin]
shapes = [KINDS[kind](*(float(size) for size in sizes)) for kind, *sizes in rows]
for shape in sorted(shapes, key=lambda shape: shape.area()):
    print(shape.describe())
print(f"total {sum(shape.area() for shape in shapes):.2f}")
