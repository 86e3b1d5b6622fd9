"""The Pareto analysis as an API: validated results in, models by name out."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sse_steps import EvalResult, UserError, analyze_pareto

ROOT = Path(__file__).parents[1]


def result(
    model: str, accuracy: float, cost: float | None = 1.0, latency_s: float | None = 1.0
) -> EvalResult:
    """Return a result of one task."""
    return EvalResult(
        model_id=model, task_id="task", accuracy=accuracy, cost=cost, latency_s=latency_s
    )


# Somebody's published example, with the value scores that they published.
CHECK_TABLE = (
    (result("slm-100m", 0.92, 0.0001, 0.015), 129333.3),
    (result("gemini-flash", 0.93, 0.075, 0.4), 6.5),
    (result("gpt-4o-mini", 0.94, 0.15, 0.6), 2.2),
    (result("claude-haiku", 0.95, 0.25, 0.8), 1.0),
)


def test_value_scores_of_the_check_table() -> None:
    """The four published rows give the four published value scores, to the digit."""
    analysis = analyze_pareto([row for row, _ in CHECK_TABLE])
    scores = {offer.model_id: offer.value_score for offer in analysis.trade_offs}
    for row, value in CHECK_TABLE:
        score = scores[row.model_id]
        assert score is not None
        assert round(score, 1) == value
    assert set(analysis.frontier_models) == {row.model_id for row, _ in CHECK_TABLE}
    assert analysis.dominated_models == ()
    assert analysis.value_leader == "slm-100m"


def test_models_come_most_accurate_first_whatever_the_order_of_results() -> None:
    """Ties in accuracy go to the cheaper, the faster, the first by name."""
    rows = [
        result("d", 0.5, 2),
        result("c", 0.5, 1, 2),
        result("b", 0.5, 1, 1),
        result("a", 0.5, 1, 1),
        result("best", 0.9, 9, 9),
    ]
    for order in (rows, rows[::-1]):
        ranked = [offer.model_id for offer in analyze_pareto(order).trade_offs]
        assert ranked == ["best", "a", "b", "c", "d"]


def test_a_dominated_model_says_by_whom_and_by_how_much() -> None:
    """The other's gain in accuracy, and how many times the model costs and takes of the other's."""
    analysis = analyze_pareto([result("good", 0.75, 2, 1), result("bad", 0.5, 8, 3)])
    (found,) = analysis.dominations
    assert (found.model_id, found.dominated_by) == ("bad", "good")
    assert (found.accuracy_gain, found.cost_ratio, found.latency_ratio) == (0.25, 4, 3)
    assert (analysis.frontier_models, analysis.dominated_models) == (("good",), ("bad",))


def test_a_mixture_names_its_two_agents_with_their_probability() -> None:
    """Halfway in cost between two, it is halfway in accuracy, and above the model it beats."""
    analysis = analyze_pareto(
        [result("low", 0.25, 1, 1), result("mid", 0.375, 2, 2), result("high", 0.75, 3, 3)]
    )
    (mixture,) = analysis.mixtures
    assert (mixture.model_id, mixture.cheaper, mixture.dearer) == ("mid", "low", "high")
    assert (mixture.probability, mixture.accuracy, mixture.cost) == (0.5, 0.5, 2)
    assert analysis.convex_frontier_models == ("high", "low")
    assert analysis.frontier_models == ("high", "mid", "low")


def test_what_is_not_known_wins_nothing() -> None:
    """A model without a known cost is dominated by its equal with one, and has no value score."""
    analysis = analyze_pareto([result("known", 0.5), result("unknown", 0.5, None)])
    assert analysis.dominated_models == ("unknown",)
    assert analysis.trade_offs[1].value_score is None
    assert analyze_pareto([result("unknown", 0.5, None, None)]).frontier_models == ("unknown",)


def test_a_model_that_passes_nothing_is_never_praised() -> None:
    """However cheap it is, it is on no frontier, leads nothing and has no value score."""
    analysis = analyze_pareto([result("useless", 0, 0.001, 0.001), result("good", 0.5)])
    assert analysis.frontier_models == analysis.convex_frontier_models == ("good",)
    assert analysis.trade_offs[1].value_score is None
    assert (analysis.value_leader, analysis.per_dollar_leader) == ("good", "good")
    nothing = analyze_pareto([result("useless", 0)])
    assert (nothing.frontier_models, nothing.value_leader) == ((), None)


def test_no_results_are_an_empty_analysis() -> None:
    """Nothing in, nothing out, and no fault."""
    analysis = analyze_pareto([])
    assert (analysis.frontier_models, analysis.trade_offs, analysis.value_leader) == ((), (), None)


@pytest.mark.parametrize(
    ("field", "figure"),
    [
        ("accuracy", math.nan),
        ("accuracy", 1.0001),
        ("accuracy", -0.1),
        ("accuracy", None),
        ("cost", -1.0),
        ("cost", math.nan),
        ("cost", math.inf),
        ("latency_s", -0.001),
        ("latency_s", "fast"),
    ],
)
def test_a_figure_that_is_none_is_refused(field: str, figure: object) -> None:
    """NaN, infinity, text and what is out of range are faults of two lines that say where."""
    figures = {"accuracy": 0.5, "cost": 1.0, "latency_s": 1.0, field: figure}
    with pytest.raises(UserError) as fault:
        EvalResult(model_id="model", task_id="task", **figures)  # type: ignore[arg-type]  # wrong on purpose
    assert f"'model' at 'task' has {field}={figure!r}" in fault.value.wrong
    assert len(str(fault.value).splitlines()) == 2


def test_results_of_several_tasks_are_refused() -> None:
    """Accuracies at different tasks are not compared."""
    other = EvalResult(model_id="a", task_id="other", accuracy=0.5, cost=1, latency_s=1)
    with pytest.raises(UserError, match="2 tasks: 'other', 'task'"):
        analyze_pareto([result("a", 0.5), other])


def test_two_results_of_one_model_are_refused() -> None:
    """Which of the two counts is not guessed."""
    with pytest.raises(UserError, match="more than one result of 'a'"):
        analyze_pareto([result("a", 0.5), result("a", 0.6)])


def test_the_examples_of_the_page_run() -> None:
    """The Python in docs/pareto.md runs from its top to its end as it stands there."""
    page = (ROOT / "docs/pareto.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 4
    command = [sys.executable, "-W", "error", "-c", "\n".join(blocks)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
