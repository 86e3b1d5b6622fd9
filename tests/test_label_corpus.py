"""Labelled records: what is read, what cannot be used, and what stops the step."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.corpus.examples_file import read_any_examples
from sse_steps.corpus.summary import read_counts
from sse_steps.errors import CorpusError
from sse_steps.infer.controls import ReferenceEngine, StubEngine
from sse_steps.infer.engine import Request, Sampling
from sse_steps.labels.answers import answer_in
from sse_steps.labels.reading import read_labelled
from sse_steps.labels.rules import AnswerMetric, AnswerRules
from sse_steps.labels.scoring import grade
from sse_steps.records import LabelledExample
from sse_steps.settings import LimitSettings
from sse_steps.slices import CorpusSlice
from sse_steps.steps import corpus
from sse_steps.tasks import load_task

ROOT = Path(__file__).parents[1]
CLOSED = AnswerRules("label", labels=("good", "bad"))
FREE = AnswerRules("label", AnswerMetric.F1)
SAMPLING = Sampling(temperature=0.0, max_tokens=9, timeout_s=9.0)


def write(path: Path, *lines: object) -> Path:
    """Write records, or texts as they are, a line each."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def test_records_are_read(tmp_path: Path) -> None:
    """Names are `id` or the line's number; labels are as the task writes them; fields are texts."""
    path = write(
        tmp_path / "c.jsonl",
        {"id": "x", "label": " GOOD\t", "text": "a", "more": 1},
        "",
        {"label": ["bad", "good", "bad"], "text": 5},
        {"id": 7, "label": "bad", "text": ["a", {"b": None}]},
    )
    found = read_labelled(path, CLOSED, ("text",))
    assert found.unusable == ()
    assert found.examples == (
        LabelledExample("x", ("good",), {"text": "a"}),
        LabelledExample("3", ("bad", "good"), {"text": "5"}),
        LabelledExample("7", ("bad",), {"text": '["a", {"b": null}]'}),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "no JSON"),
        ("[1]", "no object"),
        ({"text": "a"}, "no label under 'label'"),
        ({"text": "a", "label": None}, "no label under 'label'"),
        ({"text": "a", "label": []}, "no label under 'label'"),
        ({"text": "a", "label": {}}, "which is no label"),
        ({"text": "a", "label": ["good", None]}, "which is no label"),
        ({"text": "a", "label": "fine"}, "none of the task's labels"),
        ({"text": "a\0", "label": "good"}, "null byte"),
        ({"text": "\ud800", "label": "good"}, "half a character"),
        ({"id": " ", "text": "a", "label": "good"}, "which is no name"),
        ({"id": ["x"], "text": "a", "label": "good"}, "which is no text"),
        ({"id": "taken", "text": "a", "label": "good"}, "'taken' is taken"),
    ],
)
def test_what_cannot_be_used_is_listed(tmp_path: Path, line: object, why: str) -> None:
    """A broken record costs itself alone and is named by its file and line."""
    first = {"id": "taken", "text": "a", "label": "good"}
    path = write(tmp_path / "c.jsonl", first, line)
    found = read_labelled(path, CLOSED, ("text",))
    assert [each.id for each in found.examples] == ["taken"]
    (unusable,) = found.unusable
    assert unusable.origin == f"{path}:2"
    assert why in unusable.why


@pytest.mark.parametrize("label", ["the", "?!", "two\nlines"])
def test_a_label_that_no_reply_could_match_is_unusable(tmp_path: Path, label: str) -> None:
    """A free answer of articles, of punctuation or of two lines would fail the reference."""
    found = read_labelled(write(tmp_path / "c.jsonl", {"label": label}), FREE, ())
    assert len(found.unusable) == 1


def test_a_record_without_what_the_prompt_shows_stops_the_step(tmp_path: Path) -> None:
    """The error has two lines and names file, line and key."""
    path = write(tmp_path / "c.jsonl", {"label": "good", "text": "a"}, {"label": "good"})
    with pytest.raises(CorpusError) as caught:
        read_labelled(path, CLOSED, ("text",))
    wrong, remedy = str(caught.value).splitlines()
    assert wrong == f"'{path}', line 2, has no 'text', which the task's prompt asks for."
    assert "{text}" in remedy


