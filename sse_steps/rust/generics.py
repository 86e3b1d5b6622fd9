"""Calls of generic functions, with types for what the arguments alone do not decide.

`arguments.next()?` takes whatever type a parameter has, so `fn largest<T: PartialOrd>(items: &[T])`
leaves T open. Here T is read off the values that the cases pass in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

from sse_steps.rust.signature import identifier
from sse_steps.rust.value_types import Choice, choices, python_type

_LARGEST_BYTES = 1 << 18
_MOST_CALLS = 6
_MOST_STEPS = 10_000
_DEEPEST = 12
_MOST_VALUES = 1000

_PRELUDE = {"String", "Vec", "Option", "Box"}
_ABSOLUTE = ("std::", "core::", "alloc::", "crate::", "::")
_SAME = {"Box", "Rc", "Arc", "Cow"}
_SEQUENCES = {"Vec", "VecDeque", "HashSet", "BTreeSet", "LinkedList", "BinaryHeap", "IndexSet"}
_MAPS = {"HashMap", "BTreeMap", "IndexMap"}
_ITERATORS = {"Iterator", "DoubleEndedIterator", "ExactSizeIterator"}
_CONVERSIONS = {"AsRef", "AsMut", "Into", "Borrow"}
_FUNCTIONS = {"Fn", "FnMut", "FnOnce"}
_IMPL = {"abstract_type", "bounded_type"}


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
    item = _function(rust, function)
    parameters = item.child_by_field_name("parameters") if item else None
    if item is None or parameters is None:
        return []
    kinds = [_type_of(node) for node in parameters.named_children if node.type == "parameter"]
    pinning = _Pinning(dict(_generics(item)))
    if (
        not pinning.bind_all(zip(kinds, _columns(args_of_cases, len(kinds)), strict=True))
        or not pinning.bounds
    ):
        return []
    calls = (pinning.call(identifier(function), kinds, choice) for choice in pinning.choices())
    distinct = dict.fromkeys(call for call in calls if call is not None)
    return list(islice(distinct, _MOST_CALLS))


def _columns(args_of_cases: Sequence[Sequence[object]], width: int) -> Iterator[list[object]]:
    """Yield what all cases pass in each place."""
    for place in range(width):
        yield [args[place] for args in args_of_cases if place < len(args)]


def _function(rust: str, function: str) -> Node | None:
    """Return the first function of that name at the top level."""
    data = rust.encode(errors="replace")
    if len(data) > _LARGEST_BYTES:
        return None
    root = Parser(Language(tree_sitter_rust.language())).parse(data).root_node
    for node in root.children:
        name = node.child_by_field_name("name") if node.type == "function_item" else None
        if name is not None and _text(name).removeprefix("r#") == function:
            return node
    return None


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _type_of(node: Node) -> Node:
    return node.child_by_field_name("type") or node


def _generics(item: Node) -> Iterator[tuple[str, list[Node]]]:
    """Yield the name of each type or constant that a function is generic over, with its bounds."""
    listed = item.child_by_field_name("type_parameters")
    clauses = [node for node in item.children if node.type == "where_clause"]
    predicates = [node for clause in clauses for node in clause.named_children]
    for node in listed.named_children if listed else ():
        name = node.child_by_field_name("name")
        if node.type not in ("type_parameter", "const_parameter") or name is None:
            continue
        about = [each for each in predicates if _left(each) == _text(name)]
        bounds = [each.child_by_field_name("bounds") for each in (node, *about)]
        yield _text(name), [trait for each in bounds if each for trait in _traits(each)]


def _left(predicate: Node) -> str | None:
    left = predicate.child_by_field_name("left")
    return _text(left) if left else None


def _traits(node: Node) -> list[Node]:
    """Return the traits of a list of bounds or of an `impl` type."""
    found: list[Node] = []
    pending = [node]
    while pending and len(found) < _MOST_STEPS:
        each = pending.pop()
        if each.type in ("trait_bounds", "higher_ranked_trait_bound", *_IMPL):
            pending += each.named_children
        elif each.type != "lifetime":
            found.append(each)
    return found


def _base_name(node: Node) -> str:
    """Return the last part of a path without its arguments: `Vec` of `std::vec::Vec<T>`."""
    node = node.child_by_field_name("type") or node.child_by_field_name("trait") or node
    return _text(node).rsplit("::", 1)[-1].strip()


def _arguments(node: Node) -> list[Node]:
    """Return the types between the angle brackets of a generic type."""
    listed = node.child_by_field_name("type_arguments")
    nodes = listed.named_children if listed else []
    return [each for each in nodes if each.type not in ("lifetime", "type_binding")]


def _item(trait: Node) -> Node | None:
    """Return the type of `Item` in `Iterator<Item = ...>`."""
    listed = trait.child_by_field_name("type_arguments")
    for node in listed.named_children if listed else ():
        if node.type == "type_binding" and _left_name(node) == "Item":
            return node.child_by_field_name("type")
    return None


def _left_name(binding: Node) -> str:
    name = binding.child_by_field_name("name")
    return _text(name) if name else ""


def _inside(values: Iterable[object]) -> list[object]:
    """Return the items of all collections among some values."""
    collections = (value for value in values if isinstance(value, list | tuple | set | frozenset))
    return list(islice((item for value in collections for item in value), _MOST_VALUES))


@dataclass(slots=True)
class _Pinning:
    """What a function is generic over, and the values that stand in its place.

    An `impl` type is a generic without a name; here it is known by where it stands.
    """

    bounds: dict[str, list[Node]]
    values: dict[str, list[object]] = field(default_factory=dict)
    lengths: dict[str, set[int]] = field(default_factory=dict)

    def bind_all(self, places: Iterable[tuple[Node, list[object]]]) -> bool:
        """Match types with the values in their place; False where that cannot decide the call."""
        pending = list(places)
        steps = 0
        while pending and steps < _MOST_STEPS:
            steps += 1
            pending += self._bind(*pending.pop())
        traits = {_base_name(trait) for bounds in self.bounds.values() for trait in bounds}
        fixed = all(len(lengths) == 1 for lengths in self.lengths.values())
        return not pending and fixed and not traits & _FUNCTIONS

    def _bind(self, node: Node, values: list[object]) -> list[tuple[Node, list[object]]]:
        """Match one type with its values and return what is inside both."""
        key = self._key(node)
        if key is not None:
            self.bounds.setdefault(key, _traits(node))
            known = self.values.setdefault(key, [])
            known += values[: _MOST_VALUES - len(known)]
            return [each for trait in self.bounds[key] for each in _within_bound(trait, values)]
        if node.type == "array_type":
            length = node.child_by_field_name("length")
            if length is not None and _text(length) in self.bounds:
                sizes = {len(value) for value in values if isinstance(value, list | tuple)}
                self.lengths.setdefault(_text(length), set()).update(sizes)
        return _within(node, values)

    def _key(self, node: Node) -> str | None:
        if node.type in _IMPL:
            return f"impl {node.start_byte}"
        name = _text(node)
        return name if node.type == "type_identifier" and name in self.bounds else None

    def choices(self) -> Iterator[Choice]:
        """Yield the ways to read the values' types, the likeliest first."""
        copied = [
            value
            for key, values in self.values.items()
            if any(_base_name(trait) == "Copy" for trait in self.bounds[key])
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
        names = {_base_name(trait) for trait in self.bounds[key]}
        letters = "IntoIterator" in names and _texts(self.values[key])
        return bool(names & _ITERATORS) or letters

    def _argument(self, node: Node, choice: Choice) -> str | None:
        """Return the expression for one argument."""
        prefix, inner = "", node
        if node.type == "reference_type":
            inner = _type_of(node)
            prefix = (
                "&mut " if "mutable_specifier" in {each.type for each in node.children} else "&"
            )
        key = self._key(inner)
        if key is not None and self._is_iterator(key):
            if _texts(self.values[key]):
                return f"{prefix}arguments.next::<&'static str>()?.chars()"
            items = self._concrete(key, choice, 0)
            return f"{prefix}arguments.next::<{items}>()?.into_iter()" if items else None
        if not _has_impl(node):
            return "arguments.next()?"
        kind = self._render(node, choice, 0)
        return f"arguments.next::<{kind}>()?" if kind else None

    def _concrete(self, key: str, choice: Choice, depth: int) -> str | None:
        """Return the type that stands for a generic."""
        for trait in self.bounds[key]:
            if _base_name(trait) in _ITERATORS | {"IntoIterator"} and (item := _item(trait)):
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
            return _text(node)
        if node.type in ("type_identifier", "scoped_type_identifier"):
            return _seen_from_below(_text(node))
        return self._render_compound(node, choice, depth)

    def _render_compound(self, node: Node, choice: Choice, depth: int) -> str | None:
        parts = [self._render(each, choice, depth + 1) for each in _parts(node)]
        if None in parts or not parts:
            return None
        inner = ", ".join(map(str, parts))
        if node.type == "reference_type":
            mutable = "mutable_specifier" in {each.type for each in node.children}
            return f"&'static {'mut ' if mutable else ''}{inner}"
        if node.type == "array_type":
            length = node.child_by_field_name("length")
            return f"[{inner}; {_text(length)}]" if length else f"[{inner}]"
        if node.type == "tuple_type":
            return f"({inner},)"
        base = _seen_from_below(_text(_type_of(node)))
        return f"{base}<{inner}>"


def _texts(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _seen_from_below(name: str) -> str:
    """Return a name of the candidate's module as the module below it has to write it."""
    return name if name in _PRELUDE or name.startswith(_ABSOLUTE) else f"super::{name}"


def _has_impl(node: Node) -> bool:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type in _IMPL:
            return True
        pending += _parts(each)
    return False


def _parts(node: Node) -> list[Node]:
    """Return the types that a compound type is made of; none for what cannot be taken apart."""
    if node.type == "reference_type":
        return [_type_of(node)]
    if node.type == "array_type":
        element = node.child_by_field_name("element")
        return [element] if element else []
    if node.type == "tuple_type":
        return node.named_children
    return _arguments(node) if node.type == "generic_type" else []


def _within(node: Node, values: list[object]) -> list[tuple[Node, list[object]]]:
    """Return the parts of a compound type with the parts of the values that belong to them."""
    parts = _parts(node)
    if node.type == "reference_type":
        return [(parts[0], values)]
    if node.type == "array_type":
        return [(part, _inside(values)) for part in parts]
    if node.type == "tuple_type":
        whole = [value for value in values if isinstance(value, list | tuple)]
        rows = [row for row in whole if len(row) == len(parts)]
        return [(part, [row[place] for row in rows]) for place, part in enumerate(parts)]
    return _within_generic(_base_name(node), parts, values)


def _within_generic(
    base: str, parts: list[Node], values: list[object]
) -> list[tuple[Node, list[object]]]:
    if not parts:
        return []
    if base in _SAME:
        return [(parts[0], values)]
    if base == "Option":
        return [(parts[0], [value for value in values if value is not None])]
    if base in _SEQUENCES:
        return [(parts[0], _inside(values))]
    if base in _MAPS and len(parts) > 1:
        maps = [value for value in values if isinstance(value, dict)]
        keys = list(islice((key for each in maps for key in each), _MOST_VALUES))
        items = list(islice((item for each in maps for item in each.values()), _MOST_VALUES))
        return [(parts[0], keys), (parts[1], items)]
    return []


def _within_bound(trait: Node, values: list[object]) -> list[tuple[Node, list[object]]]:
    """Return the types that a bound names, with the values that belong to them."""
    name, item = _base_name(trait), _item(trait)
    if item is not None:
        return [(item, _inside(values))]
    if name in _CONVERSIONS:
        return [(part, values) for part in _arguments(trait)]
    return []
