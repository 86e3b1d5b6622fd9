"""Where a build may write: never over what is not its own."""

from __future__ import annotations

from pathlib import Path

from sse_steps.errors import ConfigError

_OF_A_PROJECT = ("conf", "tasks", "docs", "sse_steps", "tests")
_BEGINNING_BYTES = 100_000
# What every report of its format has near its beginning.
_REPORT_HAS = {
    ".md": "\n## Task ",
    ".html": 'http-equiv="Content-Security-Policy"',
    ".json": '"$schema": "report.schema.json"',
}


def check_results_folder(folder: Path, root: Path) -> None:
    """Raise where results would be written among the files of a project.

    Args:
        folder: of the results.
        root: the project's folder.

    Raises:
        ConfigError: it is a project's folder, or one of those in it that are not for results.
    """
    place = folder.resolve()
    kept = [(root / name).resolve() for name in _OF_A_PROJECT]
    is_kept = any(place == each or each in place.parents for each in kept)
    if is_kept or (place / "dodo.py").exists():
        raise ConfigError(
            f"The results cannot go to '{folder}': files of the project are there.",
            "Name a folder of their own: paths.results=FOLDER, or --output FOLDER.",
        )


def check_replaceable(file: Path) -> None:
    """Raise where a report would take the place of a file that is none.

    Raises:
        ConfigError: the file is there and is no report of its format.
    """
    if not file.is_file() or file.stat().st_size == 0:
        return
    with file.open(encoding="utf-8", errors="replace") as text:
        is_report = _REPORT_HAS[file.suffix] in text.read(_BEGINNING_BYTES)
    if not is_report:
        raise ConfigError(
            f"'{file}' is there already and is no report: it would be lost.",
            "Give --output another name, or move the file away.",
        )
