"""What somebody needs who wants the same figures: found, and told in the report."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from synthetic_results import candidate, scripted, write_sources

from sse_steps.config import load_settings
from sse_steps.provenance import commit, machine_facts, memory_bytes, processor, software_facts
from sse_steps.report.html import render_html
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.provenance_data import Asked, Digest, Provenance
from sse_steps.report.report_data import load_report
from sse_steps.report.report_json import render_json
from sse_steps.sql.database import build_database
from sse_steps.steps.plan import Plan
from sse_steps.steps.report_plan import ReportPlan

ROOT = Path(__file__).parents[1]


def test_every_format_tells_how_to_do_it_again(tmp_path: Path) -> None:
    """Command, digests, seeds, prices and machine stand in Markdown, HTML and JSON."""
    provenance = Provenance(
        "c0ffee",
        facts=(("Machine", "an abacus"),),
        command="doit run.runs=2",
        prices=(("source", "the corner shop"),),
        digests=(Digest("Weights of model", "ab12"), Digest("Golden prompts", "")),
        asked=(Asked("task", "model", 0.7, 4096, (1, 2)), Asked("task", "other", 0, 9, (0, 0))),
    )
    attempts = scripted("model", ["pw"])
    sources = write_sources(tmp_path, attempts, [candidate("model")])
    build_database(tmp_path / "results.duckdb", sources)
    report = load_report(tmp_path / "results.duckdb", ReportOptions(), provenance)
    for text in (
        render_markdown(report),
        render_html(report, ReportOptions()),
        render_json(report),
    ):
        for words in ("doit run.runs=2", "c0ffee", "an abacus", "the corner shop", "ab12"):
            assert words in text
    assert "| model | 0.7 | 4,096 | 1, 2 |" in render_markdown(report)
    assert "| other | 0 | 9 | 0 in every run |" in render_markdown(report)


def test_the_configuration_is_whole_and_plain() -> None:
    """config.yaml holds every setting as it was composed, overrides followed, as plain YAML."""
    overrides = ["models=[py2many]", "run.runs=3", "run.temperature=0.5"]
    plan = Plan(load_settings(overrides, root=ROOT), ROOT)
    found = ReportPlan(plan).report_slice()
    whole = yaml.safe_load(found.configuration)
    assert whole["run"]["runs"] == 3
    assert whole["models"]["py2many"]["engine"]
    assert whole["acceptance"]["least_cost_ratio"] == 100
    assert set(whole) >= {"tasks", "models", "run", "prices", "validation", "report"}
    assert found.command == "doit 'models=[py2many]' run.runs=3 run.temperature=0.5"
    (asked,) = [each for each in found.asked if each.model == "py2many"]
    assert (asked.temperature, asked.seeds) == (0.5, (1, 2, 3))


def test_an_equal_configuration_has_an_equal_digest() -> None:
    """What is typed does not matter to config.yaml, only what it comes to."""
    texts = [
        ReportPlan(Plan(load_settings(overrides, root=ROOT), ROOT)).report_slice().configuration
        for overrides in (
            ["models=[py2many]", "run.runs=3"],
            ["run.runs=3", "models=[py2many]"],
            ["run.runs=4", "models=[py2many]"],
        )
    ]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_checkout_is_named_with_its_changes(tmp_path: Path) -> None:
    """The commit is named, and said to be changed where a file is; no checkout is no fault."""
    assert commit(tmp_path) == "not a checkout"
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "file").write_text("1", encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "one"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)  # noqa: S607 -- git
    name = commit(tmp_path)
    assert len(name) == 40
    (tmp_path / "file").write_text("2", encoding="utf-8")
    assert commit(tmp_path) == f"{name}, with changes that are not committed"


def test_the_machine_is_named(tmp_path: Path) -> None:
    """Processor, memory and kernel are found, and a listing that is not there is no fault."""
    facts = dict(machine_facts())
    assert list(facts) == ["Machine", "Processors", "Memory", "Kernel"]
    assert memory_bytes() > 100e6
    listing = tmp_path / "cpuinfo"
    listing.write_text("processor\t: 0\nmodel name\t: Abacus 9 \nflags\t: x\n", encoding="utf-8")
    assert processor(listing) == "Abacus 9"
    assert processor(tmp_path / "missing") == "a processor without a name"


def test_the_software_is_named(tmp_path: Path) -> None:
    """Versions of what computes the figures are named, and a missing compiler is said."""
    facts = dict(software_facts(tmp_path, ""))
    assert facts["Rust"] == "not installed"
    assert {"single-shot-eval", "DuckDB", "NumPy", "llama-cpp-python", "Python"} <= set(facts)
    assert dict(software_facts(tmp_path, "rustc 1.0\nhost: x"))["Rust"] == "rustc 1.0"


def test_where_work_is_done_makes_no_report_stale() -> None:
    """A cluster, its addresses and the log are in no command that a report tells."""
    where = ["scale=ray", "scale.shared=/shared", "log.megabytes=1"]
    here, there = (
        ReportPlan(Plan(load_settings([*added, "run.runs=1"], root=ROOT), ROOT)).report_slice()
        for added in ([], where)
    )
    assert there == here
