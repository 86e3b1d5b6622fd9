"""Whether the corpus's cases bite: how many mutants of the reference solutions the judge catches.

Usage: python benchmarks/bench_mutants.py [MUTANTS_PER_EXAMPLE [SEED]]       (8 and 0 unless told)

A mutant is a reference solution with one small fault: another operator or comparison, a constant
off by one, a condition forced or negated, a statement, match arm or else branch dropped, an open
range closed, a result replaced by its default. Mutants that do not compile are not counted. One
that differs in nothing that can be observed counts as missed.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

from sse_steps.console import progress
from sse_steps.corpus.expected import Python, with_expected
from sse_steps.corpus.folder import read_folder
from sse_steps.records import Example, Verdict
from sse_steps.rust.judge import Judge
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.sandbox import Limits
from sse_steps.rust.toolchain import cpu_count, find_toolchain

ROOT = Path(__file__).parents[1]
LIMITS = Limits(cpu_s=3, wall_s=20.0, memory_bytes=1 << 30, output_bytes=1 << 20)
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


def read_examples(python: Python) -> list[Example]:
    """Return the corpus with expected values."""
    sources = list(read_folder(ROOT / "tasks/py2rs"))
    with ThreadPoolExecutor(cpu_count()) as pool:
        return list(pool.map(lambda source: with_expected(source, python), sources))


def main() -> None:
    """Print how many mutants were caught, by kind, and those that were not."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    toolchain = find_toolchain(ROOT / "cache")
    sandbox = strongest_sandbox(toolchain.launcher)
    judge = Judge(toolchain, sandbox, LIMITS)
    chosen: list[tuple[Example, str, str]] = []
    for example in read_examples(Python(sandbox, LIMITS)):
        found = mutants(example.reference or "")
        draw = random.Random(f"{seed} {example.id}")  # noqa: S311 - a sample, not a secret
        picked = draw.sample(found, min(count, len(found)))
        chosen += [(example, text, kind) for text, kind in picked]
    with progress("mutants", len(chosen)) as advance, ThreadPoolExecutor(cpu_count()) as pool:

        def judged(item: tuple[Example, str, str]) -> Verdict:
            verdict = judge.judge(item[1], item[0].cases)
            advance(1)
            return verdict

        verdicts = list(pool.map(judged, chosen))
    print_table(chosen, verdicts)


def print_table(chosen: list[tuple[Example, str, str]], verdicts: list[Verdict]) -> None:
    """Print a line a kind, the total, and the mutants that passed."""
    compiled, missed = Counter[str](), Counter[str]()
    for (example, text, kind), verdict in zip(chosen, verdicts, strict=True):
        compiled[kind] += verdict.compiles
        if verdict.passes():
            missed[kind] += 1
            print(f"missed: {example.id} ({kind}): {difference(example.reference or '', text)}")
    print(f"{'kind':12}{'compile':>9}{'caught':>9}{'share':>9}")
    for kind in sorted(compiled):
        print_row(kind, compiled[kind], missed[kind])
    print_row("all", compiled.total(), missed.total())


def print_row(kind: str, compiled: int, missed: int) -> None:
    """Print one line of the table."""
    caught = compiled - missed
    print(f"{kind:12}{compiled:9}{caught:9}{caught / max(compiled, 1):9.1%}")


def difference(before: str, after: str) -> str:
    """Return the first line that differs."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((f"{old.strip()} -> {new.strip()}" for old, new in pairs if old != new), "the end")


if __name__ == "__main__":
    main()
