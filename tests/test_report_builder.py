"""ReportBuilder: statistics as SciPy has them, every format, and nothing that is not known."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sse_steps import BuiltReport, EvalResult, ReportBuilder, UserError

HOSTILE = "</script><img src=x onerror=alert(1)>|a`*[b](javascript:c)"
SMALL = [0.91, 0.92, 0.93, 0.92, 0.92]
BIG = [0.95, 0.94, 0.96, 0.95, 0.95]
SHARE = st.integers(0, 200).map(lambda passed: passed / 200)
AMOUNT = st.just(0.0) | st.floats(1e-9, 1e6)


def result(model: str, accuracy: float, *, task: str = "task", cost: float = 1.0) -> EvalResult:
    """Return a result that takes a second."""
    return EvalResult(model_id=model, task_id=task, accuracy=accuracy, cost=cost, latency_s=1.0)


def two_models() -> BuiltReport:
    """Return a report on a small model and a big one with five runs each."""
    builder = ReportBuilder("my-eval")
    builder.add_result(result("small", 0.92, cost=0.0001), SMALL)
    builder.add_result(result("big", 0.95, cost=0.25), BIG)
    return builder.build()


def test_intervals_and_tests_are_scipys() -> None:
    """Student's interval, paired and Welch's t-test equal SciPy's; d is mean over deviation."""
    (task,) = two_models().tasks
    accuracy = {row.model_id: row for row in task.accuracy}
    low, high = stats.t.interval(0.95, 4, np.mean(SMALL), stats.sem(SMALL))
    interval = accuracy["small"].student_t
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high))
    (difference,) = task.differences
    assert (difference.model_id, difference.other_id) == ("big", "small")
    assert difference.difference == pytest.approx(0.03)
    assert difference.p_paired_t == pytest.approx(stats.ttest_rel(BIG, SMALL).pvalue)
    welch = stats.ttest_ind(BIG, SMALL, equal_var=False).pvalue
    assert difference.p_welch == pytest.approx(welch)
    gaps = np.array(BIG) - np.array(SMALL)
    assert difference.effect_size == pytest.approx(gaps.mean() / gaps.std(ddof=1))
    assert difference.p_holm == difference.p_bonferroni == difference.p_paired_t
    assert difference.is_significant is True


def test_the_bootstrap_is_seeded_and_inside_the_runs() -> None:
    """The same runs give the same interval, within the smallest and the largest of them."""
    found = [two_models().tasks[0].accuracy[1].percentile for _ in range(2)]
    assert found[0] == found[1]
    assert found[0] is not None
    assert min(SMALL) <= found[0].low < 0.92 < found[0].high <= max(SMALL)


def test_corrections_are_over_all_pairs() -> None:
    """Three models are three pairs: Bonferroni's p is three times the test's, Holm's no larger."""
    builder = ReportBuilder("three")
    runs = {"a": [0.5, 0.6, 0.55, 0.52], "b": [0.5, 0.5, 0.61, 0.5], "c": [0.2, 0.25, 0.2, 0.21]}
    for model, samples in runs.items():
        builder.add_result(result(model, float(np.mean(samples))), samples)
    (task,) = builder.build().tasks
    for row in task.differences:
        assert row.p_paired_t is not None
        assert row.p_bonferroni == pytest.approx(min(1.0, 3 * row.p_paired_t))
        assert row.p_bonferroni is not None
        assert row.p_holm is not None
        assert row.p_holm <= row.p_bonferroni


def test_different_numbers_of_runs_are_not_paired() -> None:
    """Without pairs there is Welch's test alone, and a caveat says so."""
    builder = ReportBuilder("unequal")
    builder.add_result(result("a", 0.5), [0.4, 0.5, 0.6])
    builder.add_result(result("b", 0.7), [0.7, 0.71])
    (task,) = builder.build().tasks
    (row,) = task.differences
    assert (row.p_paired_t, row.effect_size) == (None, None)
    assert row.p_holm == row.p_welch
    assert any("without pairing" in caveat for caveat in task.caveats)


def test_what_is_not_known_is_said() -> None:
    """One run has no interval, no runs no mean, equal runs a point; all have their caveats."""
    builder = ReportBuilder("few")
    builder.add_result(result("one", 0.5), [0.5])
    builder.add_result(result("none", 0.4))
    builder.add_result(result("equal", 0.3), [0.3, 0.3])
    builder.add_result(result("off", 0.9), [0.1, 0.2, 0.1, 0.2, 0.1])
    (task,) = builder.build().tasks
    rows = {row.model_id: row for row in task.accuracy}
    assert (rows["one"].student_t, rows["one"].mean) == (None, 0.5)
    assert (rows["none"].mean, rows["none"].runs) == (None, 0)
    point = rows["equal"].student_t
    assert point is not None
    assert (point.low, point.high) == (0.3, 0.3)
    told = " ".join(task.caveats)
    assert "one has 1 of the 5 runs" in told
    assert "Every run of equal scored the same" in told
    assert "The accuracy of off is given as 0.9, and its runs have a mean of 0.14" in told


