"""Given completions and verdicts, the marts hold what was worked out, and the checks bite."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats
from synthetic_results import COMPLETION, attempt, candidate, scripted, write_sources

from sse_steps.errors import ControlError, DataCheckError
from sse_steps.records import Completion, FinishReason, Outcome, Role, VerdictRow
from sse_steps.sql.database import build_database
from sse_steps.sql.scripts import in_order, scripts_in
from sse_steps.sql.sources import CorpusRow, ModelRow, Sources
from sse_steps.stats.intervals import (
    clustered_wilson_interval,
    student_t_interval,
    wilson_interval,
)

Attempts = list[tuple[Completion, VerdictRow]]
Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds a database from attempts and declared models."""

    def build_from(attempts: Attempts, models: Sequence[ModelRow] = ()) -> Path:
        target = tmp_path / "results.duckdb"
        models = models or [candidate(name) for name in sorted({c.model for c, _ in attempts})]
        build_database(target, write_sources(tmp_path, attempts, models))
        return target

    return build_from


def rows_of(database: Path, query: str) -> list[tuple[object, ...]]:
    """Return what `query` gives."""
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def row_of(database: Path, columns: str, relation: str = "model_metrics") -> tuple[object, ...]:
    """Return the only row of `relation`."""
    (row,) = rows_of(database, f"select {columns} from {relation}")  # noqa: S608 -- ours
    return row


def test_pass_at_1_is_the_mean_over_runs(build: Build) -> None:
    """Runs with 2, 1 and 3 of 4 passed have pass@1 0.5, and Student's interval in 0 to 1."""
    database = build(scripted("model", ["ppww", "pwww", "pppw"]))
    pass_at_1, low, high, runs, examples = row_of(
        database, "pass_at_1, ci_low, ci_high, runs, examples"
    )
    interval = student_t_interval([0.5, 0.25, 0.75])
    assert interval is not None
    assert (pass_at_1, runs, examples) == (0.5, 3, 4)
    assert (low, high) == (max(0, interval.low), min(1, interval.high))
    assert (low, high) == (0, 1)


def test_student_interval_inside_its_bounds(build: Build) -> None:
    """Where the bounds do not bind, the interval is the one that SciPy's quantile gives."""
    runs = ["p" * 50 + "w" * 50, "p" * 52 + "w" * 48, "p" * 47 + "w" * 53]
    database = build(scripted("model", runs, per_level=10))
    interval = student_t_interval([0.50, 0.52, 0.47])
    assert interval is not None
    assert row_of(database, "ci_low, ci_high") == pytest.approx((interval.low, interval.high))


def test_one_run_has_no_interval_over_runs(build: Build) -> None:
    """A single run has no spread: the interval is NULL, and so is consistency."""
    database = build(scripted("model", ["ppww"]))
    assert row_of(database, "ci_low, ci_high, zero_spread, consistency") == (None,) * 4


