"""Read shapes from standard input and list them by area."""

import sys
from abc import ABC, abstractmethod
from math import pi


class Shape(ABC):
    name = "shape"

    @abstractmethod
    def area(self) -> float: ...

    @abstractmethod
    def perimeter(self) -> float: ...

    def describe(self) -> str:
        return f"{self.name}: area {self.area():.2f}, perimeter {self.perimeter():.2f}"


class Circle(Shape):
    name = "circle"

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return pi * self.radius**2

    def perimeter(self) -> float:
        return 2 * pi * self.radius


class Rectangle(Shape):
    name = "rectangle"

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height

    def area(self) -> float:
        return self.width * self.height

    def perimeter(self) -> float:
        return 2 * (self.width + self.height)


class Square(Rectangle):
    name = "square"

    def __init__(self, side: float) -> None:
        super().__init__(side, side)


KINDS = {"circle": Circle, "rectangle": Rectangle, "square": Square}
rows = map(str.split, sys.stdin)
shapes: list[Shape] = [KINDS[kind](*map(float, sizes)) for kind, *sizes in rows]
for shape in sorted(shapes, key=lambda shape: shape.area()):
    print(shape.describe())
print(f"total {sum(shape.area() for shape in shapes):.2f}")
