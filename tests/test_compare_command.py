"""doit compare: what got better and what worse, and whether the two can be compared at all."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from example_results import RUNS, example_results
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sse_steps.errors import QueryError
from sse_steps.report.compared import Change, Compared, Tolerances, compared
from sse_steps.settings import GateSettings
from sse_steps.sql.evaluation import Attempt, Evaluation, Program, read_evaluation
from sse_steps.steps import compare

ANY = Tolerances(None, None)
DOUBLE = Tolerances(1.0, 1.0)


def between(here: Path, there: Path, tolerances: Tolerances = ANY) -> Compared:
    """Return what differs between two databases, with few resamples."""
    return compared(read_evaluation(here), read_evaluation(there), tolerances, resamples=200)


def evaluation(
    passes: str, *, model: str = "model", cost: float | None = 1.0, case: str = "[]"
) -> Evaluation:
    """Return one run of one model, a letter an example: p passed."""
    attempts = {
        f"e{place:02}": (
            Attempt(
                *("task", model, f"e{place:02}", 1),
                is_tested=True,
                passes=each == "p",
                cost_usd=cost,
                latency_ms=5.0,
                is_cached=False,
                is_answered=True,
            ),
        )
        for place, each in enumerate(passes)
    }
    programs = {
        ("task", name): Program("task", name, "print(1)", case, "system", "prompt")
        for name in attempts
    }
    return Evaluation({("task", model): attempts}, programs, {"task": frozenset({"full"})}, {})


def test_the_same_results_do_not_differ(tmp_path: Path) -> None:
    """Every difference is 0, every ratio 1, and nothing is unlike."""
    database = example_results(tmp_path)
    found = between(database, database, DOUBLE)
    assert [model.model for model in found.models] == ["dear", "large", "small"]
    for model in found.models:
        assert (model.comparison.difference, model.cost_ratio, model.latency_ratio) == (0, 1, 1)
        assert model.change is Change.NOT_SHOWN
    assert (found.only_here, found.only_there, found.not_alike) == ((), (), ())
    assert not found.has_regression


def test_a_significant_loss_is_a_regression_and_a_gain_is_not(tmp_path: Path) -> None:
    """Ten examples that only one of the two passes are more than chance, whichever way."""
    good = example_results(tmp_path / "good", runs={"model": ("p" * 12,)})
    bad = example_results(tmp_path / "bad", runs={"model": ("pp" + "w" * 10,)})
    (worse,) = between(bad, good).models
    (better,) = between(good, bad).models
    assert (worse.change, worse.regressions) == (Change.WORSE, ("fewer examples pass",))
    assert (better.change, better.regressions) == (Change.BETTER, ())
    assert worse.comparison.difference == -better.comparison.difference == pytest.approx(-10 / 12)
    assert worse.comparison.p_mcnemar == pytest.approx(stats.binomtest(0, 10).pvalue)
    assert (worse.comparison.only_first, worse.comparison.only_second) == (0, 10)


def test_a_loss_that_may_be_chance_is_no_regression(tmp_path: Path) -> None:
    """Two examples of twelve are seen and not called worse."""
    good = example_results(tmp_path / "good", runs={"model": ("p" * 12,)})
    bad = example_results(tmp_path / "bad", runs={"model": ("p" * 10 + "ww",)})
    found = between(bad, good)
    assert found.models[0].change is Change.NOT_SHOWN
    assert found.models[0].comparison.difference == pytest.approx(-1 / 6)
    assert not found.has_regression


def test_p_values_are_corrected_over_all_comparisons(tmp_path: Path) -> None:
    """Six to none is significant alone (p 0.031) and not as one of three comparisons."""
    good, bad = "p" * 12, "p" * 6 + "w" * 6
    alone = between(
        example_results(tmp_path / "a", runs={"x": (bad,)}),
        example_results(tmp_path / "b", runs={"x": (good,)}),
    )
    among = between(
        example_results(tmp_path / "c", runs={"x": (bad,), "y": (good,), "z": (good,)}),
        example_results(tmp_path / "d", runs={"x": (good,), "y": (good,), "z": (good,)}),
    )
    assert alone.has_regression
    assert not among.has_regression
    assert among.models[0].p_holm == pytest.approx(3 * alone.models[0].p_holm)


def test_cost_beyond_the_tolerance_is_a_regression(tmp_path: Path) -> None:
    """What an example costs may double at a tolerance of 1.0, and no more."""
    before = example_results(tmp_path / "before", costs={"small": 0.001})
    for factor, expected in ((2.0, False), (2.5, True)):
        after = example_results(tmp_path / str(factor), costs={"small": 0.001 * factor})
        found = between(after, before, DOUBLE)
        small = found.models[-1]
        assert small.cost_ratio == pytest.approx(factor)
        assert bool(small.regressions) is expected
    assert not between(after, before, ANY).has_regression


def test_models_of_only_one_side_are_named(tmp_path: Path) -> None:
    """A model without a counterpart is said and not compared."""
    here = example_results(tmp_path / "here", runs={"both": ("pw",), "new": ("pp",)})
    there = example_results(tmp_path / "there", runs={"both": ("pw",), "old": ("pp",)})
    found = between(here, there)
    assert [model.model for model in found.models] == ["both"]
    assert (found.only_here, found.only_there) == ((("task", "new"),), (("task", "old"),))


def test_what_is_not_alike_is_said(tmp_path: Path) -> None:
    """Other examples, other runs and another compiler are named: they may explain a difference."""
    here = example_results(tmp_path / "here", runs={"model": ("pwp",)}, rustc="rustc 2.0")
    there = example_results(tmp_path / "there", runs={"model": ("pw", "pw")})
    text = "\n".join(between(here, there).not_alike)
    assert "1 examples are only here" in text
    assert "rustc differs: rustc 2.0 here, rustc 1.0 there" in text
    assert "model has 1 run here and 2 there" in text


def test_an_example_with_other_cases_is_not_compared(tmp_path: Path) -> None:
    """Where every example changed there is nothing to compare, and that is a fault."""
    here = example_results(tmp_path / "here")
    there = example_results(tmp_path / "there", cases='["other"]')
    found = between(here, there)
    assert found.models == ()
    assert "6 examples are with another prompt, Python or other cases" in found.not_alike[0]
    with pytest.raises(QueryError, match="nothing to compare"):
        run(here, there)


def test_isolation_that_differs_is_said() -> None:
    """Verdicts under another isolation are not quite the same verdicts."""
    here = evaluation("pw")
    there = Evaluation(here.attempts, here.programs, {"task": frozenset({"rlimits"})}, {})
    assert compared(here, there, ANY, resamples=10).not_alike == (
        "task: code was isolated otherwise: full here, rlimits there.",
    )


def test_prices_that_differ_are_said(tmp_path: Path) -> None:
    """Dollars by two price files differ although nothing else does."""
    here = example_results(tmp_path / "here")
    there = example_results(tmp_path / "there")
    with duckdb.connect(there) as connection:
        connection.execute("update prices set date = 'long ago', sha256 = 'other'")
    (said,) = between(here, there).not_alike
    assert said.startswith("Prices differs: ")
    assert said.endswith("SHA-256 other there.")


def test_a_mean_that_points_the_other_way_shows_no_change(tmp_path: Path) -> None:
    """The test is over first runs; where later runs contradict it nothing is called better."""
    first, later = "p" * 8 + "w" * 12, "w" * 20
    here = example_results(tmp_path / "here", runs={"model": (first, later, later)})
    there = example_results(tmp_path / "there", runs={"model": ("w" * 20, "p" * 20, "p" * 20)})
    (model,) = between(here, there).models
    assert model.p_holm < 0.05
    assert model.comparison.difference < 0
    assert (model.change, model.regressions) == (Change.NOT_SHOWN, ())


def test_a_cost_that_nobody_knows_has_no_ratio() -> None:
    """None is passed on, and is no regression."""
    (model,) = compared(evaluation("pw", cost=None), evaluation("pw"), DOUBLE, resamples=10).models
    assert model.cost_ratio is None
    assert model.regressions == ()


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_the_other_way_round_everything_is_mirrored(pairs: list[tuple[bool, bool]]) -> None:
    """Here and there exchanged: differences change their sign, and p values stay."""
    first, second = ("".join("p" if pair[side] else "w" for pair in pairs) for side in (0, 1))
    (one,) = compared(evaluation(first), evaluation(second), ANY, resamples=50).models
    (other,) = compared(evaluation(second), evaluation(first), ANY, resamples=50).models
    rate = np.mean([pair[0] for pair in pairs])
    assert one.pass_rate_here == pytest.approx(rate) == other.pass_rate_there
    assert one.comparison.difference == pytest.approx(-other.comparison.difference)
    assert one.comparison.only_first == other.comparison.only_second
    assert one.p_holm == other.p_holm


def run(here: Path, there: Path | str, *, fail: bool = False, as_json: bool = False) -> bool:
    """Run the command on two databases."""
    return compare.run(
        GateSettings(), here, fail_on_regression=fail, json=as_json, **{"with": str(there)}
    )


def test_the_exit_code_says_a_regression_only_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --fail-on-regression a loss is shown, and the command succeeds."""
    good = example_results(tmp_path / "good", runs={"model": ("p" * 12,)})
    bad = example_results(tmp_path / "bad", runs={"model": ("p" + "w" * 11,)})
    assert run(bad, good)
    text = capsys.readouterr().out
    assert "model is worse on task: -91.7 points of pass@1 on 12 examples, more than chance" in text
    assert "REGRESSION  model on task: fewer examples pass" in text
    assert not run(bad, good, fail=True)
    assert run(good, bad, fail=True)


