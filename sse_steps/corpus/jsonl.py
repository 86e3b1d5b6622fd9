"""JSONL corpora: `{"id", "python_code", "test_cases": [{"input": [args], "expected": value}]}`."""

from __future__ import annotations

from dataclasses import replace

from sse_steps.corpus.doctests import doctest_calls
from sse_steps.corpus.json_lines import Entry, text_of
from sse_steps.corpus.levels import classify
from sse_steps.corpus.source import Call, Claim, Run, Source, Unusable
from sse_steps.corpus.syntax import does_something, functions_in, parse_python
from sse_steps.corpus.values import check_bounds
from sse_steps.rust.signature import AnnotationError, Header, Type, read_header

FORMAT = "JSONL"
KEYS = frozenset({"id", "python_code"})


def read_entry(entry: Entry) -> Source | Unusable:
    """Return one entry.

    Its inputs are its test cases; where it has none, the calls in its doctests; where it has none
    either and does something when it is run, one run without arguments.
    """
    name, python = entry.data.get("id"), text_of(entry, "python_code")
    if isinstance(python, Unusable):
        return python
    if isinstance(name, str) and isinstance(found := text_of(entry, "id"), Unusable):
        return found
    if not isinstance(name, str | int) or not str(name).strip():
        return Unusable(entry.origin, f"'id' is {name!r:.80}, which is no name")
    try:
        classify(python)
    except SyntaxError as fault:
        return Unusable(entry.origin, f"{name!r} does not parse: {fault}")
    bare = Source(str(name), python, (), None, f"{entry.origin} ({name})")
    cases = entry.data.get("test_cases") or []
    if not isinstance(cases, list):
        return Unusable(entry.origin, f"'test_cases' of {name!r} is no list")
    return _with_cases(bare, entry, cases) if cases else _without_cases(bare)


def _without_cases(bare: Source) -> Source:
    tree = parse_python(bare.python)
    calls, left_out = doctest_calls(bare.python, bare.origin)
    if calls or not does_something(tree):
        return replace(bare, inputs=calls, left_out=left_out)
    return replace(bare, inputs=(Run(),), left_out=left_out)


def _with_cases(bare: Source, entry: Entry, cases: list[object]) -> Source:
    read = [_read_case(case, f"{bare.origin} case {at}") for at, case in enumerate(cases, start=1)]
    calls = [each for each in read if isinstance(each, Call)]
    left_out = tuple(each for each in read if isinstance(each, Unusable))
    try:
        header = _function_called(bare.python, entry, calls)
    except AnnotationError as fault:
        return replace(bare, left_out=(*left_out, Unusable(bare.origin, str(fault))))
    inputs = tuple(_typed(call, header) for call in calls)
    return replace(bare, inputs=inputs, left_out=left_out)


def _read_case(case: object, origin: str) -> Call | Unusable:
    if not isinstance(case, dict) or "input" not in case:
        return Unusable(origin, f"it is {case!r:.80}, without an 'input'")
    if not isinstance(case["input"], list):
        return Unusable(origin, f"its 'input' is {case['input']!r:.80}, which is no list")
    try:
        check_bounds([case["input"], case.get("expected")])
    except ValueError as fault:
        return Unusable(origin, str(fault))
    claim = Claim(case["expected"]) if "expected" in case else None
    return Call("", tuple(case["input"]), claim=claim)


def _function_called(python: str, entry: Entry, calls: list[Call]) -> Header:
    """Return the function that the cases call: the one named, or the last one that they fit.

    Raises:
        AnnotationError: there is none.
    """
    named = entry.data.get("function") or entry.data.get("entry_point")
    if named is not None:
        return read_header(python, str(named))
    fault: AnnotationError | None = None
    for name in reversed(functions_in(parse_python(python))):
        try:
            header = read_header(python, name)
        except AnnotationError as why:
            fault = fault or why
            continue
        least = sum(parameter.default is None for parameter in header.parameters)
        if all(least <= len(call.args) <= len(header.parameters) for call in calls):
            return header
    raise fault or AnnotationError("there is no function that its cases fit")


def _typed(call: Call, header: Header) -> Call:
    kinds = [parameter.kind for parameter in header.parameters]
    extra = [None] * (len(call.args) - len(kinds))
    pairs = zip(call.args, [*kinds, *extra], strict=False)
    args = tuple(as_annotated(value, kind) for value, kind in pairs)
    return Call(header.name, args, claim=call.claim)


def as_annotated(value: object, kind: Type | None) -> object:
    """Return what a JSON value stands for where an annotation says more than JSON can.

    Lists stand for tuples and sets, objects with texts as keys for dicts with numbers.
    """
    if kind is None or not kind.arguments or value is None:
        return value
    inner = kind.arguments
    match kind.name, value:
        case "optional", _:
            return as_annotated(value, inner[0])
        case "tuple", list() if len(inner) == len(value):
            return tuple(map(as_annotated, value, inner))
        case "list" | "sequence" | "set" | "frozenset", list():
            items = [as_annotated(item, inner[0]) for item in value]
            return _collected(items, kind.name)
        case "dict", dict():
            return {
                _key(key, inner[0]): as_annotated(item, inner[1]) for key, item in value.items()
            }
    return value


def _collected(items: list[object], name: str) -> object:
    makers = {"list": list, "sequence": tuple, "set": set, "frozenset": frozenset}
    try:
        made: object = makers[name](items)
    except TypeError:  # items that cannot be in a set
        return items
    return made


def _key(key: str, kind: Type) -> object:
    """Return a key of an object as the number that it stands for."""
    try:
        return {"int": int, "float": float}.get(kind.name, str)(key)
    except ValueError:
        return key
