"""Doctests: calls are read out of them, and nothing is evaluated."""

from __future__ import annotations

import math

import pytest

from sse_steps.corpus.doctests import doctest_calls
from sse_steps.corpus.source import Call


def program(*examples: str) -> str:
    """Return a function `f` with examples in its docstring, below a function `g`."""
    lines = "".join(f"    >>> {example}\n" for example in examples)
    body = f'    """Do it.\n\n{lines}    """\n    return x\n'
    return f"def g(x):\n    return x\n\ndef f(x, y=0):\n{body}"


CALLS = {
    "a call": ("f(1, 2)", [Call("f", (1, 2))]),
    "a keyword": ("f(1, y=2)", [Call("f", (1,), (("y", 2),))]),
    "a call in a call": ("print(f([1]))", [Call("f", ([1],))]),
    "an assignment": ("a = f('x')", [Call("f", ("x",))]),
    "a comparison": ("f(1) == 2", [Call("f", (1,))]),
    "a negative number": ("f(-1)", [Call("f", (-1,))]),
    "infinity": ("f(float('inf'), -float('inf'))", [Call("f", (math.inf, -math.inf))]),
    "a name": ("f(x)", []),
    "a comprehension": ("f([x for x in range(3)])", []),
    "another function": ("len([1])", []),
    "no Python": ("f(1", []),
}


@pytest.mark.parametrize(("example", "calls"), CALLS.values(), ids=CALLS.keys())
def test_calls_with_literal_arguments_are_found(example: str, calls: list[Call]) -> None:
    """Wherever in an example a function of the program is called, its arguments are read."""
    found, _ = doctest_calls(program(example), "here")
    assert list(found) == calls


def test_an_example_is_of_the_function_with_most_calls() -> None:
    """One function is chosen; calls of the others are counted in one reason."""
    found, left_out = doctest_calls(program("g(1)", "f(1)", "f(2)", "f(1)"), "here")
    assert list(found) == [Call("f", (1,)), Call("f", (2,))]
    assert [reason.why for reason in left_out] == [
        "calls of other functions: g (1); an example is f's alone"
    ]


def test_calls_that_are_not_literal_are_listed() -> None:
    """A call that cannot be read says what it looks like."""
    _, left_out = doctest_calls(program("f(x)"), "here")
    assert [(reason.origin, reason.why) for reason in left_out] == [
        ("here", "no literal arguments: f(x)")
    ]


def test_nothing_is_evaluated(tmp_path: str) -> None:
    """An example that would write a file writes none."""
    marker = f"{tmp_path}/written"
    doctest_calls(
        program(f"f(open({marker!r}, 'w'))", f"f(__import__('os').mkdir({marker!r}))"), ""
    )
    with pytest.raises(FileNotFoundError):
        open(marker)  # noqa: PTH123, SIM115 - it is not there


def test_inconsistent_indentation_is_no_fault() -> None:
    """A docstring that the doctest parser refuses has no examples."""
    text = 'def f(x):\n    """\n        >>> f(1)\n      2\n    """\n'
    assert doctest_calls(text, "here") == ((), ())


def test_every_docstring_counts() -> None:
    """Examples of the module, a class and a method call functions of the program."""
    text = (
        '"""\n>>> f(1)\n1\n"""\ndef f(x):\n    return x\n\n'
        'class A:\n    """\n    >>> f(2)\n    2\n    """\n\n'
        '    async def m(self):\n        """\n        >>> f(3)\n        3\n        """\n'
    )
    found, _ = doctest_calls(text, "here")
    assert {call.args for call in found} == {(1,), (2,), (3,)}