def test_a_folder_stands_for_its_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--with takes a results folder, and --json prints one object."""
    here = example_results(tmp_path / "here")
    example_results(tmp_path / "there", runs={**RUNS, "small": ("wwwwww",)})
    assert run(here, tmp_path / "there", as_json=True)
    found = json.loads(capsys.readouterr().out)
    by_name = {model["model"]: model for model in found["models"]}
    assert by_name["small"]["comparison"]["difference"] == pytest.approx(1 / 3)
    assert found["has_regression"] is False


@pytest.mark.parametrize(
    ("other", "first"), [("", "nothing to compare with"), ("nowhere", "no results database")]
)
def test_other_results_that_are_not_there_are_a_fault(
    tmp_path: Path, other: str, first: str
) -> None:
    """Two lines: what is missing, and what to name."""
    with pytest.raises(QueryError, match=first) as fault:
        run(example_results(tmp_path), other)
    assert len(str(fault.value).splitlines()) == 2


def test_a_database_of_another_version_is_a_fault(tmp_path: Path) -> None:
    """A database without a table that this version reads is named, with the remedy."""
    other = example_results(tmp_path / "other")
    with duckdb.connect(other) as connection:
        connection.execute("drop table programs")
    with pytest.raises(QueryError, match="another version") as fault:
        run(example_results(tmp_path / "here"), other)
    assert len(str(fault.value).splitlines()) == 2
    (tmp_path / "text.duckdb").write_text("no database")
    with pytest.raises(QueryError, match="cannot be opened"):
        run(example_results(tmp_path / "again"), tmp_path / "text.duckdb")
