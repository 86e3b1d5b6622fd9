"""Command: the report of results that are there already, written anew from their database."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sse_steps.build_files import Evidence, ReportFiles
from sse_steps.errors import ConfigError
from sse_steps.places import check_results_folder
from sse_steps.printable import printable
from sse_steps.report_copy import hand_over
from sse_steps.settings import Settings
from sse_steps.slices import ReportSlice
from sse_steps.sql.query import existing_database, faults_of_existing
from sse_steps.steps.evaluate_line import is_report_file
from sse_steps.steps.plan import Plan
from sse_steps.steps.report_plan import ReportPlan
from sse_steps.validation import read_yaml, validated

_NOT_KNOWN = "not known: report.json is not beside the results"
Render = Callable[[ReportSlice, Path, Evidence, ReportFiles], None]


def run(plan: Plan, here: Path, render: Render, *, input: str, output: str) -> bool:  # noqa: A002 - the option's name
    """Write the report, or one format of it, and say where.

    Args:
        plan: this project's build.
        here: the folder that relative paths start from.
        render: the step that writes a whole report.
        input: a folder of results; empty: this project's.
        output: a file or a folder; empty: the folder of the results.

    Raises:
        QueryError: there are no results.
        ConfigError: the output can be no report, or the folder's config.yaml does not fit.
    """
    source = _plan_of(here / input, plan) if input else plan
    database = existing_database(source.database)
    target = here / output if output else source.results
    sliced = _as_written(source) if input else ReportPlan(plan).report_slice()
    evidence = _there(ReportPlan(source).evidence)
    with faults_of_existing(database), tempfile.TemporaryDirectory() as folder:
        if is_report_file(target):
            files = _report_files(source, Path(folder))
            render(sliced, database, evidence, files)
            hand_over(files, target)
        else:
            check_results_folder(target, source.root)
            render(sliced, database, evidence, _report_files(source, target))
    sys.stdout.write(f"{printable(str(target))}\n")
    return True


def _plan_of(folder: Path, plan: Plan) -> Plan:
    """Return the build that left a folder of results, by the configuration beside them."""
    file = folder / "config.yaml"
    settings = plan.settings
    if file.is_file():
        held = read_yaml(file, ConfigError)
        settings = validated(Settings, held, f"'{file}'", ConfigError)
    paths = replace(settings.paths, results=str(folder.absolute()))
    return Plan(replace(settings, paths=paths), plan.root)


def _as_written(plan: Plan) -> ReportSlice:
    """Return what a report depends on, with the words of the one that is there already."""
    sliced, files = ReportPlan(plan).report_slice(), plan.report_files
    configuration, command = sliced.configuration, sliced.command
    if files.configuration.is_file():
        configuration, command = files.configuration.read_text(encoding="utf-8"), _NOT_KNOWN
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        command = str(json.loads(files.json.read_text(encoding="utf-8"))["provenance"]["command"])
    return replace(sliced, configuration=configuration, command=command)


def _report_files(plan: Plan, folder: Path) -> ReportFiles:
    paths = replace(plan.settings.paths, results=str(folder.absolute()))
    return Plan(replace(plan.settings, paths=paths), plan.root).report_files


def _there(evidence: Evidence) -> Evidence:
    """Return the evidence as far as it lies beside the results: a copy may lack some."""
    return replace(
        evidence,
        examples={task: path for task, path in evidence.examples.items() if path.is_file()},
        weights={model: path for model, path in evidence.weights.items() if path.is_file()},
    )
