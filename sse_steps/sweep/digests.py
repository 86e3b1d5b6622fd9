"""The address of everything that a job's rows follow from: equal ones need no second job."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path

from sse_steps.models.companions import local_files
from sse_steps.same_files import listing_digest
from sse_steps.source_hash import source_hash
from sse_steps.steps.machine import compiler_version
from sse_steps.steps.plan import Plan
from sse_steps.store import content_key, sha256_of
from sse_steps.sweep.names import Override

_CONFIGURATION = ("conf", "tasks/*.yaml", "tasks/crates", "models.lock.json", "dodo.py")


def inputs_digest(plan: Plan) -> str:
    """Return the address of what a job's rows follow from.

    Settings as the steps see them, the corpus, weights of the user's own by name, size and time,
    the compiler, Python, engines and this package. A corpus of more files than doit is told of is
    taken by names, sizes and times, too.
    """
    line = plan.line
    origins = list(plan.origins())
    models = [*plan.settings.models]
    return content_key(
        [asdict(plan.corpus_slice(task)) for task in plan.settings.tasks],
        [asdict(plan.check_slice(task)) for task in plan.settings.tasks],
        [asdict(plan.transpile_slice(origin)) for origin in origins],
        [asdict(line.validate_slice(model)) for model in line.lines()],
        [asdict(line.download_slice(model)) for model in line.lines()],
        [line.engine_versions(model) for model in models],
        [sorted(_contents([*_corpus_files(plan), *_other_files(plan)]))],
        [sorted(_large_corpora(plan))],
        [sorted(_stats([*_weights(plan)]))],
        [compiler_version(), sys.version, source_hash()],
    )


def surroundings(root: Path) -> str:
    """Return the address of everything but a job's own overrides and the files that it names.

    It takes no composing, and changes more often than need be: with any file of the configuration
    and any package that is installed.
    """
    files = [path for pattern in _CONFIGURATION for path in _files_at(root, pattern)]
    stats = tuple(sorted(_stats(files)))
    return content_key(
        _contents_of(stats), source_hash(), compiler_version(), sys.version, _installed()
    )


def named_places(plan: Plan, overrides: Iterable[str]) -> list[Path]:
    """Return every file and folder that a job reads, wherever it is: a change makes it stale.

    Args:
        plan: the job's build.
        overrides: of the job; a task or a model may be the path of a file.
    """
    corpora = map(plan.corpus_path, plan.settings.tasks)
    typed = _typed_files(overrides, plan.root)
    return [*corpora, *_other_files(plan), *_weights(plan), *typed]


def stats_digest(places: Iterable[Path]) -> str:
    """Return the address of files and of all that is in folders, by name, size and time."""
    files = [path for place in places for path in (place, *place.rglob("*"))]
    return content_key(sorted(_stats(files)))


def _corpus_files(plan: Plan) -> Iterator[Path]:
    for task in plan.settings.tasks:
        yield from plan.corpus_files(task)


def _large_corpora(plan: Plan) -> Iterator[tuple[str, str]]:
    for task in plan.settings.tasks:
        for condition in plan.corpus_conditions(task):
            yield str(condition.folder), listing_digest(condition.folder)


def _typed_files(overrides: Iterable[str], root: Path) -> Iterator[Path]:
    for each in overrides:
        for text in Override(each).value.strip("[]").split(","):
            path = root / Path(text.strip(" '\"")).expanduser()
            if path.is_file():
                yield path


def _other_files(plan: Plan) -> Iterator[Path]:
    for task, definition in plan.settings.tasks.items():
        if definition.verify.crates:
            folder = plan.lock_folder(task)
            yield from (folder / "Cargo.toml", folder / "Cargo.lock")
    if plan.line.lines():
        yield from (plan.line.golden_prompts, plan.line.lock_file)
    for model in plan.settings.models.values():
        if model.recording is not None:
            yield plan.root / model.recording


def _weights(plan: Plan) -> Iterator[Path]:
    for model, files in plan.line.lines().items():
        if plan.line.is_local(model) and files.source.exists():
            yield from local_files(files.source)


def _contents(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    return ((str(path), sha256_of(path)) for path in paths if path.is_file())


def _stats(paths: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        if path.is_file():
            found = path.stat()
            yield (str(path), found.st_size, found.st_mtime_ns)


def _files_at(root: Path, pattern: str) -> Iterator[Path]:
    for path in root.glob(pattern):
        yield from path.rglob("*") if path.is_dir() else [path]


@cache
def _contents_of(stats: tuple[tuple[str, int, int], ...]) -> str:
    """Return the address of the contents of files, read again only where one was touched."""
    return content_key([[path, sha256_of(Path(path))] for path, _, _ in stats])


@cache
def _installed() -> str:
    found = {(each.name, each.version) for each in metadata.distributions()}
    return content_key(sorted(f"{name} {version}" for name, version in found))
