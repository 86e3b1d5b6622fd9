"""Tables about how the models came here: conversions, gates, and who was left out."""

from __future__ import annotations

from sse_steps.report.line_rows import QuantizationRow
from sse_steps.report.report_data import TaskReport
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import ABSENT, number, percent, size

_NAME = Column("Model", numeric=False, row_header=True)


def quantization_table(task: TaskReport) -> Table:
    """Return what each conversion of the weights loses and saves."""
    names = ("Bits per weight", "Size", "Worst KL", "Worst cosine", "Top 10 kept")
    more = ("Largest logit difference", "Tokens/s", "Peak memory", "Pass@1")
    columns = (
        _NAME,
        Column("Quantisation", numeric=False),
        *(Column(name) for name in (*names, *more)),
        Column("Compared with", numeric=False),
    )
    hashes = sorted({row.golden_prompts[:16] for row in task.quantizations})
    return Table(
        "Quantisation",
        columns,
        tuple(_conversion(row) for row in task.quantizations),
        note="Smaller weights are good where they lose little: KL near 0, cosine near 1, top 10 "
        "kept near 100 %, pass@1 within the interval of the largest's. Usual are a KL below 0.001 "
        "for q8_0 and below 0.01 for q4_0 and q4_k_m; none keeps every bit, so its KL is 0. "
        "Worst KL and cosine are over the tensors, against the source. Top 10 kept and the "
        f"logit difference are over golden prompts (SHA-256 {', '.join(hashes)}), against the "
        "source as the engine named last runs it, weights decoded to 32 bits on both sides unless "
        "it says as stored. Tokens/s: written, by the seconds of reading and writing.",
    )


def flag_table(task: TaskReport) -> Table:
    """Return the gates that flagged a model and let it go on."""
    columns = (
        _NAME,
        *(Column(name, numeric=False) for name in ("Gate", "Question", "Found", "Expected")),
    )
    rows = tuple((row.model, row.gate, row.question, row.found, row.expected) for row in task.flags)
    return Table("Flagged by a gate", columns, rows)


def skipped_table(task: TaskReport) -> Table:
    """Return the models that took no part, and why."""
    columns = (_NAME, *(Column(name, numeric=False) for name in ("Gate", "Why", "What to do")))
    rows = tuple((row.model, row.gate or ABSENT, row.reason, row.remedy) for row in task.skipped)
    return Table("Took no part", columns, rows)


def _conversion(row: QuantizationRow) -> tuple[str, ...]:
    return (
        row.model,
        row.quantization,
        f"{row.bits_per_weight:.2f}",
        size(row.size_bytes),
        _tiny(row.worst_kl),
        f"{row.worst_cosine:.6f}",
        percent(row.top_10_overlap),
        _tiny(row.largest_logit_difference),
        number(row.tokens_per_s),
        size(row.peak_memory_bytes),
        percent(row.pass_at_1),
        row.compared_with,
    )


def _tiny(value: float) -> str:
    """Return a figure whose order of magnitude is what matters; zero is exactly zero."""
    return "0" if value == 0 else f"{value:.2g}"