def test_runs_that_agree_give_a_point(build: Build) -> None:
    """Equal runs have zero spread; Wilson's interval counts each example once."""
    database = build(scripted("model", ["ppwwwww"] * 5))
    low, high, wilson_low, wilson_high, zero_spread = row_of(
        database, "ci_low, ci_high, wilson_low, wilson_high, zero_spread"
    )
    expected = stats.binomtest(2, 7).proportion_ci(method="wilson")
    assert (low, high, zero_spread) == (2 / 7, 2 / 7, True)
    assert (wilson_low, wilson_high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("passed", [0, 1, 7, 19, 20])
def test_wilson_in_sql_equals_python(build: Build, passed: int) -> None:
    """The interval computed in SQL is the one of stats.intervals, at the ends too."""
    database = build(scripted("model", ["p" * passed + "w" * (20 - passed)]))
    interval = wilson_interval(passed, 20)
    assert interval is not None
    assert row_of(database, "wilson_low, wilson_high") == pytest.approx(
        (interval.low, interval.high), abs=1e-12
    )


@pytest.mark.parametrize("letters", ["pw", "ppppppppw", "wwwwwwwwp", "p"])
def test_wilson_of_several_runs_is_clustered(build: Build, letters: str) -> None:
    """In SQL runs count for as much as in stats.intervals, over all levels and on each."""
    drawn = np.random.default_rng(1).choice(list(letters), size=(5, 12))
    runs = ["".join(run) for run in drawn.tolist()]
    database = build(scripted("model", runs, per_level=6))
    scores = np.array([[letter == "p" for letter in run] for run in runs], dtype=float).T
    for level, rows in ((None, slice(0, 12)), (1, slice(0, 6)), (2, slice(6, 12))):
        expected = clustered_wilson_interval(scores[rows])
        assert expected is not None
        with duckdb.connect(database, read_only=True) as connection:
            found = connection.execute(
                "select wilson_low, wilson_high from wilson_intervals "
                "where level is not distinct from ?",
                [level],
            ).fetchall()
        assert found == [pytest.approx((expected.low, expected.high), abs=1e-12)]
    overall = clustered_wilson_interval(scores)
    assert overall is not None
    assert row_of(database, "wilson_low, wilson_high") == pytest.approx(
        (overall.low, overall.high), abs=1e-12
    )


def test_compile_rate_counts_what_compiles(build: Build) -> None:
    """A wrong answer compiled; a compile error and a reply without code did not."""
    database = build(scripted("model", ["pwcn"]))
    assert row_of(database, "pass_at_1, compile_rate") == (0.25, 0.5)


def test_costs_and_tokens(build: Build) -> None:
    """Four completions of $0.001 and 150 tokens, one passed, give each unit price."""
    database = build(scripted("model", ["pwww"]))
    assert row_of(
        database,
        "usd_per_example, usd_per_pass, usd_per_1m_tokens, prompt_tokens, completion_tokens",
    ) == pytest.approx((0.001, 0.004, 1e6 * 0.004 / 600, 400, 200))


def test_costs_without_tokens_or_passes(build: Build) -> None:
    """An engine without tokens has no price per token, and nothing passed has no price per pass."""
    template = replace(COMPLETION, prompt_tokens=None, completion_tokens=None)
    database = build(scripted("model", ["ww"], template=template))
    assert row_of(database, "usd_per_1m_tokens, usd_per_pass, prompt_tokens") == (None,) * 3


def test_a_cached_completion_keeps_its_cost_and_is_not_timed(build: Build) -> None:
    """Reused rows count with the cost they carry; their latency is nobody's measurement."""
    live, _ = attempt(replace(COMPLETION, latency_s=0.1))
    cached, _ = attempt(replace(COMPLETION, run=2, latency_s=9.0, cached=True))
    database = build([attempt(live), attempt(cached)])
    assert row_of(database, "usd_per_example, latency_p50_ms, cached, latency_measurements") == (
        0.001,
        100,
        1,
        1,
    )


def test_cold_latencies_are_kept_apart(build: Build) -> None:
    """The first batch after a load has its own median and leaves the quantiles alone."""
    latencies = [(5.0, True), (7.0, True), (0.1, False), (0.2, False), (0.3, False)]
    database = build(
        [
            attempt(replace(COMPLETION, example=f"e{index}", latency_s=latency, cold=cold))
            for index, (latency, cold) in enumerate(latencies)
        ]
    )
    assert row_of(
        database, "latency_p50_ms, latency_p95_ms, latency_p99_ms, latency_cold_ms, latency_basis"
    ) == (200, pytest.approx(290), pytest.approx(298), 6000, "warm")


def test_only_cold_latencies_are_used_and_flagged(build: Build) -> None:
    """Where one batch took all, its latencies are all there is, and the basis says so."""
    database = build([attempt(replace(COMPLETION, cold=True))])
    assert row_of(database, "latency_p50_ms, latency_cold_ms, latency_basis") == (500, 500, "cold")


def test_consistency_compares_texts(build: Build) -> None:
    """One example of three differs between runs; a missing text equals a missing text only."""
    texts = {"same": ("a", "a"), "none": (None, None), "lost": ("a", None)}
    database = build(
        [
            attempt(replace(COMPLETION, example=example, run=run, rust=text))
            for example, pair in texts.items()
            for run, text in enumerate(pair, start=1)
        ]
    )
    assert row_of(database, "consistency") == (pytest.approx(2 / 3),)


def test_reused_completions_show_no_consistency(build: Build) -> None:
    """Replies that were reused agree by construction, so consistency is unknown, not 100 %."""
    rows = [replace(COMPLETION, run=run, cached=run > 1) for run in (1, 2, 3)]
    assert row_of(build([attempt(row) for row in rows]), "consistency") == (None,)


def test_levels_and_composite_score(build: Build) -> None:
    """Half of a level's examples pass it, and levels 1 and 3 weigh 3.0 of 68.5."""
    database = build(scripted("model", ["pwwwpp"]))
    levels = rows_of(
        database,
        "select level, name, examples, examples_passed, is_passed from level_metrics order by 1",
    )
    assert levels == [
        (1, "Hello", 2, 1, True),
        (2, "Variables", 2, 0, False),
        (3, "Functions", 2, 2, True),
    ]
    assert row_of(database, "composite_score") == (pytest.approx(100 * 3.0 / 68.5),)


def test_every_level_passed_is_a_composite_score_of_100(build: Build) -> None:
    """The weights of all ten levels make up the whole score."""
    assert row_of(build(scripted("model", ["p" * 20])), "composite_score") == (100,)


def test_outcomes_and_error_codes(build: Build) -> None:
    """Failures are counted by outcome, compile errors by rustc's code."""
    database = build(scripted("model", ["pccw", "pccw"]))
    outcomes = rows_of(database, "select outcome, verdicts, share from outcome_counts order by all")
    assert outcomes == [("compile_error", 4, 0.5), ("passed", 2, 0.25), ("wrong_answer", 2, 0.25)]
    assert row_of(database, "error_code, verdicts, rank", "error_codes") == ("E0308", 4, 1)


def test_an_untested_example_counts_for_no_model(build: Build) -> None:
    """What has no case that can be run is left out of every rate, even where there was no reply."""
    tested = scripted("a", ["pw"]) + scripted("b", ["pp"])
    extra = []
    for model, outcome in (("a", Outcome.UNTESTED), ("b", Outcome.NO_CODE)):
        completion, verdict = attempt(replace(COMPLETION, model=model, example="bare"), outcome)
        extra.append((completion, replace(verdict, tests_run=0, tests_total=0)))
    database = build(tested + extra)
    rows = rows_of(database, "select model, examples, pass_at_1 from model_metrics order by model")
    assert rows == [("a", 2, 0.5), ("b", 2, 1.0)]


def test_truncated_replies_and_our_own_faults_are_counted(build: Build) -> None:
    """Replies cut off by the token limit and infrastructure errors have columns of their own."""
    cut = attempt(replace(COMPLETION, finish_reason=FinishReason.LENGTH), Outcome.COMPILE_ERROR)
    ours = attempt(replace(COMPLETION, example="e2"), Outcome.INFRASTRUCTURE_ERROR)
    assert row_of(build([cut, ours]), "cut_off, infrastructure_errors, pass_at_1") == (1, 1, 0)


def test_tasks_are_kept_apart(build: Build) -> None:
    """The same model in two tasks has two rows, each with its own figures."""
    other = replace(COMPLETION, task="other")
    database = build(scripted("model", ["pp"]) + scripted("model", ["ww"], template=other))
    rows = rows_of(database, "select task, pass_at_1 from model_metrics order by task")
    assert rows == [("other", 0), ("task", 1)]


def test_the_database_can_be_moved_without_its_parquet_files(build: Build, tmp_path: Path) -> None:
    """Completions and verdicts live inside the file: it answers alone, in another folder."""
    database = build(scripted("model", ["pw"]))
    moved = tmp_path / "elsewhere" / "copy.duckdb"
    moved.parent.mkdir()
    shutil.move(database, moved)
    for parquet in tmp_path.glob("*.parquet"):
        parquet.unlink()
    assert rows_of(moved, "select count(*), min(reply) from completions") == [(2, "fn main() {}")]


def test_several_parquet_files_are_read_as_one(tmp_path: Path) -> None:
    """Partitions add up, also where a column of nulls lost its type in one of them."""
    with_tokens = write_sources(tmp_path, scripted("a", ["p"]), [candidate("a")])
    (tmp_path / "b").mkdir()
    template = replace(COMPLETION, prompt_tokens=None, completion_tokens=None, rust=None)
    without = write_sources(
        tmp_path / "b", scripted("b", ["p"], template=template), [candidate("b")]
    )
    sources = Sources(
        with_tokens.completions + without.completions,
        with_tokens.verdicts + without.verdicts,
        with_tokens.judgements + without.judgements,
        with_tokens.models + without.models,
        with_tokens.levels,
    )
    build_database(tmp_path / "results.duckdb", sources)
    rows = rows_of(tmp_path / "results.duckdb", "select model from model_metrics order by model")
    assert rows == [("a",), ("b",)]


def test_nothing_at_all_builds_empty_views(tmp_path: Path) -> None:
    """Without a single file the views are there and empty."""
    build_database(tmp_path / "results.duckdb", Sources((), (), (), (), ()))
    assert rows_of(tmp_path / "results.duckdb", "select * from model_metrics") == []


def test_builds_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """A build beside another one ends well, and neither leaves anything but the database."""
    attempts = scripted("model", ["p"])
    sources = write_sources(tmp_path, attempts, [candidate("model")])
    target = tmp_path / "results.duckdb"
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(build_database, target, sources) for _ in range(4)]:
            done.result()
    assert row_of(target, "pass_at_1") == (1,)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_equal_inputs_give_equal_rows(build: Build) -> None:
    """Building twice gives the same figures to the last bit."""
    attempts = scripted("model", ["pwcn" * 5, "ppwc" * 5])
    tables = [script.name for script in scripts_in("marts")]
    first, second = (
        [
            rows_of(database, f"select * from {table} order by all")  # noqa: S608 -- our own names
            for table in tables
        ]
        for database in (build(attempts), build(attempts))
    )
    assert first == second


