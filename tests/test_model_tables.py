"""How models came here: what conversions cost, which gates flagged whom, and who took no part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from rich.console import Console
from synthetic_results import COMPLETION, attempt, candidate, scripted, write_sources

from sse_steps.errors import DataCheckError
from sse_steps.records import Completion, JudgementRow, Skipped, VerdictRow
from sse_steps.report.chart import report_chart
from sse_steps.report.html import render_html
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Provenance, Report, load_report
from sse_steps.report.terminal import render_table
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ConversionRow, CorpusRow, GateRow, ModelRow, Sources
from sse_steps.store import write_parquet

CONVERSION = ConversionRow(
    model="model",
    source="hf://owner/name/file.gguf",
    quantization="q8_0",
    parameters=1_000_000,
    worst_kl=0.00012,
    worst_cosine=0.9999,
    prompts=20,
    golden_prompts="0123456789abcdef" * 4,
    top_10_overlap=0.95,
    largest_logit_difference=0.25,
    compared_with="numpy 2.0",
)
GATE = GateRow(
    "model", "V3", "Do they agree?", "warn", passed=False, found="17 of 20 agree", expected="90 %"
)
SKIPPED = Skipped("task", "absent", 1, "C2", "It is no | model.", "Use another.")
Attempts = list[tuple[Completion, VerdictRow]]


def built(folder: Path, sources: Sources) -> Path:
    """Build the database of some sources."""
    build_database(folder / "results.duckdb", sources)
    return folder / "results.duckdb"


def rows_of(database: Path, query: str) -> list[tuple[object, ...]]:
    """Return what `query` gives."""
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def skips(folder: Path, rows: Sequence[Skipped]) -> tuple[Path, ...]:
    """Write what the transpile step writes about models that took no part, one file a run."""
    paths = [folder / f"skipped-{number}.parquet" for number in range(len(rows) + 1)]
    for path, content in zip(paths, [*([row] for row in rows), []], strict=True):
        write_parquet(content, Skipped, path)
    return tuple(paths)


def nobody(folder: Path, rows: Sequence[Skipped], models: Sequence[ModelRow] = ()) -> Sources:
    """Return the sources of a build in which every model was skipped: files without rows."""
    names = ("completions", "verdicts", "judgements")
    completions, verdicts, judgements = (folder / f"{name}.parquet" for name in names)
    write_parquet([], Completion, completions)
    write_parquet([], VerdictRow, verdicts)
    write_parquet([], JudgementRow, judgements)
    return Sources(
        (completions,),
        (verdicts,),
        (judgements,),
        tuple(models),
        levels=(),
        skipped=skips(folder, rows),
    )


def report_of(database: Path) -> Report:
    """Read the report of a database."""
    return load_report(database, ReportOptions(), Provenance("0123abcd"))


def renderings(report: Report) -> list[str]:
    """Return the report in every format for people."""
    console = Console(width=120, force_terminal=False)
    with console.capture() as capture:
        console.print(render_table(report))
    report_chart(report, width=8, height=4)
    return [render_markdown(report), render_html(report, ReportOptions()), capture.get()]


# ---- quantizations ----
def test_what_a_conversion_loses_and_saves(tmp_path: Path) -> None:
    """The mart joins what the conversion recorded with what was measured of the model."""
    one = replace(COMPLETION, completion_tokens=50, machine_s=0.5, peak_memory_bytes=7)
    two = replace(one, example="e2", completion_tokens=30, machine_s=1.5, peak_memory_bytes=9)
    written = [one, two, *(replace(each, model="other") for each in (one, two))]
    models = [candidate("model", size_bytes=1_062_500), candidate("other")]
    sources = write_sources(tmp_path, [attempt(each) for each in written], models)
    database = built(tmp_path, replace(sources, conversions=(CONVERSION,)))
    columns = "model, quantization, parameters, size_bytes, bits_per_weight, worst_kl"
    more = "top_10_overlap, compared_with, tokens_per_s, peak_memory_bytes, pass_at_1"
    expected = ("model", "q8_0", 1_000_000, 1_062_500, 8.5, 0.00012, 0.95, "numpy 2.0", 40.0, 9, 1)
    assert rows_of(database, f"select {columns}, {more} from quantizations") == [expected]  # noqa: S608


def test_reused_and_replayed_replies_tell_no_speed(tmp_path: Path) -> None:
    """Tokens a second and memory are of replies that were written anew, and unknown without any."""
    written = replace(COMPLETION, completion_tokens=50, machine_s=0.5, peak_memory_bytes=7)
    fast = replace(written, completion_tokens=9999, machine_s=0.001, peak_memory_bytes=99)
    attempts = [
        attempt(written),
        attempt(replace(fast, run=2, cached=True)),
        attempt(replace(fast, run=3, replayed=True)),
    ]
    models = [candidate("model", size_bytes=10)]
    sources = replace(
        write_sources(tmp_path, attempts, models), conversions=(CONVERSION,), gates=(GATE,)
    )
    query = "select tokens_per_s, peak_memory_bytes from quantizations"
    assert rows_of(built(tmp_path, sources), query) == [(100.0, 7)]
    sources = replace(
        write_sources(tmp_path, attempts[1:], models), conversions=(CONVERSION,), gates=(GATE,)
    )
    database = built(tmp_path, sources)
    assert rows_of(database, query) == [(None, None)]
    markdown, html, _ = renderings(report_of(database))
    for text in (markdown, html):
        assert "Quantisation" in text
        assert "Flagged by a gate" in text
        assert "17 of 20 agree" in text


def test_a_skipped_model_has_no_row_among_conversions(tmp_path: Path) -> None:
    """A conversion whose model has no completions is no row of zeros."""
    sources = write_sources(tmp_path, scripted("model", ["pw"]), [candidate("model")])
    absent = replace(CONVERSION, model="absent")
    database = built(tmp_path, replace(sources, conversions=(absent,)))
    assert rows_of(database, "select * from quantizations") == []


# ---- who took no part ----
def test_a_model_skipped_in_every_run_is_one_row_with_its_reason(tmp_path: Path) -> None:
    """Runs are counted, the reason is the first run's, and no other mart knows the model."""
    rows = [replace(SKIPPED, run=run, reason=f"reason {run}") for run in (2, 1, 3)]
    sources = write_sources(tmp_path, scripted("model", ["pw"]), [candidate("model")])
    models = (*sources.models, candidate("absent"))
    database = built(tmp_path, replace(sources, models=models, skipped=skips(tmp_path, rows)))
    found = rows_of(database, "select model, runs, gate, reason from skipped_models")
    assert found == [("absent", 3, "C2", "reason 1")]
    for table in ("model_metrics", "frontier", "level_metrics", "outcome_counts"):
        assert "absent" not in str(rows_of(database, f"select * from {table}"))  # noqa: S608
    for text in renderings(report_of(database)):
        assert "absent" in text
        assert "reason 1" in text


