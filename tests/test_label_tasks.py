"""Task files of labels: the seed's format with `label_key`, and what contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from sse_steps.config import load_settings
from sse_steps.errors import CorpusError, TaskFileError
from sse_steps.infer.engine import Sampling
from sse_steps.infer.prompt import build_request
from sse_steps.labels.rules import AnswerMetric, AnswerRules
from sse_steps.labels.template import placeholders
from sse_steps.records import LabelledExample
from sse_steps.slices import Origin
from sse_steps.steps.plan import Plan
from sse_steps.tasks import Metric, Prompts, Task, load_task

ROOT = Path(__file__).parents[1]
HEAD = "task: {id: t, domain: d, description: d}\ncorpus: tasks/c.jsonl\n"
PROMPTS = "prompts: {system: s, user_template: 'x {text}'}\n"
LABELS = "ground_truth: {type: labels, label_key: mood, labels: [good, bad]}\n"
FREE = "ground_truth: {type: labels, label_key: mood, metric: f1}\n"


def load(folder: Path, text: str) -> Task:
    """Load a task file with this text."""
    (folder / "t.yaml").write_text(text, encoding="utf-8")
    return load_task("t", folder)


def test_the_rules_of_a_task_of_labels_are_read(tmp_path: Path) -> None:
    """Key, metric and labels reach the rules; without a word it is exact match of any text."""
    task = load(tmp_path, HEAD + PROMPTS + LABELS)
    assert task.ground_truth.answer_rules == AnswerRules(
        "mood", AnswerMetric.EXACT_MATCH, ("good", "bad")
    )
    plain = load(tmp_path, HEAD + PROMPTS + "ground_truth: {type: labels}\n")
    assert plain.ground_truth.answer_rules == AnswerRules("label", AnswerMetric.EXACT_MATCH, ())


def test_the_metric_that_grades_is_always_shown(tmp_path: Path) -> None:
    """The report shows what the task lists and the metric that its answers are graded by."""
    listed = "evaluation: {metrics: [latency]}\n"
    assert load(tmp_path, HEAD + PROMPTS + FREE + listed).metrics == (Metric.LATENCY, Metric.F1)
    code = HEAD + PROMPTS.replace("text", "python_code") + listed
    assert load(tmp_path, code).metrics == (Metric.LATENCY,)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (PROMPTS.replace("{text}", "text") + LABELS, "without a place"),
        (PROMPTS.replace("{text}", "{text} {mood}") + LABELS, "shows 'mood'"),
        (PROMPTS.replace("system: s", "system: '{mood}'") + LABELS, "shows 'mood'"),
        (PROMPTS + LABELS.replace("bad", "GOOD"), "one twice"),
        (PROMPTS + LABELS.replace("bad", "' '"), "empty label"),
        (PROMPTS + LABELS.replace("labels: [", "metric: f1, labels: ["), "counts words"),
        (PROMPTS + LABELS + "verify: {crates: [regex]}\n", "no code to judge"),
        (
            PROMPTS + FREE.replace("metric: f1", "metric: exact_match")
            + "evaluation: {metrics: [f1]}\n",
            "does not grade by it",
        ),
        (PROMPTS.replace("text", "python_code") + "evaluation: {metrics: [f1]}\n", "lists 'f1'"),
        (
            PROMPTS.replace("text", "python_code") + "ground_truth: {labels: [good]}\n",
            "where the compiler judges",
        ),
        (PROMPTS + LABELS.replace("good", "yes"), "ground_truth.labels.0"),
        (PROMPTS + FREE.replace("f1", "f2"), "ground_truth.metric"),
        (PROMPTS + FREE.replace("label_key", "label_kex"), "ground_truth.label_kex"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_two_lines(tmp_path: Path, text: str, wrong: str) -> None:
    """A task file whose keys do not go together is refused, with the file and a remedy."""
    with pytest.raises(TaskFileError) as caught:
        load(tmp_path, HEAD + text)
    assert wrong in caught.value.wrong
    assert str(tmp_path / "t.yaml") in caught.value.wrong
    assert len(str(caught.value).splitlines()) == 2


def test_places_of_a_template_are_found_once() -> None:
    """A place is a key in braces; JSON and empty braces are text."""
    text = '{a} {b_2} {a} {} { c } {"d": 1} {e.f} {g-h}'
    assert placeholders(text, "{z}") == ("a", "b_2", "e.f", "g-h", "z")


def test_braces_of_a_record_are_data() -> None:
    """A field that looks like a place is put in as it is, in the system's text as well."""
    example = LabelledExample("e", ("good",), {"text": "{topic} {text} {}", "topic": "{mood}"})
    request = build_request(example, Prompts("On {topic}.", "{text}|{topic}"))
    assert request.system == "On {mood}."
    assert request.user == "{topic} {text} {}|{mood}"


def test_a_key_that_an_example_lacks_is_two_lines() -> None:
    """The error names the example and the key."""
    with pytest.raises(CorpusError) as caught:
        build_request(LabelledExample("e7", ("good",), {}), Prompts("", "{text}"))
    assert "'e7' has no 'text'" in caught.value.wrong
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("overrides", "most"),
    [([], 8), (["run.max_tokens=99"], 99), (["model.smollm2_135m.max_tokens=3"], 3)],
)
def test_a_reply_is_as_long_as_task_and_model_allow(overrides: list[str], most: int) -> None:
    """The tighter limit of the two files holds; the command line overrules both."""
    wanted = ["tasks=[sentiment]", "models=[smollm2_135m]", *overrides]
    plan = Plan(load_settings(wanted, root=ROOT), ROOT)
    sampling: Sampling = plan.sampling(Origin("sentiment", "smollm2_135m", 1))
    assert sampling.max_tokens == most