def test_each_task_is_told_apart() -> None:
    """Results of two tasks are two parts, and a model is compared within its task alone."""
    builder = ReportBuilder("two tasks")
    builder.add_result(result("a", 0.5, task="first"), SMALL)
    builder.add_result(result("a", 0.5, task="second"), BIG)
    report = builder.build()
    assert [task.task_id for task in report.tasks] == ["first", "second"]
    assert all(task.differences == () for task in report.tasks)
    assert "## Task second" in report.to_markdown()


@pytest.mark.parametrize("samples", [[1.5], [-0.1], [float("nan")], [0.5, float("inf")]])
def test_an_accuracy_that_is_no_share_is_refused(samples: list[float]) -> None:
    """The message names the run and the model."""
    with pytest.raises(UserError, match=rf"Run {len(samples)} of 'a'"):
        ReportBuilder("bad").add_result(result("a", 0.5), samples)


def test_a_second_result_of_a_model_is_refused() -> None:
    """Two results of one model at one task would be one too many."""
    builder = ReportBuilder("twice")
    builder.add_result(result("a", 0.5), SMALL)
    with pytest.raises(UserError, match="'a' has a result at 'task' already"):
        builder.add_result(result("a", 0.6), SMALL)


def test_markdown_has_ranking_intervals_and_differences() -> None:
    """The tables have the figures of both models in words."""
    text = two_models().to_markdown()
    assert text.startswith("# my-eval\n")
    assert "On the frontier of accuracy, cost and latency: big and small." in text
    assert "| small | 92 % | \\$0.00010 | 1.0 s | 3 points | 2,425.0 | on it |" in text
    assert "| big and small | 3 points |" in text
    assert text.rstrip().endswith("say nothing about other examples.")


class Page(HTMLParser):
    """Collects tags, and text outside of styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; none carries a handler or loads anything."""
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_hostile_names_stay_text() -> None:
    """A name is escaped in Markdown and HTML, and unchanged in JSON."""
    builder = ReportBuilder(HOSTILE)
    builder.add_result(result(HOSTILE, 0.5, task=HOSTILE), [0.5, 0.5])
    builder.add_result(result("b", 0.4, task=HOSTILE), [0.3, 0.5])
    report = builder.build()
    page = Page()
    page.feed(report.to_html())
    assert not {"script", "img", "link"} & set(page.tags)
    assert page.text.count(HOSTILE) > 4
    assert page.tags.count("table") == page.tags.count("caption") == 3
    assert "<img" not in report.to_markdown()
    assert "[b](" not in report.to_markdown()
    assert json.loads(report.to_json())["tasks"][0]["task_id"] == HOSTILE


def test_json_holds_results_and_metadata() -> None:
    """The records are there, unknown figures as null, metadata as it was given."""
    builder = ReportBuilder("json")
    free = EvalResult(
        model_id="a",
        task_id="t",
        accuracy=0.5,
        cost=None,
        latency_s=None,
        metadata={"note": "ours", "when": 3},
    )
    builder.add_result(free)
    parsed = json.loads(builder.build().to_json(), parse_constant=pytest.fail)
    (found,) = parsed["tasks"][0]["results"]
    assert (found["cost"], found["latency_s"], found["accuracy"]) == (None, None, 0.5)
    assert found["metadata"] == {"note": "ours", "when": 3}
    assert parsed["tasks"][0]["analysis"]["frontier_models"] == ["a"]


def test_nothing_added_is_said() -> None:
    """A report on nothing has a sentence instead of tables."""
    report = ReportBuilder("empty").build()
    assert "No result was added." in report.to_markdown()
    assert "No result was added." in report.to_html()
    assert json.loads(report.to_json()) == {"name": "empty", "tasks": []}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(SHARE, max_size=6), SHARE, AMOUNT, AMOUNT),
        min_size=1,
        max_size=4,
    )
)
def test_no_figure_is_ever_nan(models: list[tuple[list[float], float, float, float]]) -> None:
    """Whatever the figures, every table is whole and JSON has no NaN."""
    builder = ReportBuilder("any")
    for index, (samples, accuracy, cost, latency) in enumerate(models):
        added = EvalResult(
            model_id=f"m{index}", task_id="t", accuracy=accuracy, cost=cost, latency_s=latency
        )
        builder.add_result(added, samples)
    report = builder.build()
    json.loads(report.to_json(), parse_constant=pytest.fail)
    text = report.to_markdown()
    assert not re.search(r"\bnan\b|\binf\b", text.lower())
    assert len(report.tasks[0].differences) == len(models) * (len(models) - 1) // 2