def controls() -> list[ModelRow]:
    """Return one control of each kind."""
    return [
        candidate("reference", role=Role.CONTROL_PASS),
        candidate("stub", role=Role.CONTROL_FAIL),
    ]


def test_controls_that_score_as_they_must_pass(build: Build) -> None:
    """A reference at 100 % and a stub at 0 % let the build through."""
    build(scripted("reference", ["pp"]) + scripted("stub", ["nn"]), controls())


def test_a_reference_below_100_percent_stops_the_build(build: Build, tmp_path: Path) -> None:
    """The error names control, score and target in one line, and in the next SQL that runs."""
    with pytest.raises(ControlError) as caught:
        build(scripted("reference", ["pw"]) + scripted("stub", ["nn"]), controls())
    wrong, remedy = str(caught.value).splitlines()
    assert wrong == "The control 'reference' scores 50 % on task 'task'; it must score 100 %."
    query = remedy[remedy.index("select ") :]
    assert [row[0] for row in rows_of(tmp_path / "results.duckdb", query)] == ["e01"]


def test_a_stub_above_0_percent_stops_the_build(build: Build, tmp_path: Path) -> None:
    """The SQL for the control that must fail finds what it passed."""
    with pytest.raises(ControlError, match="'stub' scores 50 %") as caught:
        build(scripted("reference", ["pp"]) + scripted("stub", ["pn"]), controls())
    query = caught.value.remedy[caught.value.remedy.index("select ") :]
    assert [row[0] for row in rows_of(tmp_path / "results.duckdb", query)] == ["e00"]


