"""Hydra's part of a sweep: it says which jobs there are, and its launchers run them."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import hydra
from hydra import compose
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from sse_steps.config import COMPOSING_FAULTS, composing, config_error, load_settings
from sse_steps.errors import ConfigError, SweepError, nearest
from sse_steps.scale.shared_place import check_place
from sse_steps.sweep.build import build_in_sight
from sse_steps.sweep.command_line import CommandLine, of_doit, of_the_report
from sse_steps.sweep.job import run_job
from sse_steps.sweep.names import Override, listed, quoted
from sse_steps.sweep.records import JobRecord, Sweep, launched
from sse_steps.sweep.watch import watched

_SWEPT_BY_NAME = ("model", "models")
_LISTS = ("quantization",)


@dataclass(frozen=True, slots=True)
class Asked:
    """A sweep as it was asked for: what all jobs share, and the line that Hydra gets."""

    sweep: Sweep
    line: CommandLine
    baselines: tuple[str, ...] = ()  # what the report measures beside the jobs


def run_once(line: CommandLine, root: Path) -> None:
    """Let Hydra do what a command line without a sweep asks for: one build, or its own `--help`.

    Raises:
        SystemExit: with the exit code of doit.
        ConfigError: the configuration cannot be composed.
    """
    _run_hydra(CommandLine((*line.arguments, f"sweep.root={quoted(str(root))}")), root)


def read_sweep(line: CommandLine, root: Path) -> Asked:
    """Return what a command line asks for.

    Raises:
        ConfigError: the configuration cannot be composed.
    """
    _check_model_names(line, root)
    swept = _swept(line)
    composed = _composed([each for each in line.overrides if _key(each) not in swept], root)
    params = composed.hydra.sweeper.get("params") or {}
    check_place(composed.scale.get("shared"))
    swept |= {_key(str(key)) for key in params} - {_key(each) for each in line.overrides}
    baselines = tuple(map(str, composed.baselines))
    _check_baselines(baselines, swept, line, root)
    added = list(_one_job_each(composed, line, swept))
    varied = sorted({*swept, *map(_key, added)})
    results = (root / str(composed.paths.results)).resolve()
    demanded = composed.sweep.least_pass_at_1
    sweep = Sweep(root, results, uuid.uuid4().hex[:12], tuple(varied), demanded)
    return Asked(sweep, _completed(line, sweep, added), baselines)


def _check_baselines(
    baselines: Sequence[str], swept: set[str], line: CommandLine, root: Path
) -> None:
    """Raise before any job where the report could not measure a baseline."""
    if "baselines" in swept:
        raise ConfigError(
            "'baselines' is given more than one value.",
            "Name them in one list: baselines=[name,name]. The report measures each once.",
        )
    if baselines:
        about = of_the_report(line.overrides, [*swept], baselines)
        load_settings([*about, listed("models", baselines), "controls=[]"], root=root)


def _check_model_names(line: CommandLine, root: Path) -> None:
    """Raise where an override is about a model that is not there: each job takes its own alone."""
    known = {path.stem for path in (root / "conf" / "model").glob("*.yaml")}
    for each in line.overrides:
        parts = _key(each).split(".")
        if parts[0] == "model" and len(parts) > 1 and parts[1] not in known:
            raise ConfigError(
                f"There is no model '{parts[1]}' in conf/model.", nearest(parts[1], known)
            )


def _key(override: str) -> str:
    return Override(override).key


def _swept(line: CommandLine) -> set[str]:
    """Return the settings that the command line gives more than one value."""
    try:
        parsed = OverridesParser.create().parse_overrides(line.overrides)
    except HydraException as fault:
        raise ConfigError(_first_line(fault), "Quote it as Hydra asks for.") from fault
    return {each.key_or_group for each in parsed if each.is_sweep_override()}


def _composed(overrides: Sequence[str], root: Path) -> DictConfig:
    with composing(root):
        try:
            return compose("sweep", overrides=list(overrides), return_hydra_config=True)
        except COMPOSING_FAULTS as fault:
            raise config_error(fault, root) from fault


def _one_job_each(composed: DictConfig, line: CommandLine, swept: set[str]) -> Iterator[str]:
    """Yield a sweep over what is a list: a job has one candidate, so that each has its own rows."""
    if not swept & {*_SWEPT_BY_NAME} and not line.sets("model"):
        yield f"models={','.join(f'[{quoted(str(name))}]' for name in composed.models)}"
    for key in _LISTS:
        values = composed.get(key)
        if key not in swept and OmegaConf.is_list(values):
            yield f"{key}={','.join(map(str, values))}"


def _completed(line: CommandLine, sweep: Sweep, added: Sequence[str]) -> CommandLine:
    """Return the line with what jobs need to know of their sweep, wherever they run."""
    replaced = {_key(each) for each in added}
    fixed = {each for each in line.overrides if _key(each) in replaced}
    kept = [each for each in line.arguments if each not in fixed]
    varied = ",".join(f"'{key}'" for key in sweep.varied)
    root = quoted(str(sweep.root))
    facts = (f"sweep.id='{sweep.id}'", f"sweep.root={root}", f"sweep.varied=[{varied}]")
    return CommandLine((*kept, *added, *facts))


def run_sweep(asked: Asked) -> None:
    """Run every job; where workers died, those jobs again that have not ended.

    It ends, because a job that was begun `MOST_TRIES` times counts as failed.

    Raises:
        ConfigError: the jobs cannot be composed.
        SweepError: the launcher gave up, and to start it again brought no job any further.
    """
    known: set[JobRecord] = set()
    with watched(asked.sweep):
        while True:
            fault, before = _launched(asked), known
            known = {*launched(asked.sweep)}
            if fault is None and all(each.is_settled for each in known):
                return
            if known == before:
                break
    said = "it ended before its jobs" if fault is None else _first_line(fault)
    raise SweepError(
        f"The launcher gave up: {type(fault).__name__ if fault else 'no fault'}: {said}",
        "Run the same command again: finished jobs are kept. A job may need more memory.",
    ) from fault


def _launched(asked: Asked) -> Exception | None:
    """Let Hydra launch the jobs once; return what ended it early."""
    try:
        _run_hydra(asked.line, asked.sweep.root)
    except ConfigError:
        raise
    except Exception as fault:  # whatever a launcher makes of a worker that died
        return fault
    return None


def _run_hydra(line: CommandLine, root: Path) -> None:
    """Run Hydra as its own decorator does, and let its errors through."""
    decorated = hydra.main(version_base="1.3", config_path=str(root / "conf"), config_name="sweep")
    arguments = [sys.argv[0], *line.arguments]
    with patch.object(sys, "argv", arguments), patch.dict(os.environ, HYDRA_FULL_ERROR="1"):
        try:
            decorated(hydra_job)()
        except COMPOSING_FAULTS as fault:
            with composing(root):
                raise config_error(fault, root) from fault


def hydra_job(composed: DictConfig) -> float | None:
    """Run what Hydra asks for: one job of a sweep, or without a sweep the whole build.

    Returns:
        The job's objective, for an optimiser.

    Raises:
        SystemExit: without a sweep, with the exit code of doit.
    """
    running = HydraConfig.get()
    overrides = list(running.overrides.task)
    if running.mode is not RunMode.MULTIRUN:
        raise SystemExit(build_in_sight(Path(composed.sweep.root), [*of_doit(overrides)]))
    shared = composed.sweep
    root = Path(shared.root)
    results = (root / str(composed.paths.results)).resolve()
    varied = tuple(map(str, shared.varied))
    sweep = Sweep(root, results, shared.id, varied, shared.least_pass_at_1)
    record = run_job([*of_doit(overrides)], sweep)
    return record.objective


def _first_line(fault: Exception) -> str:
    return next(iter(str(fault).strip().splitlines()), type(fault).__name__)
