"""Types of plain values, for functions without annotations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from sse_steps.rust.signature import AnnotationError, Type

_UNKNOWN = Type("unknown")  # of the items of an empty list
_NONE = Type("None")
_NUMBERS = {Type("int"), Type("float")}


def infer_type(values: Iterable[object], where: str) -> Type:
    """Return the one type that all values have: int and float make float, None makes it optional.

    What no value shows, such as the items of a list that is always empty, is taken for int.

    Raises:
        AnnotationError: there is no such type.
    """
    try:
        return _settled(reduce(_common, map(_type_of, values), _UNKNOWN))
    except (AnnotationError, RecursionError) as fault:
        raise AnnotationError(f"the values of {where} have no common type: {fault}") from fault


def _type_of(value: object) -> Type:
    match value:
        case None:
            return _NONE
        case bool() | int() | float() | str():
            return Type(type(value).__name__)
        case tuple():
            return Type("tuple", tuple(map(_type_of, value)))
        case list() | set() | frozenset():
            return Type(type(value).__name__, (_type_of_all(value),))
        case dict():
            return Type("dict", (_type_of_all(value.keys()), _type_of_all(value.values())))
    raise AnnotationError(f"a value of type {type(value).__name__}")


def _type_of_all(values: Iterable[object]) -> Type:
    return reduce(_common, map(_type_of, values), _UNKNOWN)


def _common(one: Type, other: Type) -> Type:
    if other in (one, _UNKNOWN):
        return one
    if one == _UNKNOWN:
        return other
    if {one, other} == _NUMBERS:
        return Type("float")
    if "None" in (one.name, other.name) or "optional" in (one.name, other.name):
        return Type("optional", (_common(_present(one), _present(other)),))
    if one.name in ("tuple", "sequence") and other.name in ("tuple", "sequence"):
        return _common_tuple(one, other)
    if one.name == other.name and one.arguments:
        return Type(one.name, tuple(map(_common, one.arguments, other.arguments)))
    raise AnnotationError(f"{one.name} and {other.name}")


def _present(kind: Type) -> Type:
    """Return the type of what is there where something is there."""
    if kind == _NONE:
        return _UNKNOWN
    return kind.arguments[0] if kind.name == "optional" else kind


def _common_tuple(one: Type, other: Type) -> Type:
    if one.name == other.name == "tuple" and len(one.arguments) == len(other.arguments):
        return Type("tuple", tuple(map(_common, one.arguments, other.arguments)))
    return Type("sequence", (reduce(_common, (*one.arguments, *other.arguments), _UNKNOWN),))


def _settled(kind: Type) -> Type:
    if kind == _UNKNOWN:
        return Type("int")
    return Type(kind.name, tuple(map(_settled, kind.arguments)))
