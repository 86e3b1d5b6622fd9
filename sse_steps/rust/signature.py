"""The Rust signature that a Python function's cases need, read from its annotations.

Arguments borrow, results are owned: `def f(names: list[str]) -> dict[str, int]` becomes
`fn f(names: &[String]) -> std::collections::HashMap<String, i64>`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass

from sse_steps.records import Failure

_SCALARS = {"int": "i64", "float": "f64", "bool": "bool", "str": "String"}
_COLLECTIONS = {"list": 1, "dict": 2, "set": 1, "frozenset": 1}
_OWNED = {
    "list": "Vec<{}>",
    "dict": "std::collections::HashMap<{}, {}>",
    "set": "std::collections::HashSet<{}>",
    "frozenset": "std::collections::HashSet<{}>",
}


# Keywords of Rust 2021 that can be names in Python; `_UNUSABLE` cannot even be written raw.
_KEYWORDS = {
    "abstract", "become", "box", "const", "do", "dyn", "enum", "extern", "final", "fn", "impl",
    "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where",
}  # fmt: skip
_UNUSABLE = {"self", "Self", "super", "crate"}


class AnnotationError(ValueError):
    """An annotation that is missing, or has no counterpart in Rust here."""


@dataclass(frozen=True, slots=True)
class Type:
    """A Python type of plain data: a name (`int`, `list`, `optional`) and its arguments.

    A `sequence` is a tuple of any length, with items of one type.
    """

    name: str
    arguments: tuple[Type, ...] = ()

    def owned(self) -> str:
        """Return the Rust type of a value of this type."""
        inner = [argument.owned() for argument in self.arguments]
        if self.name == "optional":
            return f"Option<{inner[0]}>"
        if self.name == "tuple":
            return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        if self.name == "sequence":
            return f"Vec<{inner[0]}>"
        if self.name == "None":
            return "()"
        return _SCALARS.get(self.name) or _OWNED[self.name].format(*inner)

    def borrowed(self) -> str:
        """Return the Rust type of a parameter of this type."""
        if self.name == "str":
            return "&str"
        if self.name in ("list", "sequence"):
            return f"&[{self.arguments[0].owned()}]"
        return f"&{self.owned()}" if self.name in _COLLECTIONS else self.owned()

    @property
    def is_mutable(self) -> bool:
        """Whether a function can change an argument of this type for its caller to see."""
        return self.name in ("list", "dict", "set")


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's name, its parameters in order, and the type of its result."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    result: Type

    def rust(
        self, *, fallible: bool, failure: Failure = Failure.ERR, changed: Collection[int] = ()
    ) -> str:
        """Return the header of the Rust function.

        Args:
            fallible: whether a case expects the Rust to fail.
            failure: how it has to say so.
            changed: positions of the parameters that it changes in place.
        """
        parameters = ", ".join(
            f"{identifier(name)}: {f'&mut {kind.owned()}' if at in changed else kind.borrowed()}"
            for at, (name, kind) in enumerate(self.parameters)
        )
        result = self._result(failure) if fallible else self.result.owned()
        arrow = "" if result == "()" else f" -> {result}"
        return f"pub fn {identifier(self.name)}({parameters}){arrow}"

    def _result(self, failure: Failure) -> str:
        result = self.result.owned()
        if failure is Failure.ERR:
            return f"Result<{result}, String>"
        if failure is Failure.NONE and self.result.name != "optional":
            return f"Option<{result}>"
        return result  # a panic is of every type, and an Option can say None already


def identifier(name: str) -> str:
    """Return a Python name as a Rust identifier, raw where it is one of Rust's keywords."""
    return f"r#{name}" if name in _KEYWORDS else name


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as it is written. `kind` is None where its annotation is of no use here."""

    name: str
    kind: Type | None
    default: ast.expr | None


@dataclass(frozen=True, slots=True)
class Header:
    """A function's header as it is written, as far as its annotations have a counterpart."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Type | None


def read_signature(python: str, function: str) -> Signature:
    """Read the signature of a module-level function from its annotations alone.

    Raises:
        AnnotationError: there is no such function, or an annotation that is of no use here.
    """
    node = _find(python, function)
    parameters = tuple((each.arg, _read_type(each.annotation, each.arg)) for each in _plain(node))
    return Signature(node.name, parameters, _read_type(node.returns, "the result"))