@pytest.mark.parametrize("gate", ["C2", None])
def test_a_report_of_skipped_models_alone(tmp_path: Path, gate: str | None) -> None:
    """Where nobody took part the report is there, claims nothing and says why."""
    rows = [replace(SKIPPED, gate=gate), replace(SKIPPED, model="gone", gate=gate)]
    corpus = CorpusRow("task", 4, 3, 0, 1, 0, 9, 0)
    sources = nobody(tmp_path, rows, [candidate("absent"), candidate("gone")])
    report = report_of(built(tmp_path, replace(sources, corpora=(corpus,))))
    (task,) = report.tasks
    assert [row.model for row in task.skipped] == ["absent", "gone"]
    assert (task.headline.answer, task.standings) == ("Not known", ())
    for text in renderings(report):
        assert "absent" in text
        assert "gone" in text


def test_completions_that_are_lost_are_still_a_fault(tmp_path: Path) -> None:
    """Nothing judged and nobody skipped is no build that may go on."""
    corpus = CorpusRow("task", 4, 3, 0, 1, 0, 9, 0)
    with pytest.raises(DataCheckError, match="no_corpus_entry_is_lost"):
        built(tmp_path, replace(nobody(tmp_path, []), corpora=(corpus,)))


# ---- costs that nobody knows ----
def priced(model: str, letters: str, *costs: float | None) -> Attempts:
    """Return the attempts of one run, each with its cost."""
    return [
        (replace(completion, cost_usd=cost), verdict)
        for (completion, verdict), cost in zip(scripted(model, [letters]), costs, strict=True)
    ]


@pytest.mark.parametrize("costs", [(None, None), (0.5, None), (None, 0.0)])
def test_a_cost_that_is_not_known_is_no_number(
    tmp_path: Path, costs: tuple[float | None, ...]
) -> None:
    """One unknown cost makes every sum over it unknown, and never smaller."""
    sources = write_sources(tmp_path, priced("model", "pp", *costs), [candidate("model")])
    database = built(tmp_path, sources)
    columns = "usd_per_example, usd_per_pass, usd_per_1m_tokens"
    assert rows_of(database, f"select {columns} from model_metrics") == [(None,) * 3]  # noqa: S608
    query = "select on_frontier, cost_ratio, value_score from frontier"
    assert rows_of(database, query) == [(True, None, None)]


def test_an_unknown_cost_dominates_nobody(tmp_path: Path) -> None:
    """Equally accurate and fast, what has a price is before what has none that is known."""
    attempts = [*priced("known", "pp", 9.0, 9.0), *priced("unknown", "pp", None, None)]
    sources = write_sources(tmp_path, attempts, [candidate("known"), candidate("unknown")])
    database = built(tmp_path, sources)
    query = "select model, on_frontier, on_convex_frontier, dominated_by from frontier order by 1"
    assert rows_of(database, query) == [
        ("known", True, True, []),
        ("unknown", False, False, ["known"]),
    ]


@pytest.mark.parametrize("known", [None, 0.5])
def test_the_report_says_that_a_cost_is_not_known(tmp_path: Path, known: float | None) -> None:
    """The answer is not known, the sentence names no dollars for it, the chart leaves it out."""
    attempts = [*priced("small", "pppw", *[known] * 4), *priced("big", "pppp", *[None] * 4)]
    models = [candidate("small", size_bytes=1), candidate("big")]
    database = built(tmp_path, write_sources(tmp_path, attempts, models))
    options = ReportOptions(least_accuracy=0.4, tolerated_gap=0.3)
    report = load_report(database, options, Provenance("0123abcd"))
    (task,) = report.tasks
    assert task.headline.answer == "Not known"
    assert "an unknown amount" in task.headline.sentence
    assert "$0 " not in task.headline.sentence
    unknown = "big" if known is not None else "big and small"
    assert any(each.startswith(f"What it costs is not known: {unknown}.") for each in task.caveats)
    chart = report_chart(report, width=8, height=4)
    assert (">small<" in chart) == (known is not None)
    assert ">big<" not in chart
    assert ("cost is known." in chart) == (known is None)
    renderings(report)
