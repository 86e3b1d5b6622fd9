"""The Rust tests that a user brings: which there are, and the text that is compiled.

The text is trusted; what it is compiled with is not. Each test's body becomes a function of its
own, run by the witness, which tells the judge that it came to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

from sse_steps.errors import RustTestsError

# The macros of the standard library that tests are written with.
_MACROS = (
    "assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne",
    "panic", "unreachable", "todo", "unimplemented", "matches", "vec", "format", "write", "writeln",
    "print", "println", "eprint", "eprintln",
)  # fmt: skip
_COMMENTS = ("line_comment", "block_comment")


@dataclass(frozen=True, slots=True)
class UserTest:
    """One test function: its path below the tests' module, and where its body is."""

    path: str
    should_panic: bool
    result: str  # `-> Result<(), String>`, or nothing
    body: tuple[int, int]  # bytes of the block, braces included


@dataclass(frozen=True, slots=True)
class UserTests:
    """The tests of one text that are to be run; those marked `#[ignore]` are not."""

    text: str
    tests: tuple[UserTest, ...]
    prelude_at: int  # byte

    def rust(self, witness: str) -> str:
        """Return the tests' module, with `witness` as the extern name of the witness.

        Nothing is inserted that has a line break, so lines keep their numbers.
        """
        data = self.text.encode()
        edits = [(self.prelude_at, _prelude(self.text, witness))]
        for index, test in enumerate(self.tests):
            inner = f"{witness}_body"
            run = "run_to_panic" if test.should_panic else "run"
            start, end = test.body
            edits.append((start + 1, f" fn {inner}() {test.result} {{ "))
            edits.append((end - 1, f" }} ::{witness}::{run}({index}, {inner}) "))
        for position, text in sorted(edits, reverse=True):
            data = data[:position] + text.encode() + data[position:]
        return data.decode()

    def plain(self) -> str:
        """Return the tests' module without a witness, for messages that quote it."""
        data, at = self.text.encode(), self.prelude_at
        return (data[:at] + b" use super::*; " + data[at:]).decode()


def _prelude(text: str, witness: str) -> str:
    """Return imports, and the standard macros, whatever the candidate defined under their names.

    A macro whose name the tests import themselves is left out, since rustc would call it ambiguous;
    with a candidate's macro of that name it still does.
    """
    names = [name for name in _MACROS if not re.search(rf"\buse\b[^;]*\b{name}\b", text)]
    body = "{{ ($($t:tt)*) => {{ ::{0}::std::{1}!($($t)*) }} }}"
    macros = " ".join(f"macro_rules! {name} {body.format(witness, name)}" for name in names)
    return f" {macros} use super::*; "


def read_tests(text: str) -> UserTests:
    """Find the tests in a text of Rust.

    Raises:
        RustTestsError: the text is no Rust, or has tests of which it cannot be known beforehand
            whether they will be there.
    """
    text = text.encode(errors="replace").decode()  # a lone surrogate can be in no file
    root = Parser(Language(tree_sitter_rust.language())).parse(text.encode()).root_node
    if root.has_error:
        raise RustTestsError(
            f"The tests are no Rust: {_place(_first_error(root))}.",
            "Mend the tests there; they are the content of a module, such as `#[test] fn ...`.",
        )
    return UserTests(text, tuple(_tests_in(root, _Scope())), _prelude_at(root))


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where in the modules of the text something stands."""

    modules: tuple[str, ...] = ()
    conditional: bool = False


@dataclass(slots=True)
class _Attributes:
    """The attributes in front of an item."""

    names: dict[str, str] = field(default_factory=dict)  # name: the text of its arguments

    def add(self, item: Node) -> None:
        attribute = item.named_children[0]
        name, *rest = (_text(child) for child in attribute.named_children)
        self.names[name] = " ".join(rest)

    @property
    def are_conditional(self) -> bool:
        return "cfg_attr" in self.names or self.names.get("cfg", "(test)") != "(test)"


def _tests_in(container: Node, scope: _Scope) -> Iterator[UserTest]:
    attributes = _Attributes()
    for node in container.named_children:
        if node.type == "attribute_item":
            attributes.add(node)
            continue
        if node.type in _COMMENTS:
            continue
        conditional = scope.conditional or attributes.are_conditional
        if node.type == "function_item":
            yield from _test(node, attributes, _Scope(scope.modules, conditional))
        elif node.type == "mod_item":
            content = node.child_by_field_name("body")
            if content is not None:
                modules = (*scope.modules, _name(node))
                yield from _tests_in(content, _Scope(modules, conditional))
        elif _writes_tests(node):
            raise RustTestsError(
                f"The tests have a macro that writes tests: {_place(node)}.",
                "Write those tests out, so that it is known which ones have to be run.",
            )
        attributes = _Attributes()


def _test(node: Node, attributes: _Attributes, scope: _Scope) -> Iterator[UserTest]:
    body = node.child_by_field_name("body")
    if "test" not in attributes.names or "ignore" in attributes.names or body is None:
        return
    if scope.conditional:
        raise RustTestsError(
            f"The test '{_name(node)}' is there only under a condition: {_place(node)}.",
            "Take away its #[cfg(...)], or the one of its module; #[cfg(test)] may stay.",
        )
    returned = node.child_by_field_name("return_type")
    yield UserTest(
        path="::".join((*scope.modules, _name(node))),
        should_panic="should_panic" in attributes.names,
        result=f"-> {_text(returned)}" if returned is not None else "",
        body=(body.start_byte, body.end_byte),
    )


def _writes_tests(node: Node) -> bool:
    """Return whether `#[test]` is among the tokens of a macro's definition or call."""
    if node.type not in ("macro_invocation", "macro_definition", "expression_statement"):
        return False
    tokens = re.sub(r"\s+", "", _text(node))
    return "#[test]" in tokens


def _prelude_at(root: Node) -> int:
    """Return the byte behind the attributes and comments that are about the whole module."""
    end = 0
    for node in root.named_children:
        is_about_module = node.type == "inner_attribute_item" or _is_inner_comment(node)
        if is_about_module:
            end = node.end_byte
        elif node.type not in _COMMENTS:
            break
    return end


def _is_inner_comment(node: Node) -> bool:
    return any(child.type == "inner_doc_comment_marker" for child in node.children)


def _first_error(root: Node) -> Node:
    node = root
    while broken := next((child for child in node.children if child.has_error), None):
        node = broken
    return node


def _name(node: Node) -> str:
    name = node.child_by_field_name("name")
    return _text(name) if name is not None else ""


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _place(node: Node) -> str:
    row = node.start_point[0]
    line = _text(node).strip().splitlines() or [""]
    return f"line {row + 1}, '{line[0]:.80}'"
