"""Other builds whose candidates one report shows as well: jobs of a sweep, or another machine's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from sse_steps.errors import JoinError, nearest
from sse_steps.records import Role
from sse_steps.settings import ModelSettings, Settings
from sse_steps.store import sha256_of
from sse_steps.sweep.records import read_job
from sse_steps.tasks import Task
from sse_steps.validation import read_yaml, validated

_WILDCARDS = "*?["
_CONFIGURATION = "config.yaml"
# What a folder's configuration need not have: they are of later versions, or of no use here.
_NOT_KEPT = ("overrides", "joined")


def joined_builds(settings: Settings, root: Path) -> tuple[Settings, ...]:
    """Return the settings of each folder in `settings.join`, with its candidates alone.

    Their `paths.results` is the folder. A candidate that two folders have with the same rows is
    taken once.

    Raises:
        JoinError: a folder is no result of a build, its tasks are not those of this build, or two
            have a candidate of the same name with different content.
    """
    folders = dict.fromkeys(each for place in settings.join for each in _folders(place, root))
    builds = [_read(folder) for folder in folders]
    for build in builds:
        _check_tasks(build, settings.tasks)
        _check_names(build, settings.models)
    return tuple(_each_candidate_once(builds))


def check_examples(own: Path, joined: Iterable[Path]) -> None:
    """Raise where a joined build was asked other examples than this one.

    Args:
        own: the examples of this build, JSON lines.
        joined: those of the others, for the same task.

    Raises:
        JoinError: an example differs, is missing or is there in addition.
    """
    ours = _lines(own)
    for path in joined:
        theirs = _lines(path)
        if different := sorted(
            id_ for id_ in ours.keys() & theirs.keys() if ours[id_] != theirs[id_]
        ):
            raise JoinError(
                f"The example '{different[0]}' of '{path}' is not the one of '{own}'.",
                "Build both from the same corpus, with the same version of Python.",
            )
        if ours.keys() != theirs.keys():
            raise JoinError(
                f"'{path}' has {len(theirs)} examples, and not the {len(ours)} of '{own}'.",
                "Give both builds the same corpus and the same run.samples.",
            )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A candidate of a joined build: what makes it the same as another of its name."""

    build: Settings
    name: str

    @property
    def content(self) -> tuple[object, ...]:
        """What it is, how it was asked, and the digests of its rows."""
        folder = Path(self.build.paths.results)
        rows = sorted(folder.glob(f"*/task=*/model={self.name}/*.parquet"))
        digests = [(str(path.relative_to(folder)), sha256_of(path)) for path in rows]
        return (self.build.models[self.name], self.build.run, digests)


def _folders(place: str, root: Path) -> Iterator[Path]:
    """Yield the folders that a name or a pattern means; a pattern only those with results."""
    path = root / place
    if not any(letter in place for letter in _WILDCARDS):
        yield path
        return
    start = Path(path.anchor)
    found = sorted(start.glob(str(path.relative_to(start))))
    usable = [each for each in found if _has_results(each)]
    if not usable:
        raise JoinError(
            f"join: no folder with results fits '{place}'.", "Name folders that doit has built."
        )
    yield from usable


def _has_results(folder: Path) -> bool:
    job = read_job(folder / "job.json")
    return (folder / _CONFIGURATION).is_file() and (job is None or job.has_rows)


def _read(folder: Path) -> Settings:
    path = folder / _CONFIGURATION
    if not path.is_file():
        raise JoinError(
            f"join: '{folder}' holds no results: it has no {_CONFIGURATION}.",
            "Name a folder that doit has built, such as results, or sweep/jobs/* in it.",
        )
    found = read_yaml(path, JoinError)
    settings = validated(Settings, _known(found), f"'{path}'", JoinError)
    candidates = {
        name: model for name, model in settings.models.items() if model.role is Role.CANDIDATE
    }
    if not candidates:
        raise JoinError(
            f"join: '{folder}' has no candidate of its own.",
            f"Join the folders that it was made of, such as '{folder}/jobs/*'.",
        )
    paths = replace(settings.paths, results=str(folder))
    return replace(settings, models=candidates, paths=paths, join=())


def _known(found: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return a configuration without the keys that are of no use here."""
    names = {field.name for field in fields(Settings)} - {*_NOT_KEPT}
    if not isinstance(found, dict):
        return found
    return {key: value for key, value in found.items() if key in names}


def _check_tasks(build: Settings, tasks: Mapping[str, Task]) -> None:
    folder = build.paths.results
    for name, task in build.tasks.items():
        if name not in tasks:
            raise JoinError(
                f"join: '{folder}' has the task '{name}', which this build has not.",
                nearest(name, tasks),
            )
        if (task.prompts, task.ground_truth) != (tasks[name].prompts, tasks[name].ground_truth):
            raise JoinError(
                f"join: in '{folder}' the task '{name}' has other prompts than here.",
                f"Build it again there, with this tasks/{name}.yaml.",
            )


def _check_names(build: Settings, models: Mapping[str, ModelSettings]) -> None:
    for name in build.models:
        if name in models:
            raise JoinError(
                f"join: '{name}' is in '{build.paths.results}' and in this build.",
                "Take it out of models or baselines, or give it another name here: variant=here",
            )


def _each_candidate_once(builds: Sequence[Settings]) -> Iterator[Settings]:
    owners: dict[str, list[_Candidate]] = {}
    for build in builds:
        for name in build.models:
            owners.setdefault(name, []).append(_Candidate(build, name))
    for same in owners.values():
        for first, second in combinations(same, 2):
            _check_equal(first, second)
    for build in builds:
        mine = {
            name: model for name, model in build.models.items() if owners[name][0].build is build
        }
        if mine:
            yield replace(build, models=mine)


def _check_equal(first: _Candidate, second: _Candidate) -> None:
    if first.content != second.content:
        here, there = (each.build.paths.results for each in (first, second))
        raise JoinError(
            f"join: '{first.name}' is in '{here}' and in '{there}', and not the same.",
            "Build one of them under another name: variant=WORD. Replies are found again.",
        )


def _lines(path: Path) -> dict[str, str]:
    """Return the lines of a file of examples by the id that each has."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {str(json.loads(line)["id"]): line for line in lines}
