"""What stands in the signature of a Rust function: its parts, and the values that belong to them.

The Rust is a stranger's: nothing here follows the syntax tree by recursion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

MOST_VALUES = 1000
IMPL = ("abstract_type", "bounded_type")
_LARGEST_BYTES = 1 << 18
_MOST_TRAITS = 16

_SAME = {"Box", "Rc", "Arc", "Cow"}
_SEQUENCES = {"Vec", "VecDeque", "HashSet", "BTreeSet", "LinkedList", "BinaryHeap", "IndexSet"}
_MAPS = {"HashMap", "BTreeMap", "IndexMap"}
_CONVERSIONS = {"AsRef", "AsMut", "Into", "Borrow"}

# A type, and the values that cases pass in its place.
Place = tuple[Node, list[object]]


def function_item(rust: str, function: str) -> Node | None:
    """Return the first function of that name at the top level."""
    data = rust.encode(errors="replace")
    if len(data) > _LARGEST_BYTES:
        return None
    root = Parser(Language(tree_sitter_rust.language())).parse(data).root_node
    for node in root.children:
        name = node.child_by_field_name("name") if node.type == "function_item" else None
        if name is not None and text_of(name).removeprefix("r#") == function:
            return node
    return None


def text_of(node: Node) -> str:
    """Return a node as it stands in the program."""
    return (node.text or b"").decode()


def type_of(node: Node) -> Node:
    """Return the type of a parameter, the referent of a reference, the base of a generic type."""
    return node.child_by_field_name("type") or node


def generics_of(item: Node) -> Iterator[tuple[str, list[Node]]]:
    """Yield the name of each type or constant that a function is generic over, with its bounds."""
    listed = item.child_by_field_name("type_parameters")
    clauses = [node for node in item.children if node.type == "where_clause"]
    predicates = [node for clause in clauses for node in clause.named_children]
    for node in listed.named_children if listed else ():
        name = node.child_by_field_name("name")
        if node.type not in ("type_parameter", "const_parameter") or name is None:
            continue
        about = [each for each in predicates if _left(each) == text_of(name)]
        bounds = [each.child_by_field_name("bounds") for each in (node, *about)]
        yield text_of(name), [trait for each in bounds if each for trait in traits_of(each)]


def _left(predicate: Node) -> str | None:
    left = predicate.child_by_field_name("left")
    return text_of(left) if left else None


def traits_of(node: Node) -> list[Node]:
    """Return the traits of a list of bounds or of an `impl` type."""
    found: list[Node] = []
    pending = [node]
    while pending and len(found) < _MOST_TRAITS:
        each = pending.pop()
        if each.type in ("trait_bounds", "higher_ranked_trait_bound", *IMPL):
            pending += each.named_children
        elif each.type != "lifetime":
            found.append(each)
    return found


def base_name(node: Node) -> str:
    """Return the last part of a path without its arguments: `Vec` of `std::vec::Vec<T>`."""
    node = node.child_by_field_name("type") or node.child_by_field_name("trait") or node
    return text_of(node).rsplit("::", 1)[-1].strip()


def _arguments(node: Node) -> list[Node]:
    """Return the types between the angle brackets of a generic type."""
    listed = node.child_by_field_name("type_arguments")
    nodes = listed.named_children if listed else []
    return [each for each in nodes if each.type not in ("lifetime", "type_binding")]


def item_type(trait: Node) -> Node | None:
    """Return the type of `Item` in `Iterator<Item = ...>`."""
    listed = trait.child_by_field_name("type_arguments")
    for node in listed.named_children if listed else ():
        if node.type == "type_binding" and _left_name(node) == "Item":
            return node.child_by_field_name("type")
    return None


def _left_name(binding: Node) -> str:
    name = binding.child_by_field_name("name")
    return text_of(name) if name else ""


def _inside(values: Iterable[object]) -> list[object]:
    """Return the items of all collections among some values."""
    collections = (value for value in values if isinstance(value, list | tuple | set | frozenset))
    return list(islice((item for value in collections for item in value), MOST_VALUES))


def has_impl(node: Node) -> bool:
    """Return whether an `impl` type stands anywhere in a type."""
    pending = [node]
    while pending:
        each = pending.pop()
        if each.type in IMPL:
            return True
        pending += parts_of(each)
    return False


def parts_of(node: Node) -> list[Node]:
    """Return the types that a compound type is made of; none for what cannot be taken apart."""
    if node.type == "reference_type":
        return [type_of(node)]
    if node.type == "array_type":
        element = node.child_by_field_name("element")
        return [element] if element else []
    if node.type == "tuple_type":
        return node.named_children
    return _arguments(node) if node.type == "generic_type" else []


def within(node: Node, values: list[object]) -> list[Place]:
    """Return the parts of a compound type with the parts of the values that belong to them."""
    parts = parts_of(node)
    if node.type == "reference_type":
        return [(parts[0], values)]
    if node.type == "array_type":
        return [(part, _inside(values)) for part in parts]
    if node.type == "tuple_type":
        whole = [value for value in values if isinstance(value, list | tuple)]
        rows = [row for row in whole if len(row) == len(parts)]
        return [(part, [row[place] for row in rows]) for place, part in enumerate(parts)]
    return _within_generic(base_name(node), parts, values)


def _within_generic(base: str, parts: list[Node], values: list[object]) -> list[Place]:
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
        keys = list(islice((key for each in maps for key in each), MOST_VALUES))
        items = list(islice((item for each in maps for item in each.values()), MOST_VALUES))
        return [(parts[0], keys), (parts[1], items)]
    return []


def within_bound(trait: Node, values: list[object]) -> list[Place]:
    """Return the types that a bound names, with the values that belong to them."""
    name, item = base_name(trait), item_type(trait)
    if item is not None:
        return [(item, _inside(values))]
    if name in _CONVERSIONS:
        return [(part, values) for part in _arguments(trait)]
    return []
