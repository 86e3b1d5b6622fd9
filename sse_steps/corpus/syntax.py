"""The syntax trees of programs that strangers wrote. Nothing here runs them."""

from __future__ import annotations

import ast
import copy
import warnings
from functools import lru_cache

from sse_steps.corpus.values import check_bounds

LONGEST_PROGRAM = 1 << 20  # characters


@lru_cache(maxsize=8)  # of one program several things are looked at, one after the other
def parse_python(text: str) -> ast.Module:
    """Return the syntax tree of a program, which nobody may change.

    Raises:
        SyntaxError: it is no Python, or more of it than can be read: too long, nested too deeply.
    """
    if len(text) > LONGEST_PROGRAM:
        raise SyntaxError(
            f"a program of {len(text):,} characters; {LONGEST_PROGRAM:,} are the most"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as an escape that Python will not know one day
            return ast.parse(text)
    except (RecursionError, MemoryError) as fault:
        raise SyntaxError("it is nested too deeply") from fault
    except ValueError as fault:  # a null byte, a lone surrogate
        raise SyntaxError(str(fault)) from fault


def functions_in(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the functions at the top of a program by name; the last of a name counts."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def literal(node: ast.expr) -> object:
    """Return the plain value that an expression writes down; `float("inf")` counts as one.

    Raises:
        ValueError: it is anything but a literal.
    """
    try:
        value = ast.literal_eval(_SpecialFloats().visit(copy.deepcopy(node)))
    except (SyntaxError, TypeError, RecursionError, MemoryError) as fault:
        raise ValueError(str(fault)) from fault
    check_bounds(value)
    return value


class _SpecialFloats(ast.NodeTransformer):
    """Puts a constant where `float` is called with a text: infinity and NaN have no literal."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        text = literal_text(node.args[0]) if len(node.args) == 1 and not node.keywords else None
        if text is None or last_name(node.func) != "float":
            return node
        return ast.Constant(float(text))


def literal_text(node: ast.expr) -> str | None:
    """Return the text that an expression writes down, or None where it is no text."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def last_name(node: ast.expr) -> str:
    """Return `c` for the names `c` and `a.b.c`, nothing for what has no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_main_guard(statement: ast.stmt) -> bool:
    """Return whether a statement is `if __name__ == "__main__":`."""
    return isinstance(statement, ast.If) and any(
        isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.test)
    )


def does_something(tree: ast.Module) -> bool:
    """Return whether running the program as a script goes beyond definitions."""
    passive = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
        ast.Assign, ast.AnnAssign,
    )  # fmt: skip
    return any(
        not isinstance(statement, passive)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in tree.body
    )