def read_header(python: str, function: str) -> Header:
    """Read the header of a module-level function, annotated or not.

    Raises:
        AnnotationError: there is no such function, or no Rust function has such parameters.
    """
    node = _find(python, function)
    plain = _plain(node)
    missing = [None] * (len(plain) - len(node.args.defaults))
    parameters = tuple(
        Parameter(each.arg, _type_or_none(each.annotation), default)
        for each, default in zip(plain, [*missing, *node.args.defaults], strict=True)
    )
    return Header(node.name, parameters, _type_or_none(node.returns))


def _find(python: str, function: str) -> ast.FunctionDef:
    """Return the function that a name stands for at the end of the program."""
    for node in reversed(ast.parse(python).body):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return node
    raise AnnotationError(f"there is no function '{function}' at the top of the program")


def _plain(node: ast.FunctionDef) -> list[ast.arg]:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise AnnotationError(f"'{node.name}' takes more than plain parameters")
    plain = [*arguments.posonlyargs, *arguments.args]
    for name in (node.name, *(each.arg for each in plain)):
        if name in _UNUSABLE:
            raise AnnotationError(f"the name '{name}' cannot be used in Rust")
    return plain


def _type_or_none(node: ast.expr | None) -> Type | None:
    try:
        return _read_type(node, "")
    except (AnnotationError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # a text in quotes may be no annotation at all


def _read_type(node: ast.expr | None, where: str) -> Type:
    found = _read_plain(node) or _read_nested(node, where)
    if found is None:
        text = ast.unparse(node) if node is not None else "missing"
        raise AnnotationError(f"the annotation of {where} is {text}, which has no counterpart here")
    return found


def _read_plain(node: ast.expr | None) -> Type | None:
    match node:
        case ast.Name(id=name) if name in _SCALARS:
            return Type(name)
        case ast.Constant(value=None):
            return Type("None")
    return None


def _read_nested(node: ast.expr | None, where: str) -> Type | None:
    match node:
        case ast.Constant(value=str(text)):
            return _read_type(ast.parse(text, mode="eval").body, where)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return Type("optional", (_read_type(left, where),))
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return Type("optional", (_read_type(inner, where),))
        case ast.Subscript(value=ast.Name(id=name), slice=inner):
            return _read_generic(name.lower(), inner, where)
    return None


def _read_generic(name: str, inner: ast.expr, where: str) -> Type:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "tuple" and len(parts) == 2 and ast.unparse(parts[1]) == "...":
        return Type("sequence", (_read_type(parts[0], where),))
    if name == "tuple" or _COLLECTIONS.get(name) == len(parts):
        return Type(name, tuple(_read_type(part, where) for part in parts))
    raise AnnotationError(f"the annotation of {where} is {name}[{ast.unparse(inner)}]")


_PYTHON_TYPES = {"int": int, "float": float, "bool": bool, "str": str, "None": type(None)}


def coerce(value: object, kind: Type) -> object:
    """Return `value`, which must be what `kind` says; an int is made a float where it says float.

    Python lets an int stand for a float; Rust's answer to such a case is an f64.

    Raises:
        AnnotationError: the value is of another type, so no Rust of that type could give it.
    """
    if kind.name == "optional":
        return None if value is None else coerce(value, kind.arguments[0])
    if kind.name == "float" and type(value) is int:
        return float(value)
    if kind.name in _PYTHON_TYPES and type(value) is _PYTHON_TYPES[kind.name]:
        return value
    if kind.name == "sequence" and type(value) is tuple:
        return tuple(coerce(item, kind.arguments[0]) for item in value)
    if type(value).__name__ == kind.name:
        return _coerce_items(value, kind)
    raise AnnotationError(f"{value!r:.80} is not what its annotation says, {kind.name}")


def _coerce_items(value: object, kind: Type) -> object:
    match value:
        case list() | set() | frozenset():
            return type(value)(coerce(item, kind.arguments[0]) for item in value)
        case dict():
            key, item = kind.arguments
            return {coerce(name, key): coerce(each, item) for name, each in value.items()}
        case tuple() if len(value) == len(kind.arguments):
            return tuple(map(coerce, value, kind.arguments))
    raise AnnotationError(f"{value!r:.80} has another number of items than its annotation")


def for_rust(value: object, kind: Type) -> object:
    """Return a coerced value as Rust has it: a tuple of any length is a list there."""
    match kind.name, value:
        case "optional", _:
            return None if value is None else for_rust(value, kind.arguments[0])
        case "sequence" | "list", tuple() | list():
            return [for_rust(item, kind.arguments[0]) for item in value]
        case "tuple", tuple():
            return tuple(map(for_rust, value, kind.arguments))
        case "dict", dict():
            return {name: for_rust(each, kind.arguments[1]) for name, each in value.items()}
    return value
