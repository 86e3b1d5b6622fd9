"""One job of a sweep: a build of its own, that ends in rows of its own and a record.

`run_job` is all that a launcher needs. Its arguments and what it returns are plain data.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sse_steps.candidates import with_variant
from sse_steps.config import load_settings
from sse_steps.errors import ConfigError, SweepError, UserError
from sse_steps.records import Role, Skipped
from sse_steps.settings import ModelSettings
from sse_steps.steps.plan import Plan
from sse_steps.store import content_key, read_parquet, write_text
from sse_steps.sweep.build import Ended, build, locked
from sse_steps.sweep.command_line import of_doit
from sse_steps.sweep.digests import inputs_digest, named_places, stats_digest, surroundings
from sse_steps.sweep.names import (
    Override,
    about_own_models,
    effective,
    job_name,
    quoted,
    variant_of,
)
from sse_steps.sweep.objective import objective, worst
from sse_steps.sweep.records import MOST_TRIES, JobRecord, JobState, Sweep, read_job

# What the sweep decides for its jobs: a job has a folder and one candidate of its own. What it is
# compared with, controls and baselines, the report over all jobs builds once.
_OF_THE_SWEEP = ("baselines", "controls", "join", "paths.results", "variant")


@dataclass(frozen=True, slots=True)
class _Job:
    """A job that is known by its name: its build, and the overrides that make it."""

    name: str
    plan: Plan
    overrides: tuple[str, ...]


def run_job(overrides: Sequence[str], sweep: Sweep) -> JobRecord:
    """Run one job of a sweep, or find that it need not be run; never raise.

    The candidates that `overrides` ask for are transpiled and checked by a build of doit in a
    process of its own, into `sweep.job_folder(name)`. What became of it is written there, as
    `job.json`, and into the records of the launch.

    It may be called by any launcher, in any process on any machine that sees `sweep.root` and
    `sweep.results`, many at once, and again after a worker died.

    Args:
        overrides: of this job, as Hydra hands them out; `model=X` stands for `models=[X]`.
        sweep: what all jobs share.

    Returns:
        The job's name and state; the reason if it failed; the objective if the sweep has one.
    """
    asked = tuple(overrides)
    file = sweep.record_of(asked)
    before = read_job(file)
    if before is not None and before.is_settled:
        return before
    started, tries = time.monotonic(), 1 + (before.tries if before is not None else 0)
    begun = JobRecord(_described(asked, sweep), asked, JobState.STARTED, tries=tries)
    try:
        _refuse_deadly(tries)
        begun.write(file)
        record = _run(asked, sweep)
        record = replace(record, objective=_objective(record, sweep))
    except Exception as fault:  # one job must not sink the others
        record = replace(begun, state=JobState.FAILED, reason=_reason(fault))
        record = replace(record, objective=worst(sweep.least_pass_at_1))
    seconds = time.monotonic() - started
    record = replace(record, overrides=asked, seconds=seconds, tries=tries)
    record.write(file)
    return record


def _refuse_deadly(tries: int) -> None:
    """Raise where a job ended its worker each time: it would keep the others from their turn."""
    if tries > MOST_TRIES:
        raise SweepError(
            f"Its worker died {MOST_TRIES} times.",
            "Run the sweep again, with more memory or fewer workers: finished work is kept.",
        )


def _objective(record: JobRecord, sweep: Sweep) -> float | None:
    """Return what an optimiser is told; rows of a build that came to nothing do not count."""
    folder = sweep.job_folder(record.same_as or record.name)
    kept = read_job(folder / "job.json")
    if sweep.least_pass_at_1 is None or kept is None or kept.state is not JobState.FINISHED:
        return worst(sweep.least_pass_at_1)
    return objective(folder, sweep.least_pass_at_1)


def _reason(fault: Exception) -> str:
    if isinstance(fault, UserError):
        return f"{_on_one_line(fault.wrong)}\n{_on_one_line(fault.remedy)}"
    said = _on_one_line(str(fault))[:300]
    return f"{type(fault).__name__}: {said}\nThis is a fault of the program: please report it."


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _described(overrides: Sequence[str], sweep: Sweep) -> str:
    """Return what a job is called until it is known what it comes to."""
    found = [each for each in map(Override, overrides) if each.key in sweep.varied]
    return " ".join(each.text for each in found) or "job"


def _run(overrides: tuple[str, ...], sweep: Sweep) -> JobRecord:
    known = _known(overrides, sweep)
    if known is not None:
        is_ours = _claim(known.name, overrides, sweep)
        skipped = replace(known, state=JobState.SKIPPED)
        return skipped if is_ours else _same(known.name, overrides, sweep)
    job = _planned(overrides, sweep)
    is_ours = _claim(job.name, overrides, sweep)
    if is_ours or sweep.least_pass_at_1 is not None:  # an optimiser waits for its rows
        record = _record_of(job, overrides, sweep)
    _remember(overrides, job, sweep)
    return record if is_ours else _same(job.name, overrides, sweep)


def _same(name: str, overrides: tuple[str, ...], sweep: Sweep) -> JobRecord:
    return JobRecord(_described(overrides, sweep), overrides, JobState.SAME, same_as=name)


def _claim(name: str, overrides: tuple[str, ...], sweep: Sweep) -> bool:
    """Return whether a job's name is ours: whoever comes first in a launch has it, and keeps it."""
    path = sweep.claim_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{name}.{os.getpid()}.{time.monotonic_ns()}")
    JobRecord(name, overrides, JobState.STARTED).write(partial)
    try:
        os.link(partial, path)  # whole or not at all, and only one can
    except FileExistsError:
        owner = read_job(path)
        return owner is not None and owner.overrides == overrides
    finally:
        partial.unlink()
    return True


