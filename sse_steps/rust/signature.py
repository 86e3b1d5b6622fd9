"""The Rust signature that a Python function's cases need, read from its annotations.

Arguments borrow, results are owned: `def f(names: list[str]) -> dict[str, int]` becomes
`fn f(names: &[String]) -> std::collections::HashMap<String, i64>`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

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
    """A Python type of plain data: a name (`int`, `list`, `optional`) and its arguments."""

    name: str
    arguments: tuple[Type, ...] = ()

    def owned(self) -> str:
        """Return the Rust type of a value of this type."""
        inner = [argument.owned() for argument in self.arguments]
        if self.name == "optional":
            return f"Option<{inner[0]}>"
        if self.name == "tuple":
            return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        if self.name == "None":
            return "()"
        return _SCALARS.get(self.name) or _OWNED[self.name].format(*inner)

    def borrowed(self) -> str:
        """Return the Rust type of a parameter of this type."""
        if self.name == "str":
            return "&str"
        if self.name == "list":
            return f"&[{self.arguments[0].owned()}]"
        return f"&{self.owned()}" if self.name in _COLLECTIONS else self.owned()


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's name, its parameters in order, and the type of its result."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    result: Type

    def rust(self, *, fallible: bool) -> str:
        """Return the header of the Rust function; `fallible` where a case expects an error."""
        parameters = ", ".join(
            f"{identifier(name)}: {kind.borrowed()}" for name, kind in self.parameters
        )
        result = f"Result<{self.result.owned()}, String>" if fallible else self.result.owned()
        arrow = "" if result == "()" else f" -> {result}"
        return f"pub fn {identifier(self.name)}({parameters}){arrow}"


def identifier(name: str) -> str:
    """Return a Python name as a Rust identifier, raw where it is one of Rust's keywords."""
    return f"r#{name}" if name in _KEYWORDS else name


def read_signature(python: str, function: str) -> Signature:
    """Read the signature of a module-level function.

    Raises:
        AnnotationError: there is no such function, or an annotation that is of no use here.
    """
    for node in ast.parse(python).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return _signature(node)
    raise AnnotationError(f"there is no function '{function}' at the top of the program")


def _signature(node: ast.FunctionDef) -> Signature:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise AnnotationError(f"'{node.name}' takes more than plain parameters")
    plain = [*arguments.posonlyargs, *arguments.args]
    for name in (node.name, *(each.arg for each in plain)):
        if name in _UNUSABLE:
            raise AnnotationError(f"the name '{name}' cannot be used in Rust")
    parameters = tuple((each.arg, _read_type(each.annotation, each.arg)) for each in plain)
    return Signature(node.name, parameters, _read_type(node.returns, "the result"))


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
