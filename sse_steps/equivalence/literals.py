"""The constants of a Python program: where it compares, its edges are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_LARGEST = 2**63
_LONGEST = 20  # letters; longer texts are documentation and messages


@dataclass(frozen=True, slots=True)
class Literals:
    """Distinct constants in order of size."""

    integers: tuple[int, ...] = ()
    floats: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()


def literals_in(python: str) -> Literals:
    """Return the constants of a program that parses."""
    found = set(_constants(ast.parse(python)))
    integers = sorted(value for value in found if type(value) is int and abs(value) < _LARGEST)
    floats = sorted(value for value in found if type(value) is float and abs(value) < float("inf"))
    texts = sorted(value for value in found if type(value) is str and len(value) <= _LONGEST)
    return Literals(tuple(integers), tuple(floats), tuple(texts))


def _constants(tree: ast.AST) -> Iterator[object]:
    """Yield every constant, and with a negated one its negative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            operand = node.operand
            if isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
                yield -operand.value  # type: ignore[operator]  # a number, as was just seen
