"""The ten levels: a program is as hard as its most demanding feature."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.corpus.levels import LEVELS, classify

BY_FEATURE = {
    "an empty program": (1, ""),
    "printing": (1, 'print("hello")'),
    "an import of no account": (1, "import sys\nprint(sys.version)"),
    "reading an argument into a name": (1, "import sys\nname = sys.argv[1]\nprint(name)"),
    "reading a line into a name": (1, "name = input()\nprint(name)"),
    "reading standard input into a name": (1, "import sys\ntext = sys.stdin.read()"),
    "joining a text literal": (1, 'import sys\nprint("Hello, " + sys.argv[1] + "!")'),
    "a variable": (2, "width = 3"),
    "an annotated variable": (2, "width: int = 3"),
    "an augmented assignment": (2, "import sys\nsys.x += 1"),
    "an assignment expression": (2, "print(width := 3)"),
    "arithmetic": (2, "print(2 * 3)"),
    "adding numbers": (2, "print(2 + 3)"),
    "a function": (3, "def area(w: int, h: int) -> int:\n    return w * h"),
    "a lambda": (3, "print((lambda x: x)(3))"),
    "a list": (4, "print([1, 2])"),
    "a dict": (4, "print({1: 2})"),
    "a set": (4, "print({1, 2})"),
    "a slice": (4, 'print("hello"[1:3])'),
    "a list comprehension": (4, "print([x for x in 'ab'])"),
    "a generator expression": (4, "print(max(x for x in 'ab'))"),
    "a dict comprehension": (4, "print({x: 1 for x in 'ab'})"),
    "a call that makes a collection": (4, "print(sorted('ba'))"),
    "a collection out of a module": (4, "import collections\nprint(collections.Counter('ab'))"),
    "a for loop": (5, "for x in 'ab':\n    print(x)"),
    "a while loop": (5, "while False:\n    print(1)"),
    "a branch": (5, "if input():\n    print(1)"),
    "a match": (5, "match input():\n    case _:\n        print(1)"),
    "an exception that is raised": (6, "def f() -> int:\n    raise ValueError"),
    "an exception that is caught": (6, "try:\n    print(1)\nexcept ValueError:\n    print(2)"),
    "an exception group": (6, "try:\n    print(1)\nexcept* ValueError:\n    print(2)"),
    "an exception class": (6, "class EmptyError(ValueError):\n    pass"),
    "an exception class out of a module": (6, "class Bad(errors.MyException):\n    pass"),
    "a class": (7, "class Point:\n    x = 3"),
    "an abstract class": (7, "class Shape(metaclass=ABCMeta):\n    pass"),
    "a property": (7, "class A:\n    @property\n    def x(self) -> int:\n        return 3"),
    "threads": (8, "import threading"),
    "a pool": (8, "from concurrent.futures import ThreadPoolExecutor"),
    "several imports in one line": (8, "import sys, asyncio"),
    "an asynchronous function": (8, "async def f() -> None:\n    pass"),
    "C functions": (9, "import ctypes"),
    "C functions out of a submodule": (9, "from ctypes.util import find_library"),
    "a decorator": (10, "@cache\ndef f() -> int:\n    return 3"),
    "a decorator with arguments": (10, "@register(3)\ndef f() -> int:\n    return 3"),
    "a decorated class": (10, "@dataclass\nclass A:\n    x: int"),
    "a metaclass": (10, "class A(metaclass=Meta):\n    pass"),
    "a metaclass that is made": (10, "class Meta(type):\n    pass"),
    "an enum": (10, "class Color(Enum):\n    RED = 1"),
    "a class made by a call": (10, "A = type('A', (), {})"),
    "a hook": (10, "class A:\n    def __getattr__(self, name: str) -> int:\n        return 3"),
}


@pytest.mark.parametrize(("level", "python"), BY_FEATURE.values(), ids=BY_FEATURE.keys())
def test_each_feature_has_its_level(level: int, python: str) -> None:
    """A program with one feature gets the level of that feature."""
    assert classify(python) == level


def test_main_guard_is_no_branch() -> None:
    """A main guard, either way round, does not lift a program to the level of branches."""
    for test in ('__name__ == "__main__"', '"__main__" == __name__'):
        assert classify(f"if {test}:\n    print(1)") == 1


def test_main_guard_hides_nothing() -> None:
    """What stands inside the main guard counts as if the guard were not there."""
    assert classify('if __name__ == "__main__":\n    for x in "ab":\n        print(x)') == 5


def test_type_of_one_argument_makes_no_class() -> None:
    """Asking for a type is not the same call as making one."""
    assert classify("print(type(3))") == 1


@given(st.lists(st.sampled_from(list(BY_FEATURE.values())), min_size=1, max_size=5))
def test_a_program_is_as_hard_as_its_hardest_part(parts: list[tuple[int, str]]) -> None:
    """The level of programs joined together is the highest of their levels."""
    joined = "\n".join(python for _, python in parts)
    assert classify(joined) == max(level for level, _ in parts)


@given(st.sampled_from(list(BY_FEATURE.values())))
def test_a_function_around_a_program_never_lowers_its_level(part: tuple[int, str]) -> None:
    """Features count wherever they stand, also deep inside functions."""
    level, python = part
    nested = f"def outer() -> None:\n    pass\n{textwrap.indent(python, '    ')}\n"
    assert classify(nested) == max(3, level)


def test_weights_add_up() -> None:
    """The weights of the ten levels add up to 68.5 and never fall."""
    weights = [each.weight for each in LEVELS]
    assert sum(weights) == 68.5
    assert weights == sorted(weights)


def test_levels_are_numbered_from_one_to_ten() -> None:
    """The table lists each level once, in order, under a name of its own."""
    assert [each.level for each in LEVELS] == list(range(1, 11))
    assert len({each.name for each in LEVELS}) == 10


@pytest.mark.parametrize("text", ["def f(:", "fn main() {}", "return = 3", "  x = 1\n y = 2"])
def test_no_python_is_a_syntax_error(text: str) -> None:
    """A text that is no Python raises SyntaxError instead of getting a level."""
    with pytest.raises(SyntaxError):
        classify(text)
