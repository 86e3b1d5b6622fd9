"""What a reader must know before trusting a figure, computed from the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sse_steps.report.options import ReportOptions
from sse_steps.report.rows import Control, CorpusUse, ModelMetrics, TurnMetrics
from sse_steps.report.standing import Standing
from sse_steps.report.wording import listed, plural


def caveats(
    ranked: Sequence[Standing],
    controls: Sequence[Control],
    *,
    untested: int,
    options: ReportOptions,
) -> tuple[str, ...]:
    """Return one sentence for each thing that limits what this task's figures can show."""
    metrics = [standing.metrics for standing in ranked]
    found = (
        _few_runs(metrics, options.least_runs),
        _zero_spread(metrics),
        _reused(metrics),
        _unpriced(metrics),
        _without_tokens(metrics),
        _replayed(metrics),
        _cold_only(metrics),
        _not_timed(metrics),
        _timed_out(metrics),
        _cut_off(metrics),
        _failed(metrics),
        _infrastructure(metrics),
        f"{plural(untested, 'example')} without a case that can be run: left out for every model."
        if untested
        else "",
        "" if controls else "No control was run, so nothing vouches for the judge here.",
        "The interval over examples (Wilson) takes them for a random sample of their kind.",
    )
    return tuple(sentence for sentence in found if sentence)


def turn_caveats(allowed: int, turns: Sequence[TurnMetrics]) -> tuple[str, ...]:
    """Return a sentence where later turns were allowed and nobody was asked in one."""
    if allowed == 1 or any(row.turn > 1 and row.asked for row in turns):
        return ()
    return (
        f"{allowed} turns were allowed, but nobody was asked again: no reply of a language model "
        "that did not pass had been judged, or everything passed.",
    )


def corpus_caveats(corpora: Sequence[CorpusUse]) -> tuple[str, ...]:
    """Return a sentence for each corpus of which a part is not used, with where the reasons are."""
    return tuple(
        f"Of the corpus's {row.entries:,} entries {_not_used(row)}. The reasons are in "
        f"corpus/{row.task}.unusable.json beside this report."
        for row in corpora
        if row.unusable or row.untested or row.not_drawn or row.cases_left_out
    )


def _not_used(row: CorpusUse) -> str:
    parts = [
        f"{count:,} {what}"
        for count, what in (
            (row.unusable, "could not be used"),
            (row.untested, "had no case that can be run"),
            (row.not_drawn, "were not drawn"),
        )
        if count
    ]
    if row.cases_left_out:
        parts.append(f"{plural(row.cases_left_out, 'case')} of the others were left out")
    return listed(parts)


def _named(metrics: Sequence[ModelMetrics], concerns: Callable[[ModelMetrics], bool]) -> str:
    return listed([row.model for row in metrics if concerns(row)])


def _few_runs(metrics: Sequence[ModelMetrics], least: int) -> str:
    names = _named(metrics, lambda row: row.runs < least)
    return (
        f"Fewer than {plural(least, 'run')}: {names}. An interval over so few runs says little; "
        "with one run there is none."
        if names
        else ""
    )


def _zero_spread(metrics: Sequence[ModelMetrics]) -> str:
    names = _named(metrics, lambda row: bool(row.zero_spread))
    return (
        f"Every run scored the same: {names}. The spread over runs is zero, so the interval over "
        "runs is a point; the uncertainty over examples is shown apart."
        if names
        else ""
    )


def _reused(metrics: Sequence[ModelMetrics]) -> str:
    cached, total = sum(row.cached for row in metrics), sum(row.completions for row in metrics)
    return (
        f"{cached:,} of {total:,} completions were reused from an equal request of another run: "
        "they keep the cost that was measured, were not timed again, and agree by construction."
        if cached
        else ""
    )


def _unpriced(metrics: Sequence[ModelMetrics]) -> str:
    names = _named(metrics, lambda row: row.usd_per_example is None)
    return (
        f"What it costs is not known: {names}. It is taken to cost more than any other, and is "
        "not in the chart."
        if names
        else ""
    )


def _without_tokens(metrics: Sequence[ModelMetrics]) -> str:
    some = [
        f"{row.model} {row.without_tokens:,} of {row.completions:,}"
        for row in metrics
        if 0 < row.without_tokens < row.completions
    ]
    return (
        f"Replies without token counts: {listed(some)}. Mean tokens and dollars per token are of "
        "the others."
        if some
        else ""
    )


def _replayed(metrics: Sequence[ModelMetrics]) -> str:
    names = _named(metrics, lambda row: row.replayed > 0)
    return (
        f"Replayed from a recording: {names}. Latency and cost are from then, maybe from another "
        "machine, and were not measured again."
        if names
        else ""
    )


def _cold_only(metrics: Sequence[ModelMetrics]) -> str:
    names = _named(metrics, lambda row: row.latency_basis == "cold")
    return f"Timed in the first batch after loading only: {names}." if names else ""


def _not_timed(metrics: Sequence[ModelMetrics]) -> str:
    names = _named(metrics, lambda row: row.latency_p50_ms is None)
    return f"Never timed live in this task, so without a latency: {names}." if names else ""


def _cut_off(metrics: Sequence[ModelMetrics]) -> str:
    cut = [f"{row.model} {row.cut_off:,} of {row.completions:,}" for row in metrics if row.cut_off]
    return f"Replies that ran into the limit of tokens: {listed(cut)}." if cut else ""


def _timed_out(metrics: Sequence[ModelMetrics]) -> str:
    late = [
        f"{row.model} {row.timed_out:,} of {row.completions:,}" for row in metrics if row.timed_out
    ]
    return (
        f"Requests that ran out of their time, counted as not passed: {listed(late)}. A machine "
        "that does other work makes that likelier; run.timeout_ms=... gives them more."
        if late
        else ""
    )


def _failed(metrics: Sequence[ModelMetrics]) -> str:
    failed = [
        f"{row.model} {row.failed:,} of {row.completions:,} (the first: {_first_line(row)})"
        for row in metrics
        if row.failed
    ]
    return f"Requests without any reply, counted as not passed: {listed(failed)}." if failed else ""


def _first_line(row: ModelMetrics) -> str:
    lines = (row.first_error or "").strip().splitlines()
    return lines[-1][:120] if lines else "nothing was said"


def _infrastructure(metrics: Sequence[ModelMetrics]) -> str:
    failed = [
        f"{row.model} {row.infrastructure_errors:,}" for row in metrics if row.infrastructure_errors
    ]
    return (
        f"Verdicts that failed for a fault of ours or the machine's: {listed(failed)}. They count "
        "as not passed, so these rates are too low."
        if failed
        else ""
    )
