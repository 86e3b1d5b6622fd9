"""Mutants of a Rust program: the same program with one small fault.

Another operator or comparison, a constant off by one, a condition forced or negated, a statement,
match arm or else branch dropped, an open range closed, a result replaced by its default.
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

OPERATORS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "&": "|", "|": "&", "^": "|",
    "<<": ">>", ">>": "<<", "&&": "||", "||": "&&", "+=": "-=", "-=": "+=", "*=": "/=",
}  # fmt: skip
COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}

Edit = tuple[int, int, str, str]  # from byte, to byte, new text, kind of mutation


def mutants(rust: str) -> list[tuple[str, str]]:
    """Return the distinct mutants of a program with their kinds."""
    data = rust.encode()
    tree = Parser(Language(tree_sitter_rust.language())).parse(data)
    texts = {
        (data[:start] + new.encode() + data[end:]).decode(): kind
        for start, end, new, kind in edits(tree.root_node)
    }
    return [(text, kind) for text, kind in texts.items() if text != rust]


def edits(node: Node) -> Iterator[Edit]:
    """Yield the edits of a syntax tree, attributes left alone."""
    if node.type == "attribute_item":
        return
    for mutate in (swap_operator, shift_constant, force_condition, drop, close_range, default_body):
        yield from mutate(node)
    for child in node.children:
        yield from edits(child)


def swap_operator(node: Node) -> Iterator[Edit]:
    """Replace an operator or a comparison."""
    operator = node.child_by_field_name("operator")
    if operator is None or node.type not in ("binary_expression", "compound_assignment_expr"):
        return
    for table, kind in ((OPERATORS, "operator"), (COMPARISONS, "comparison")):
        if operator.type in table:
            yield operator.start_byte, operator.end_byte, table[operator.type], kind


def shift_constant(node: Node) -> Iterator[Edit]:
    """Add one to a decimal integer, or turn a truth value over."""
    text = (node.text or b"").decode()
    if node.type == "integer_literal" and text.isdigit():
        yield node.start_byte, node.end_byte, str(int(text) + 1), "constant"
    if node.type == "boolean_literal":
        yield node.start_byte, node.end_byte, "false" if text == "true" else "true", "constant"


def force_condition(node: Node) -> Iterator[Edit]:
    """Force or negate the condition of an if or a while."""
    condition = node.child_by_field_name("condition")
    if condition is None or condition.type in ("let_condition", "let_chain"):
        return
    start, end = condition.start_byte, condition.end_byte
    yield start, end, "false", "branch"
    yield start, end, f"!({(condition.text or b'').decode()})", "branch"


def drop(node: Node) -> Iterator[Edit]:
    """Drop a statement, a match arm or an else branch."""
    inside = node.parent.type if node.parent is not None else ""
    if node.type == "expression_statement" and inside == "block":
        yield node.start_byte, node.end_byte, "", "dropped"
    if node.type in ("match_arm", "else_clause"):
        yield node.start_byte, node.end_byte, "", "dropped"


def close_range(node: Node) -> Iterator[Edit]:
    """Close an open range or open a closed one."""
    if node.type in ("range_expression", "range_pattern"):
        for child in node.children:
            if child.type in ("..", "..="):
                new = "..=" if child.type == ".." else ".."
                yield child.start_byte, child.end_byte, new, "range"


def default_body(node: Node) -> Iterator[Edit]:
    """Let a function return its result's default."""
    body = node.child_by_field_name("body")
    if node.type == "function_item" and body and node.child_by_field_name("return_type"):
        yield body.start_byte, body.end_byte, "{ Default::default() }", "default"
