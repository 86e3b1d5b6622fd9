"""The ten Py2Rs levels, and the level of a Python program read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sse_steps.corpus.syntax import is_main_guard, parse_python


@dataclass(frozen=True, slots=True)
class Level:
    """One level of difficulty. Weights add up to 68.5."""

    level: int
    name: str
    difficulty: str
    weight: float


LEVELS = (
    Level(1, "Hello", "Trivial", 1.0),
    Level(2, "Variables", "Trivial", 1.5),
    Level(3, "Functions", "Easy", 2.0),
    Level(4, "Collections", "Easy", 3.0),
    Level(5, "ControlFlow", "Medium", 4.0),
    Level(6, "ErrorHandling", "Medium", 5.0),
    Level(7, "OopTraits", "Hard", 7.0),
    Level(8, "Concurrency", "Hard", 10.0),
    Level(9, "FfiUnsafe", "Expert", 15.0),
    Level(10, "Metaprogramming", "Expert", 20.0),
)

_BY_KIND: tuple[tuple[tuple[type[ast.AST], ...], int], ...] = (
    ((ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith), 8),
    ((ast.Raise, ast.Try, ast.TryStar), 6),
    ((ast.For, ast.While, ast.If, ast.Match), 5),
    ((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), 4),
    ((ast.List, ast.Dict, ast.Set, ast.Slice), 4),
    ((ast.Lambda, ast.Return), 3),
)
_CONCURRENCY = {"threading", "concurrent", "asyncio", "queue", "multiprocessing"}
_FOREIGN = {"ctypes", "cffi"}
_PLAIN_DECORATORS = {
    "staticmethod", "classmethod", "property", "abstractmethod", "setter", "override", "overload",
}  # fmt: skip
_HOOKS = {
    "__getattr__", "__getattribute__", "__setattr__", "__set_name__", "__get__", "__set__",
    "__init_subclass__", "__class_getitem__", "__new__", "__prepare__",
}  # fmt: skip
_COLLECTION_CALLS = {
    "list", "dict", "set", "frozenset", "sorted", "zip", "enumerate", "map", "filter", "sum",
    "Counter", "defaultdict", "deque", "reversed", "any", "all",
}  # fmt: skip


@lru_cache(maxsize=1024)  # reading a corpus asks, and so does whoever looks at what was read
def classify(python: str) -> int:
    """Return the level of a program: that of the most demanding feature in its syntax tree.

    Raises:
        SyntaxError: the text is no Python, or is nested too deeply to be looked at.
    """
    nodes = ast.walk(_without_main_guard(parse_python(python)))
    try:
        return max((level for node in nodes for level in _levels(node)), default=1)
    except RecursionError as fault:
        raise SyntaxError("it is nested too deeply") from fault


def _without_main_guard(tree: ast.Module) -> ast.Module:
    """Unwrap `if __name__ == "__main__":`, which is a habit and no branch."""
    body: list[ast.stmt] = []
    for statement in tree.body:
        guard = is_main_guard(statement)
        body += statement.body if guard and isinstance(statement, ast.If) else [statement]
    return ast.Module(body, tree.type_ignores)


def _levels(node: ast.AST) -> Iterator[int]:
    """Yield the level of each feature that this node alone shows."""
    yield from (level for kinds, level in _BY_KIND if isinstance(node, kinds))
    match node:
        case ast.ClassDef():
            yield _class_level(node)
        case ast.FunctionDef():
            yield _function_level(node)
        case ast.Import() | ast.ImportFrom():
            yield _import_level(node)
        case ast.Call():
            yield _call_level(node)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
            yield 1 if _reads_input(node.value) else 2
        case ast.BinOp():
            yield 1 if _joins_text(node) else 2


def _class_level(node: ast.ClassDef) -> int:
    bases = {_last_name(base) for base in node.bases}
    if node.keywords and any(keyword.arg == "metaclass" for keyword in node.keywords):
        return 7 if any(_last_name(word.value) == "ABCMeta" for word in node.keywords) else 10
    if _has_plain_decorators(node.decorator_list) is False or bases & {"Enum", "IntEnum", "type"}:
        return 10
    if any(name.endswith(("Error", "Exception")) for name in bases):
        return 6
    return 7


def _function_level(node: ast.FunctionDef) -> int:
    if node.name in _HOOKS or not _has_plain_decorators(node.decorator_list):
        return 10
    return 3


def _has_plain_decorators(decorators: list[ast.expr]) -> bool:
    return all(_last_name(decorator) in _PLAIN_DECORATORS for decorator in decorators)


def _import_level(node: ast.Import | ast.ImportFrom) -> int:
    if isinstance(node, ast.ImportFrom):
        modules = {(node.module or "").split(".")[0]}
    else:
        modules = {alias.name.split(".")[0] for alias in node.names}
    if modules & _FOREIGN:
        return 9
    return 8 if modules & _CONCURRENCY else 1


def _call_level(node: ast.Call) -> int:
    name = _last_name(node.func)
    if name == "type" and len(node.args) == 3:
        return 10
    return 4 if name in _COLLECTION_CALLS else 1


def _reads_input(value: ast.expr | None) -> bool:
    """Whether an assigned value is only what came in: `sys.argv[1]`, `input()`, a line of stdin."""
    text = ast.dump(value) if value is not None else ""
    return "'argv'" in text or "'input'" in text or "'stdin'" in text


def _joins_text(node: ast.BinOp) -> bool:
    """Whether an addition has a text literal on either side."""
    sides = (node.left, node.right)
    literal = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)
    joined = any(isinstance(side, ast.BinOp) and _joins_text(side) for side in sides)
    return isinstance(node.op, ast.Add) and (literal or joined)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