def _planned(overrides: tuple[str, ...], sweep: Sweep) -> _Job:
    """Compose a job without what changes nothing about its candidates, and name it."""
    own = about_own_models([*of_doit(overrides)])
    kept = (each for each in own if Override(each).key not in _OF_THE_SWEEP)
    asked = (*kept, "baselines=[]", "controls=[]")
    composed = load_settings(asked, root=sweep.root)
    _refuse_controls(composed.models)
    used = effective(asked, sweep.varied, tuple(composed.models.values()))
    settings = composed if used == asked else load_settings(used, root=sweep.root)
    variant = variant_of(used, sweep.varied)
    models = with_variant(settings.models, variant)
    name = job_name([*models])
    results = str(sweep.job_folder(name))
    paths = replace(settings.paths, results=results)
    placed = [f"paths.results={quoted(results)}", *([f"variant='{variant}'"] if variant else [])]
    plan = Plan(replace(settings, models=models, paths=paths), sweep.root)
    return _Job(name, plan, (*used, *placed))


def _refuse_controls(models: Mapping[str, ModelSettings]) -> None:
    for name, model in models.items():
        if model.role is not Role.CANDIDATE:
            raise ConfigError(
                f"'{name}' is a control and no candidate.",
                "Take it out of the sweep: the report judges the controls once.",
            )


def _record_of(job: _Job, overrides: tuple[str, ...], sweep: Sweep) -> JobRecord:
    folder = sweep.job_folder(job.name)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".job.lock"):  # another sweep may want a job of this name
        inputs = inputs_digest(job.plan)
        kept = read_job(folder / "job.json")
        if kept is not None and kept.inputs == inputs and _is_there(kept, job.plan):
            return replace(kept, overrides=overrides, state=JobState.SKIPPED)
        # From here on the rows are whose they were no longer, even if this ends in the middle.
        JobRecord(job.name, overrides, JobState.STARTED).write(folder / "job.json")
        record = replace(_built(job, overrides, sweep), inputs=inputs)
        record.write(folder / "job.json")
        return record


def _is_there(kept: JobRecord, plan: Plan) -> bool:
    return kept.state is JobState.FINISHED and all(path.is_file() for path in _results(plan))


def _results(plan: Plan) -> list[Path]:
    return [*plan.rows().files, plan.results / "config.yaml"]


def _remove_other_rows(plan: Plan) -> None:
    """Remove rows that an earlier job of this name has left, such as those of more runs."""
    own = {*plan.rows().files}
    for path in plan.results.glob("*/task=*/model=*/*.parquet"):
        if path not in own:
            path.unlink()


def _built(job: _Job, overrides: tuple[str, ...], sweep: Sweep) -> JobRecord:
    folder, started = sweep.job_folder(job.name), time.monotonic()
    _remove_other_rows(job.plan)
    write_text(job.plan.configuration, folder / "config.yaml")
    arguments = [*job.overrides, "transpile", "check"]
    ended = build(sweep.root, arguments, folder / ".doit.db", folder / "log.txt")
    reason = ended.reason or _why_skipped(job.plan)
    return JobRecord(
        job.name,
        overrides,
        JobState.FAILED if reason else JobState.FINISHED,
        reason,
        time.monotonic() - started,
        killed=ended.killed,
        has_rows=_succeeded(ended),
    )


def _succeeded(ended: Ended) -> bool:
    return ended.exit_code == 0


def _why_skipped(plan: Plan) -> str:
    """Return why a candidate took no part, in two lines; nothing where all of them did."""
    found = [row for path in plan.rows().skipped for row in read_parquet(path, Skipped)]
    if not found:
        return ""
    return f"{_on_one_line(found[0].reason)}\n{_on_one_line(found[0].remedy)}"


def _known(overrides: tuple[str, ...], sweep: Sweep) -> JobRecord | None:
    """Return the record of a finished job of these overrides, without composing anything."""
    try:
        memory = json.loads(_memory(overrides, sweep).read_text(encoding="utf-8"))
        places = [sweep.root / place for place in memory["places"]]
        rows = [sweep.results / row for row in memory["rows"]]
        record = read_job(sweep.job_folder(memory["name"]) / "job.json")
        inputs, stats = memory["inputs"], memory["stats"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if record is None or record.state is not JobState.FINISHED:
        return None
    fresh = record.inputs == inputs and stats_digest(places) == stats
    return record if fresh and all(row.is_file() for row in rows) else None


def _remember(overrides: tuple[str, ...], job: _Job, sweep: Sweep) -> None:
    """Keep what lets a finished job be found by its overrides. A tool's version is asked anew."""
    record = read_job(sweep.job_folder(job.name) / "job.json")
    inputs = inputs_digest(job.plan)
    if record is None or record.state is not JobState.FINISHED or record.inputs != inputs:
        return
    if any(model.tool is not None for model in job.plan.settings.models.values()):
        return
    places = named_places(job.plan, job.overrides)
    memory = {
        "name": job.name,
        "inputs": inputs,
        "places": [str(place) for place in places],
        "stats": stats_digest(places),
        "rows": [str(path) for path in _results(job.plan)],
    }
    write_text(json.dumps(memory, indent=2) + "\n", _memory(overrides, sweep))


def _memory(overrides: tuple[str, ...], sweep: Sweep) -> Path:
    own = sorted(each for each in overrides if Override(each).key not in _OF_THE_SWEEP)
    address = content_key("job", own, sweep.varied, surroundings(sweep.root))
    return sweep.folder / "known" / f"{address[:32]}.json"
