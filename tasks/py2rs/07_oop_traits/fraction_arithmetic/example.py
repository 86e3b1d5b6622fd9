"""Exact arithmetic with fractions: fraction_arithmetic.py 1/2 + 1/3."""

import math
import sys


class Fraction:
    """A fraction in lowest terms with a positive denominator."""

    def __init__(self, numerator: int, denominator: int = 1) -> None:
        if denominator == 0:
            raise ZeroDivisionError("denominator is zero")
        divisor = math.gcd(numerator, denominator) * (-1 if denominator < 0 else 1)
        self.numerator = numerator // divisor
        self.denominator = denominator // divisor

    @classmethod
    def parse(cls, text: str) -> "Fraction":
        """Read "3/4" or "3"."""
        return cls(*(int(part) for part in text.split("/")))

    def __add__(self, other: "Fraction") -> "Fraction":
        crosswise = self.numerator * other.denominator + other.numerator * self.denominator
        return Fraction(crosswise, self.denominator * other.denominator)

    def __neg__(self) -> "Fraction":
        return Fraction(-self.numerator, self.denominator)

    def __sub__(self, other: "Fraction") -> "Fraction":
        return self + -other

    def __mul__(self, other: "Fraction") -> "Fraction":
        return Fraction(self.numerator * other.numerator, self.denominator * other.denominator)

    def __truediv__(self, other: "Fraction") -> "Fraction":
        return self * Fraction(other.denominator, other.numerator)

    def __lt__(self, other: "Fraction") -> bool:
        return self.numerator * other.denominator < other.numerator * self.denominator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}".removesuffix("/1")


try:
    left, operator, right = Fraction.parse(sys.argv[1]), sys.argv[2], Fraction.parse(sys.argv[3])
    match operator:
        case "+":
            print(left + right)
        case "-":
            print(left - right)
        case "x":
            print(left * right)
        case ":":
            print(left / right)
        case _:
            print(min(left, right))
except ZeroDivisionError as error:
    print(error)
    sys.exit(2)
