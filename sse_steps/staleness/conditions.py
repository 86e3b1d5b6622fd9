"""The conditions under which doit leaves a task alone, each able to say why it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.task import Task
from doit.tools import config_changed

from sse_steps.errors import InputFileError
from sse_steps.models.line import read_stage
from sse_steps.source_hash import source_digests, source_hash
from sse_steps.staleness.kept import changes, flat, packed, unpacked

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_KEPT = "known"  # the key of what is kept, among the values that doit saves with a success
_MOST_FILES_NAMED = 5


class Unchanged(config_changed):  # type: ignore[misc]  # doit has no types
    """Settings, versions and this package are as they were at the last success.

    doit keeps a digest of them; beside it the values themselves are kept, shortened, for
    `doit explain`.
    """

    def __init__(self, settings: DataclassInstance, versions: Mapping[str, str]) -> None:
        held = {"settings": asdict(settings), "versions": versions, "package": source_hash()}
        super().__init__(held)

    def configure_task(self, task: Task) -> None:
        """Have doit save the digest and the values when the task has succeeded."""
        super().configure_task(task)
        task.value_savers.append(lambda: {_KEPT: packed(self._known())})

    def _known(self) -> dict[str, Any]:
        return {
            "settings": flat(self.config["settings"]),
            "versions": self.config["versions"],
            "files": source_digests(),
        }

    def why_not(self, values: Mapping[str, Any]) -> list[str]:
        """Return what differs from the last success, a phrase each.

        Args:
            values: what doit saved with that success.
        """
        if "_config_changed" not in values:
            return []  # it never succeeded, which says enough
        before, now = unpacked(values.get(_KEPT)), self._known()
        if not before:
            return ["a setting, a version or this program changed; what it was is not on record"]
        found = [f"the setting {each}" for each in changes(before["settings"], now["settings"])]
        found += [
            f"the version of {each}"
            for each in changes(_first_lines(before["versions"]), _first_lines(now["versions"]))
        ]
        found += _program_changes(before["files"], now["files"])
        return found or ["a setting changed, in a part that is too long to be kept"]


def _first_lines(versions: Mapping[str, str]) -> dict[str, str]:
    return {name: (text.splitlines() or [""])[0] for name, text in versions.items()}


def _program_changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    files = [each.key for each in changes(before, now)]
    if not files:
        return []
    more = len(files) - _MOST_FILES_NAMED
    named = ", ".join(f"sse_steps/{name}" for name in files[:_MOST_FILES_NAMED])
    return [f"this program changed: {named}{f' and {more} more' if more > 0 else ''}"]


@dataclass(frozen=True, slots=True)
class NotSkipped:
    """The stage that left `record` did not skip its model; one that did is tried again."""

    record: Path | None

    def __call__(self) -> bool:
        """Return whether the condition holds."""
        return not self.why_not({})

    def why_not(self, values: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - one protocol
        """Return why the model was skipped."""
        try:
            skip = None if self.record is None or not self.record.is_file() else _skip(self.record)
        except InputFileError as fault:
            return [fault.wrong]
        return [] if skip is None else [f"its model was skipped last time: {skip}"]


def _skip(record: Path) -> str | None:
    skip = read_stage(record).skip
    return None if skip is None else skip.wrong


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition of a task's own, with a phrase for when it does not hold."""

    condition: Callable[[], bool]
    otherwise: str

    def __call__(self) -> bool:
        """Return whether the condition holds."""
        return self.condition()

    def why_not(self, values: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - one protocol
        """Return the phrase, where the condition does not hold."""
        return [] if self.condition() else [self.otherwise]


@dataclass(frozen=True, slots=True)
class Noted:
    """No condition at all: it notes that the task was asked for, and always holds."""

    note: Callable[[], object]

    def __call__(self) -> bool:
        """Note it."""
        self.note()
        return True