def test_a_corpus_that_is_not_there_is_two_lines(tmp_path: Path) -> None:
    """A missing file, or a folder, says what a corpus of labels is."""
    with pytest.raises(CorpusError, match="There is no file"):
        read_labelled(tmp_path, CLOSED, ())


def test_the_step_counts_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Examples, counts and reasons are files as for programs; each example has one case."""
    records: list[dict[str, Any]] = [{"label": "good", "text": str(each)} for each in range(5)]
    path = write(tmp_path / "c.jsonl", *records, {"text": "x"})
    slice_ = CorpusSlice(3, LimitSettings(), False, CLOSED, ("text",))  # noqa: FBT003 - isolation
    target, reasons = tmp_path / "t.jsonl", tmp_path / "t.unusable.json"
    corpus.run(slice_, path, tmp_path / "cache", target, reasons)
    examples = read_any_examples(target)
    assert all(isinstance(each, LabelledExample) for each in examples)
    counts = read_counts(reasons)
    assert (counts.entries, counts.usable, counts.unusable, counts.not_drawn) == (6, 3, 1, 2)
    assert (counts.cases, len(examples)) == (3, 3)
    assert "3 of 6 entries usable, 1 unusable, 2 not drawn" in capsys.readouterr().err


def test_a_corpus_without_a_label_is_an_error(tmp_path: Path) -> None:
    """Nothing to evaluate is an error of two lines; the reasons are there all the same."""
    path = write(tmp_path / "c.jsonl", {"text": "x"})
    slice_ = CorpusSlice(3, LimitSettings(), False, CLOSED, ("text",))  # noqa: FBT003 - isolation
    reasons = tmp_path / "t.unusable.json"
    with pytest.raises(CorpusError, match="can be used"):
        corpus.run(slice_, path, tmp_path / "cache", tmp_path / "t.jsonl", reasons)
    assert read_counts(reasons).unusable == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.dictionaries(
                st.sampled_from(["id", "label", "text"]),
                st.recursive(
                    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
                    | st.sampled_from(["good", "bad"]),
                    lambda inner: st.lists(inner, max_size=3),
                ),
            ),
        ),
        max_size=6,
    ),
    st.sampled_from([CLOSED, FREE, AnswerRules("label")]),
)  # fmt: skip
def test_a_label_is_right_and_a_stub_is_wrong_whatever_a_corpus_holds(
    tmp_path: Path, lines: list[object], rules: AnswerRules
) -> None:
    """Of every usable example each right answer scores 1 and the stub 0: the controls hold."""
    path = write(tmp_path / "c.jsonl", *(str(x) if isinstance(x, str) else x for x in lines))
    for example in read_labelled(path, rules, ()).examples:
        for right in example.answers:
            found = grade(answer_in(right, rules.labels), example.answers, rules)
            assert (found.is_right, found.score) == (True, 1.0)
        stubbed = replies(StubEngine(), example)
        found = grade(answer_in(stubbed, rules.labels), example.answers, rules)
        assert (found.is_right, found.score) == (False, 0.0)


def replies(engine: ReferenceEngine | StubEngine, example: LabelledExample) -> str:
    """Return what a control says of one example."""
    request = Request(example, "", "")
    ((reply,),) = engine.complete([request], SAMPLING, on_finish=lambda _: None)
    assert engine.inputs(request, SAMPLING) == (reply.text,)
    return reply.text


def test_the_reference_says_the_label() -> None:
    """The control that must pass answers the first right answer."""
    assert replies(ReferenceEngine(), LabelledExample("e", ("x", "y"), {})) == "x"


@pytest.mark.parametrize("name", ["sentiment", "question_answering"])
def test_the_project_s_own_records_are_all_usable(name: str) -> None:
    """Every record of the two worked tasks can be used, and labels of a closed set are balanced."""
    task = load_task(name, ROOT / "tasks")
    rules = task.ground_truth.answer_rules
    assert rules is not None
    keys = ("review",) if rules.labels else ("passage", "question")
    found = read_labelled(ROOT / task.corpus, rules, keys)
    assert found.unusable == ()
    assert len(found.examples) >= 30
    if rules.labels:
        counts = Counter(example.answers[0] for example in found.examples)
        assert len(set(counts.values())) == 1
    else:
        assert all(
            any(answer.lower() in example.fields["passage"].lower() for answer in example.answers)
            for example in found.examples
        )
