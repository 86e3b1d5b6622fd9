"""Calls of generic functions, with types for what the arguments alone do not decide.

`arguments.next()?` takes whatever type a parameter has, so `fn largest<T: PartialOrd>(items: &[T])`
leaves T open. Here T is read off the values that the cases pass in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tree_sitter import Node

from sse_steps.rust.signature import identifier
from sse_steps.rust.signature_syntax import (
    IMPL,
    MOST_VALUES,
    Place,
    base_name,
    function_item,
    generics_of,
    has_impl,
    item_type,
    parts_of,
    text_of,
    traits_of,
    type_of,
    within,
    within_bound,
)
from sse_steps.rust.value_types import Choice, choices, python_type

_MOST_CALLS = 6
_MOST_PARTS = 16  # parameters, and open types
_MOST_STEPS = 1000
_DEEPEST = 12

_PATH = re.compile(r"(?:::)?\w{1,99}(?:::\w{1,99}){0,9}")
_PRELUDE = {"String", "Vec", "Option", "Box"}
_ABSOLUTE = ("std::", "core::", "alloc::", "crate::", "::")
_ITERATORS = {"Iterator", "DoubleEndedIterator", "ExactSizeIterator"}
_FUNCTIONS = {"Fn", "FnMut", "FnOnce"}


def pinned_call(rust: str, function: str, args_of_cases: Sequence[Sequence[object]]) -> list[str]:
    """Return expressions that call a generic function, to be tried in order.

    They stand in a module below the function's own, where `arguments` hands out the arguments:
    `super::largest::<i64>(arguments.next()?)`.

    Args:
        rust: the whole program.
        function: the name of a function at its top level, as Python writes it.
        args_of_cases: for each case, what it passes.

    Returns:
        At most six expressions; none where there is no such function, where nothing about it is
        open, or where it is open in a way that no value can decide, as with `impl Fn`.
    """
    item = function_item(rust, function)
    parameters = item.child_by_field_name("parameters") if item else None
    if item is None or parameters is None:
        return []
    kinds = [type_of(node) for node in parameters.named_children if node.type == "parameter"]
    pinning = _Pinning(dict(generics_of(item)))
    if max(len(kinds), len(pinning.bounds)) > _MOST_PARTS:
        return []
    columns = _columns(args_of_cases, len(kinds))
    if not pinning.bind_all(zip(kinds, columns, strict=True)) or not pinning.bounds:
        return []
    calls = (pinning.call(identifier(function), kinds, choice) for choice in pinning.choices())
    distinct = dict.fromkeys(call for call in calls if call is not None)
    return list(islice(distinct, _MOST_CALLS))


def _columns(args_of_cases: Sequence[Sequence[object]], width: int) -> Iterator[list[object]]:
    """Yield what all cases pass in each place."""
    for place in range(width):
        yield [args[place] for args in args_of_cases if place < len(args)]


@dataclass(slots=True)
class _Pinning:
    """What a function is generic over, and the values that stand in its place.

    An `impl` type is a generic without a name; here it is known by where it stands.
    """

    bounds: dict[str, list[Node]]
    values: dict[str, list[object]] = field(default_factory=dict)
    lengths: dict[str, set[int]] = field(default_factory=dict)

    def bind_all(self, places: Iterable[Place]) -> bool:
        """Match types with the values in their place; False where that cannot decide the call."""
        pending = list(places)
        steps = 0
        while pending and steps < _MOST_STEPS:
            steps += 1
            pending += self._bind(*pending.pop())
        traits = {base_name(trait) for bounds in self.bounds.values() for trait in bounds}
        fixed = all(len(lengths) == 1 for lengths in self.lengths.values())
        return not pending and fixed and not traits & _FUNCTIONS

    def _bind(self, node: Node, values: list[object]) -> list[Place]:
        """Match one type with its values and return what is inside both."""
        key = self._key(node)
        if key is not None:
            self.bounds.setdefault(key, traits_of(node))
            known = self.values.setdefault(key, [])
            known += values[: MOST_VALUES - len(known)]
            return [each for trait in self.bounds[key] for each in within_bound(trait, values)]
        if node.type == "array_type":
            length = node.child_by_field_name("length")
            if length is not None and text_of(length) in self.bounds:
                sizes = {len(value) for value in values if isinstance(value, list | tuple)}
                self.lengths.setdefault(text_of(length), set()).update(sizes)
        return within(node, values)

    def _key(self, node: Node) -> str | None:
        if node.type in IMPL:
            return f"impl {node.start_byte}"
        name = text_of(node)
        return name if node.type == "type_identifier" and name in self.bounds else None

    def choices(self) -> Iterator[Choice]:
        """Yield the ways to read the values' types, the likeliest first."""
        copied = [
            value
            for key, values in self.values.items()
            if any(base_name(trait) == "Copy" for trait in self.bounds[key])
            for value in values
        ]
        everything = [value for values in self.values.values() for value in values]
        return choices(everything, copied=any(isinstance(value, str) for value in copied))

    def call(self, function: str, kinds: Sequence[Node], choice: Choice) -> str | None:
        """Return the call with every open type pinned, or None where one has no name."""
        arguments = [self._argument(kind, choice) for kind in kinds]
        named = [key for key in self.bounds if not key.startswith("impl ")]
        generics = [self._generic(key, choice) for key in named]
        if None in arguments or None in generics:
            return None
        pinned = any(generic != "_" for generic in generics)
        turbofish = f"::<{', '.join(map(str, generics))}>" if pinned else ""
        return f"super::{function}{turbofish}({', '.join(map(str, arguments))})"

    def _generic(self, key: str, choice: Choice) -> str | None:
        """Return what stands between the angle brackets for a named generic."""
        if key in self.lengths:
            return str(next(iter(self.lengths[key])))
        # The type of an iterator is said by its argument; that of a result alone by nothing here.
        if key not in self.values or self._is_iterator(key):
            return "_"
        return self._concrete(key, choice, 0)

    def _is_iterator(self, key: str) -> bool:
        names = {base_name(trait) for trait in self.bounds[key]}
        letters = "IntoIterator" in names and _texts(self.values[key])
        return bool(names & _ITERATORS) or letters

    def _argument(self, node: Node, choice: Choice) -> str | None:
        """Return the expression for one argument."""
        prefix, inner = "", node
        if node.type == "reference_type":
            inner = type_of(node)
            prefix = (
                "&mut " if "mutable_specifier" in {each.type for each in node.children} else "&"
            )
        key = self._key(inner)
        if key is not None and self._is_iterator(key):
            if _texts(self.values[key]):
                return f"{prefix}arguments.next::<&'static str>()?.chars()"
            items = self._concrete(key, choice, 0)
            return f"{prefix}arguments.next::<{items}>()?.into_iter()" if items else None
        if not has_impl(node):
            return "arguments.next()?"
        kind = self._render(node, choice, 0)
        return f"arguments.next::<{kind}>()?" if kind else None

    def _concrete(self, key: str, choice: Choice, depth: int) -> str | None:
        """Return the type that stands for a generic."""
        for trait in self.bounds[key]:
            if base_name(trait) in _ITERATORS | {"IntoIterator"} and (item := item_type(trait)):
                inner = self._render(item, choice, depth + 1)
                return f"Vec<{inner}>" if inner else None
        return python_type(self.values[key], choice)

    def _render(self, node: Node, choice: Choice, depth: int) -> str | None:
        """Return a type as the judge's module has to write it."""
        if depth > _DEEPEST:
            return None
        key = self._key(node)
        if key is not None:
            return self._concrete(key, choice, depth) if key in self.values else None
        if node.type in ("primitive_type", "unit_type"):
            return text_of(node)
        if node.type in ("type_identifier", "scoped_type_identifier"):
            return _seen_from_below(text_of(node))
        return self._render_compound(node, choice, depth)

    def _render_compound(self, node: Node, choice: Choice, depth: int) -> str | None:
        parts = [self._render(each, choice, depth + 1) for each in parts_of(node)]
        if None in parts or not parts:
            return None
        inner = ", ".join(map(str, parts))
        if node.type == "reference_type":
            mutable = "mutable_specifier" in {each.type for each in node.children}
            return f"&'static {'mut ' if mutable else ''}{inner}"
        if node.type == "array_type":
            length = node.child_by_field_name("length")
            if length is not None and length.type != "integer_literal":
                return None
            return f"[{inner}; {text_of(length)}]" if length else f"[{inner}]"
        if node.type == "tuple_type":
            return f"({inner},)"
        base = _seen_from_below(text_of(type_of(node)))
        return f"{base}<{inner}>" if base else None


def _texts(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _seen_from_below(name: str) -> str | None:
    """Return a name of the candidate's module as the module below it has to write it."""
    if not _PATH.fullmatch(name):
        return None
    return name if name in _PRELUDE or name.startswith(_ABSOLUTE) else f"super::{name}"
