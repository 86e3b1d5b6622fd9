"""The corpus step, from a corpus of any format to the examples file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sse_steps.corpus.examples_file import read_examples
from sse_steps.corpus.summary import CorpusCounts, in_words, read_counts
from sse_steps.errors import CorpusError
from sse_steps.records import Example
from sse_steps.settings import LimitSettings
from sse_steps.slices import CorpusSlice
from sse_steps.steps import corpus

ROOT = Path(__file__).parents[1]
ADD = "def add(a: int, b: int) -> int:\n    return a + b\n"
Step = Callable[..., list[Example]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for finished answers that the tests of this module share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def step(tmp_path: Path, cache: Path) -> Step:
    """Return a function that runs the step on a corpus and reads what it wrote."""

    def run(path: Path, samples: int = 100) -> list[Example]:
        settings = CorpusSlice(samples, LimitSettings(), allow_weak_isolation=False)
        target = tmp_path / "out/task.jsonl"
        corpus.run(settings, path, cache, target, tmp_path / "out/task.unusable.json")
        return read_examples(target)

    return run


def reasons(tmp_path: Path) -> dict[str, Any]:
    """Return what the step says about what it did not use."""
    data: dict[str, Any] = json.loads((tmp_path / "out/task.unusable.json").read_text("utf-8"))
    return data


def write_lines(path: Path, *entries: dict[str, object]) -> Path:
    """Write entries as JSON lines."""
    path.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
    return path


def test_jsonl_goes_all_the_way(tmp_path: Path, step: Step, capsys: Any) -> None:  # noqa: ANN401 - pytest's own
    """Usable, untested, unusable and left out are told apart, counted and listed."""
    path = write_lines(
        tmp_path / "c.jsonl",
        {"id": "add", "python_code": ADD, "test_cases": [
            {"input": [1, 2], "expected": 3}, {"input": [2, 2], "expected": 5}]},
        {"id": "script", "python_code": "print(6 * 7)\n", "test_cases": []},
        {"id": "silent", "python_code": "x = []\nx.append(1)\n", "test_cases": []},
        {"id": "asks", "python_code": "print(input())\n", "test_cases": []},
        {"id": "class", "python_code": "class A:\n    pass\n", "test_cases": []},
        {"id": "broken", "python_code": "def f(:", "test_cases": []},
    )  # fmt: skip
    examples = step(path)
    counts = {example.id: len(example.cases) for example in examples}
    assert counts == {"add": 1, "script": 1, "silent": 0, "asks": 0, "class": 0}
    said = reasons(tmp_path)
    assert said["untested"] == ["silent", "asks", "class"]
    assert [each["origin"] for each in said["unusable"]] == [f"{path}:6"]
    whys = [each["why"] for each in said["cases_left_out"]]
    assert any("the corpus says 5, the Python says 4" in why for why in whys)
    assert any("EOFError" in why for why in whys)
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "2 of 6 entries usable, 3 untested, 1 unusable; 3 cases left out" in line
    assert line.endswith("task.unusable.json")


def test_human_eval_goes_all_the_way(tmp_path: Path, step: Step) -> None:
    """A problem's check becomes cases of its function."""
    path = write_lines(
        tmp_path / "p.jsonl",
        {
            "task_id": "T/0",
            "prompt": 'def f(x):\n    """Return x + 1."""\n',
            "entry_point": "f",
            "canonical_solution": "    return x + 1\n",
            "test": "def check(candidate):\n    assert candidate(1) == 2\n",
        },
    )
    (example,) = step(path)
    assert (example.id, len(example.cases)) == ("T/0", 1)
    assert example.signature == "pub fn f(x: i64) -> i64"


def test_tools_go_all_the_way(tmp_path: Path, step: Step) -> None:
    """A tool's argument lists become runs with output and exit code."""
    folder = tmp_path / "tools/example_double"
    folder.mkdir(parents=True)
    (folder / "double.py").write_text(
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('x', type=int)\nprint(2 * parser.parse_args().x)\n",
        encoding="utf-8",
    )
    (folder / "README.md").write_text(
        "    $ python double.py 4\n    $ python double.py x\n", encoding="utf-8"
    )
    (example,) = step(tmp_path / "tools")
    assert [(case.stdout, case.exit_code) for case in example.cases] == [("8\n", 0), ("", 2)]  # type: ignore[union-attr]  # runs


def test_one_broken_example_does_not_stop_the_step(tmp_path: Path, step: Step) -> None:
    """An example that cannot be used costs itself alone."""
    for name, python in (("good", ADD), ("bad", "1 / 0\n" + ADD), ("worse", "def add(:")):
        folder = tmp_path / "corpus/03_functions" / name
        folder.mkdir(parents=True)
        (folder / "example.py").write_text(python, encoding="utf-8")
        (folder / "inputs.yaml").write_text("calls: ['add(1, 2)']", encoding="utf-8")
    counts = {example.id: len(example.cases) for example in step(tmp_path / "corpus")}
    assert counts == {"03_functions/bad": 0, "03_functions/good": 1}
    assert read_counts(tmp_path / "out/task.unusable.json").unusable == 1


@pytest.mark.parametrize("python", ["def f(:", "class A:\n    pass\n", "raise ValueError\n"])
def test_a_corpus_without_a_usable_entry_is_an_error(
    tmp_path: Path, step: Step, python: str
) -> None:
    """Nothing to evaluate is an error of two lines; the reasons are there all the same."""
    path = write_lines(tmp_path / "c.jsonl", {"id": "x", "python_code": python, "test_cases": []})
    with pytest.raises(CorpusError) as caught:
        step(path)
    assert len(str(caught.value).splitlines()) == 2
    assert reasons(tmp_path)["counts"]["entries"] == 1
    assert not (tmp_path / "out/task.jsonl").exists()


def test_a_sample_is_counted(tmp_path: Path, step: Step) -> None:
    """Entries beyond the number of samples are counted as not drawn, and the sum holds."""
    entries: list[dict[str, object]] = [
        {"id": f"e{number}", "python_code": f"print({number})\n", "test_cases": []}
        for number in range(6)
    ]
    assert len(step(write_lines(tmp_path / "c.jsonl", *entries), samples=2)) == 2
    counts = read_counts(tmp_path / "out/task.unusable.json")
    assert (counts.entries, counts.usable, counts.not_drawn) == (6, 2, 4)


def test_what_is_finished_is_not_run_again(
    tmp_path: Path, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second build finds examples and reasons by their content, wherever the corpus lies."""
    data: dict[str, object] = {
        "id": "x",
        "python_code": ADD,
        "test_cases": [{"input": [1, 2]}, {"input": ["a", 1]}],
    }
    first = step(write_lines(tmp_path / "c.jsonl", data))
    before = reasons(tmp_path)["cases_left_out"]

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(corpus, "each_with_expected", fail)
    (tmp_path / "moved").mkdir()
    assert step(write_lines(tmp_path / "moved/c.jsonl", data)) == first
    after = reasons(tmp_path)["cases_left_out"]
    assert [each["why"] for each in after] == [each["why"] for each in before] != []
    assert "moved" in after[0]["origin"]


def test_counts_in_words_leave_out_what_is_zero() -> None:
    """Only what there is is said."""
    everything = CorpusCounts(3, 3, 0, 0, 0, 9, 0)
    assert in_words(everything) == "3 of 3 entries usable"
    part = CorpusCounts(1200, 1000, 150, 40, 10, 9, 7)
    assert in_words(part) == (
        "1,000 of 1,200 entries usable, 150 untested, 40 unusable, 10 not drawn; 7 cases left out"
    )
