"""Differentiate an expression in prefix notation: expression_tree.py 5 + x "*" x 3."""

import sys
from collections.abc import Iterator


class Expr:
    """An expression in x: this one is the line slope * x + offset."""

    def __init__(self, slope: int, offset: int) -> None:
        self.slope, self.offset = slope, offset

    def at(self, x: int) -> int:
        return self.slope * x + self.offset

    def derivative(self) -> "Expr":
        return Expr(0, self.slope)

    def __str__(self) -> str:
        return "x" if self.slope else str(self.offset)


class Sum(Expr):
    def __init__(self, left: Expr, right: Expr) -> None:
        self.left, self.right = left, right

    def at(self, x: int) -> int:
        return self.left.at(x) + self.right.at(x)

    def derivative(self) -> Expr:
        return Sum(self.left.derivative(), self.right.derivative())

    def __str__(self) -> str:
        return f"({self.left} + {self.right})"


class Product(Sum):
    def at(self, x: int) -> int:
        return self.left.at(x) * self.right.at(x)

    def derivative(self) -> Expr:
        right = Product(self.left, self.right.derivative())
        return Sum(Product(self.left.derivative(), self.right), right)

    def __str__(self) -> str:
        return f"{self.left} * {self.right}"


def parse(words: Iterator[str]) -> Expr:
    word = next(words)
    if word in ("+", "*"):
        return {"+": Sum, "*": Product}[word](parse(words), parse(words))
    return Expr(1, 0) if word == "x" else Expr(0, int(word))


tree, point = parse(iter(sys.argv[2:])), int(sys.argv[1])
print(f"f(x) = {tree}, f({point}) = {tree.at(point)}")
slope = tree.derivative()
print(f"f'(x) = {slope}, f'({point}) = {slope.at(point)}")