def doubled(attempts: Attempts) -> Attempts:
    """Write the first attempt twice."""
    return [*attempts, attempts[0]]


def overcounted(attempts: Attempts) -> Attempts:
    """Pass more tests than were run."""
    completion, verdict = attempts[0]
    return [(completion, replace(verdict, tests_passed=9)), *attempts[1:]]


def untested_pass(attempts: Attempts) -> Attempts:
    """Call it passed though no test was run."""
    completion, verdict = attempts[0]
    return [(completion, replace(verdict, tests_run=0, tests_passed=0)), *attempts[1:]]


def mixed_isolation(attempts: Attempts) -> Attempts:
    """Judge one attempt under another isolation level."""
    completion, verdict = attempts[0]
    return [(completion, replace(verdict, isolation="rlimits")), *attempts[1:]]


def mismatched(attempts: Attempts) -> Attempts:
    """Give the verdict to a run that has no completion."""
    completion, verdict = attempts[0]
    return [(completion, replace(verdict, run=99)), *attempts[1:]]


def one_example_less(attempts: Attempts) -> Attempts:
    """Leave an example out of one model's run."""
    return attempts[1:]


def unknown_level(attempts: Attempts) -> Attempts:
    """Put an example on level 11."""
    return [
        (replace(completion, level=11), replace(verdict, level=11))
        for completion, verdict in attempts
    ]


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (doubled, "completions_are_unique"),
        (overcounted, "test_counts_add_up"),
        (untested_pass, "test_counts_add_up"),
        (mixed_isolation, "isolation_levels_are_not_mixed"),
        (mismatched, "every_completion_has_one_verdict"),
        (one_example_less, "models_are_judged_on_the_same_examples"),
        (unknown_level, "levels_are_known"),
    ],
)
def test_a_fault_in_the_rows_is_caught_by_its_check(
    build: Build, fault: Callable[[Attempts], Attempts], check: str
) -> None:
    """Each fault stops the build with the check that names it, and a remedy."""
    attempts = fault(scripted("a", ["ppw"]) + scripted("b", ["pww"]))
    with pytest.raises(DataCheckError) as caught:
        build(attempts)
    wrong, remedy = str(caught.value).splitlines()
    assert check in wrong
    assert remedy


