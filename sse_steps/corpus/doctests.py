"""Calls and argument lists in doctests. The examples are read, never evaluated."""

from __future__ import annotations

import ast
import doctest
from collections import Counter
from collections.abc import Iterator

from sse_steps.corpus.source import Call, Unusable
from sse_steps.corpus.syntax import functions_in, last_name, literal, parse_python

_DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PARSER = doctest.DocTestParser()


def doctest_statements(text: str) -> list[ast.Module]:
    """Return the syntax tree of each example in a text: what stands behind `>>>`."""
    try:
        examples = _PARSER.get_examples(text)
    except ValueError:  # its indentation is inconsistent
        return []
    trees = []
    for example in examples:
        try:
            trees.append(parse_python(example.source))
        except SyntaxError:
            continue  # an example of how not to write it
    return trees


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Yield the docstrings with examples: of a program, its functions, classes and methods."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED):
            text = ast.get_docstring(node)
            if text and ">>>" in text:
                yield text


def doctest_calls(python: str, origin: str) -> tuple[tuple[Call, ...], tuple[Unusable, ...]]:
    """Return the calls with literal arguments in the doctests of a program, and those left out.

    An example is one function's: the one with most calls, the last one of equals.
    """
    tree = parse_python(python)
    names = list(functions_in(tree))
    calls: dict[str, Call] = {}
    left_out: list[Unusable] = []
    for call in _calls(tree, set(names)):
        found = _read(call)
        if found is None:
            left_out.append(Unusable(origin, f"no literal arguments: {ast.unparse(call):.80}"))
        else:
            calls.setdefault(repr(found), found)
    counts = Counter(call.function for call in calls.values())
    chosen = max(counts, key=lambda name: (counts[name], names.index(name)), default=None)
    others = [f"{name} ({count})" for name, count in counts.items() if name != chosen]
    if others:
        why = f"calls of other functions: {', '.join(others)}; an example is {chosen}'s alone"
        left_out.append(Unusable(origin, why))
    return tuple(call for call in calls.values() if call.function == chosen), tuple(left_out)


def _calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    for text in docstrings(tree):
        for statement in doctest_statements(text):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and last_name(node.func) in names:
                    yield node


def _read(call: ast.Call) -> Call | None:
    try:
        args = tuple(literal(argument) for argument in call.args)
        keywords = tuple((word.arg or "", literal(word.value)) for word in call.keywords)
    except ValueError:
        return None
    return Call(last_name(call.func), args, keywords)
