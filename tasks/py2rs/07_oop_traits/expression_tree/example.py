"""Differentiate an expression in prefix notation: expression_tree.py 5 + x "*" x 3."""

import sys
from collections.abc import Iterator


class Expr:
    """An expression in x: this one is x itself."""

    def at(self, x: int) -> int:
        return x

    def derivative(self) -> "Expr":
        return Number(1)

    def __str__(self) -> str:
        return "x"


class Number(Expr):
    def __init__(self, value: int) -> None:
        self.value = value

    def at(self, x: int) -> int:
        return self.value

    def derivative(self) -> Expr:
        return Number(0)

    def __str__(self) -> str:
        return str(self.value)


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
        first = Product(self.left.derivative(), self.right)
        return Sum(first, Product(self.left, self.right.derivative()))

    def __str__(self) -> str:
        return f"{self.left} * {self.right}"


def parse(words: Iterator[str]) -> Expr:
    word = next(words)
    if word in ("+", "*"):
        return {"+": Sum, "*": Product}[word](parse(words), parse(words))
    return Expr() if word == "x" else Number(int(word))


tree, point = parse(iter(sys.argv[2:])), int(sys.argv[1])
print(f"f(x) = {tree}, f({point}) = {tree.at(point)}")
slope = tree.derivative()
print(f"f'(x) = {slope}, f'({point}) = {slope.at(point)}")