def test_a_verdict_without_what_it_took_is_caught(tmp_path: Path) -> None:
    """Judgements that are missing would make what verification costs wrong."""
    sources = write_sources(tmp_path, scripted("a", ["pp"]), [candidate("a")])
    with pytest.raises(DataCheckError, match="every_verdict_has_one_judgement"):
        build_database(tmp_path / "results.duckdb", replace(sources, judgements=()))


@pytest.mark.parametrize("models", [[], [candidate("a"), candidate("a")]])
def test_a_model_is_declared_once(build: Build, models: list[ModelRow]) -> None:
    """Completions of a model that is not declared, or twice, stop the build."""
    with pytest.raises(DataCheckError, match="models_are_declared_once"):
        build(scripted("a", ["p"]), [*models, candidate("other")])


CORPUS = CorpusRow(COMPLETION.task, 9, 2, 1, 4, 2, 30, 3)


def test_a_corpus_s_entries_are_all_accounted_for(tmp_path: Path) -> None:
    """A corpus whose entries add up to what was judged and what was not is passed on as it is."""
    attempts = scripted("model", ["pww"])
    sources = write_sources(tmp_path, attempts, [candidate("model")], [CORPUS])
    build_database(tmp_path / "results.duckdb", sources)
    columns = "entries, usable, untested, unusable, not_drawn, cases, cases_left_out"
    assert row_of(tmp_path / "results.duckdb", columns, "corpora") == (9, 2, 1, 4, 2, 30, 3)


LOST = (
    replace(CORPUS, entries=10),
    replace(CORPUS, unusable=3),
    replace(CORPUS, usable=3, entries=10),
)


@pytest.mark.parametrize("corpus", LOST)
def test_a_lost_entry_stops_the_build(tmp_path: Path, corpus: CorpusRow) -> None:
    """Entries that are nowhere, or that are said to be judged and are not, are a fault."""
    attempts = scripted("model", ["pww"])
    sources = write_sources(tmp_path, attempts, [candidate("model")], [corpus])
    with pytest.raises(DataCheckError, match="no_corpus_entry_is_lost"):
        build_database(tmp_path / "results.duckdb", sources)


def test_an_untested_example_costs_the_control_nothing(build: Build) -> None:
    """The reference scores 100 % where all that can be tested passes, whatever is untested."""
    control = candidate("reference", role=Role.CONTROL_PASS)
    completion, verdict = attempt(
        replace(COMPLETION, model="reference", example="bare"), Outcome.UNTESTED
    )
    bare = (completion, replace(verdict, tests_run=0, tests_passed=0, tests_total=0))
    database = build([*scripted("reference", ["pp"]), bare], [control])
    assert rows_of(database, "select model, score from controls") == [("reference", 1.0)]


def test_every_script_is_one_select_in_the_house_style() -> None:
    """Every .sql file ends in `select * from final` and holds a single statement."""
    for folder in ("staging", "marts", "checks"):
        for script in scripts_in(folder):
            assert script.text.rstrip().endswith("select * from final"), script.name
            assert ";" not in re.sub(r"--.*", "", script.text), script.name


def test_only_staging_reads_raw_data() -> None:
    """Marts and checks select from staging and from one another, never from raw relations."""
    for folder in ("marts", "checks"):
        assert not [script.name for script in scripts_in(folder) if "raw_" in script.text]


def test_every_check_states_rule_and_remedy() -> None:
    """Every check says what must hold and what to do where it does not."""
    for script in scripts_in("checks"):
        assert script.note("Rule"), script.name
        assert script.note("Remedy"), script.name


def test_scripts_come_after_what_they_select_from() -> None:
    """The order of the marts is found from the files, whatever their names."""
    names = [script.name for script in in_order(scripts_in("marts"))]
    assert names.index("attempts") < names.index("model_runs") < names.index("model_metrics")
    assert names.index("model_metrics") < names.index("frontier")


def test_requests_without_a_reply_are_counted_and_the_first_is_quoted(build: Build) -> None:
    """A tool that fails every call is not mistaken for a model that writes wrong programs."""
    failed = replace(COMPLETION, finish_reason=FinishReason.ERROR, rust=None, error="boom")
    second = replace(failed, example="e2", error="later")
    attempts = [attempt(each, Outcome.NO_ANSWER) for each in (second, failed)]
    assert row_of(build(attempts), "failed, completions, first_error") == (2, 2, "boom")
