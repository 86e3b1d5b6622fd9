"""Tables of everything that is needed to do an evaluation again."""

from __future__ import annotations

from sse_steps.report.provenance_data import Asked, Facts
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import ABSENT, listed, plural


def command_table(report: Report) -> Table:
    """Return the command line and the configuration that it stands for."""
    provenance = report.provenance
    rows = (
        ("Command", provenance.command or ABSENT),
        ("Configuration", "config.yaml, beside this report"),
        ("SHA-256 of it", provenance.config_hash),
    )
    return _pairs(
        "Do it again",
        rows,
        code=True,
        note="In a checkout of the commit below; where there is none, in a folder laid down by "
        "`sse init` of the version below. The file holds every setting as it was composed; SHA-256 "
        "of the files that it names are below.",
    )


def condition_table(report: Report, task: TaskReport) -> Table:
    """Return software, machine and isolation: the conditions that hold for every figure."""
    isolation = listed([row.isolation for row in task.isolation]) or ABSENT
    gaps = listed([row.not_enforced for row in task.isolation]) or ABSENT
    rows = (
        ("Tested examples", plural(task.examples, "example")),
        ("Isolation of the code under test", isolation),
        ("What that does not enforce", gaps),
        *report.provenance.facts,
    )
    return _pairs("Conditions", rows, note="Software and machine are those that wrote this report.")


def asked_table(report: Report, task: TaskReport) -> Table:
    """Return how each model was asked: temperature, longest reply, seeds."""
    rows = tuple(
        (each.model, f"{each.temperature:g}", f"{each.max_tokens:,}", _seeds(each))
        for each in report.provenance.asked
        if each.task == task.task
    )
    columns = (
        Column("Model", numeric=False, row_header=True),
        Column("Temperature"),
        Column("Most tokens"),
        Column("Seeds, one per run"),
    )
    return Table("How models were asked", columns, rows)


def digest_table(report: Report) -> Table:
    """Return the SHA-256 of weights, examples, golden prompts and prices."""
    rows = tuple((each.what, each.sha256 or ABSENT) for each in report.provenance.digests)
    columns = (
        Column("What", numeric=False, row_header=True),
        Column("SHA-256", numeric=False),
    )
    return Table("Digests", columns, rows, note="Weights as they ran, after conversion.")


def price_table(report: Report) -> Table:
    """Return what was declared about prices, with its date and source."""
    return _pairs("Prices", report.provenance.prices)


def _seeds(asked: Asked) -> str:
    if len(set(asked.seeds)) == 1:
        return f"{asked.seeds[0]} in every run"
    return ", ".join(str(seed) for seed in asked.seeds)


def _pairs(caption: str, rows: Facts, *, note: str = "", code: bool = False) -> Table:
    columns = (
        Column("Condition", numeric=False, row_header=True),
        Column("Value", numeric=False, code=code),
    )
    return Table(caption, columns, rows, note=note)
