"""Our own corpus: enough of it, at the levels it claims, and solved by its reference solutions."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sse_steps.corpus.expected import Answered, with_expected
from sse_steps.corpus.interpreter import Python
from sse_steps.corpus.levels import classify
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Source
from sse_steps.records import Case, Example, Failure, ProgramCase
from sse_steps.rust.judge import Judge
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain, cpu_count

CORPUS = Path(__file__).parents[1] / "tasks/py2rs"
SOURCES = read_corpus(CORPUS).sources
LIMITS = Limits(cpu_s=10, wall_s=60.0, memory_bytes=1 << 30, output_bytes=1 << 20)


def test_the_corpus_covers_all_levels() -> None:
    """There are at least 60 examples over all ten levels, at least five a level."""
    counts = Counter(classify(source.python) for source in SOURCES)
    assert len(SOURCES) >= 60
    assert sorted(counts) == list(range(1, 11))
    assert min(counts.values()) >= 5


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_an_example_is_at_the_level_of_its_folder(source: Source) -> None:
    """The syntax tree puts each example at the level that its folder is named after."""
    assert classify(source.python) == int(source.id[:2])
    assert len(source.inputs) >= 4
    assert source.reference is not None


@pytest.fixture(scope="module")
def answered(sandbox: Sandbox) -> list[Answered]:
    """Return the corpus with what its Python answers."""
    python = Python(sandbox, LIMITS)
    with ThreadPoolExecutor(cpu_count()) as pool:
        return list(pool.map(lambda source: with_expected(source, python), SOURCES))


@pytest.fixture(scope="module")
def examples(answered: list[Answered]) -> list[Example]:
    """Return the examples of the corpus."""
    return [each.example for each in answered]


@pytest.mark.slow
def test_every_input_of_the_corpus_becomes_a_case(answered: list[Answered]) -> None:
    """Nothing of our own corpus is unusable, untested or left out."""
    assert read_corpus(CORPUS).unusable == ()
    assert {each.example.id: each.left_out for each in answered if each.left_out} == {}
    counts = [len(each.example.cases) for each in answered]
    assert counts == [len(source.inputs) for source in SOURCES]


@pytest.mark.slow
def test_the_corpus_shows_every_way_to_fail_and_to_change(examples: list[Example]) -> None:
    """Some examples change a list, a dict or a set in place; some return None or panic."""
    headers = " ".join(str(example.signature) for example in examples)
    for changed in (
        "&mut Vec<",
        "&mut std::collections::HashMap<",
        "&mut std::collections::HashSet<",
    ):
        assert changed in headers
    cases = [case for example in examples for case in example.cases if isinstance(case, Case)]
    assert {case.failure for case in cases if case.raises} == set(Failure)
    assert {case.tolerance for case in cases} > {1e-9}


@pytest.mark.slow
def test_no_example_is_answered_by_a_constant(examples: list[Example]) -> None:
    """The cases of an example have at least two different answers."""
    for example in examples:
        assert len({answer(case) for case in example.cases}) > 1, example.id


def answer(case: Case | ProgramCase) -> str:
    """Return what is expected of a case as a text."""
    if isinstance(case, ProgramCase):
        return repr((case.stdout, case.exit_code))
    return repr((case.expected, case.raises, case.after))


@pytest.mark.slow
def test_every_reference_solution_passes(
    examples: list[Example], toolchain: Toolchain, sandbox: Sandbox
) -> None:
    """The judge passes each example's own solution in every case."""
    judge = Judge(toolchain, sandbox, LIMITS)
    with ThreadPoolExecutor(cpu_count()) as pool:
        judgements = pool.map(lambda each: judge.judge(each.reference or "", each.cases), examples)
    failed = {
        example.id: judgement.diagnostics
        for example, judgement in zip(examples, judgements, strict=True)
        if not judgement.passes()
    }
    assert failed == {}
