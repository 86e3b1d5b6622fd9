"""Faults that a user can mend. Each prints as two lines: what is wrong, then what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

JIDOKA_HALT = "JIDOKA HALT"  # the line stops until a person has looked
POKA_YOKE = "POKA-YOKE"  # something dangerous or unfit was refused, or is flagged


class UserError(Exception):
    """A fault with a remedy.

    Args:
        wrong: what is wrong, with the value found and where.
        remedy: what to do about it.
    """

    event: ClassVar[str] = "step failed"  # what it is called in the log

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong, remedy)
        self.wrong = wrong
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.wrong}\n{self.remedy}"


class ConfigError(UserError):
    """An override or a configuration file that does not fit."""


class ProjectError(UserError):
    """A folder in which no project can be begun."""


class TaskFileError(UserError):
    """A task file that does not fit the format."""


class CorpusError(UserError):
    """A corpus, or one example in it, that cannot be used."""


class DownloadError(UserError):
    """A model that cannot be fetched, or is not what its pin says."""


class SourceMissingError(DownloadError):
    """A repository, package, revision or file that is not there, or not for us."""


class DownloadIncompleteError(DownloadError):
    """A network that did not bring everything, after every try."""


class WrongBytesError(DownloadError):
    """Bytes that are not the ones that were promised.

    Args:
        name: what they were to be.
        found: their digest.
        expected: the digest that was promised.
    """

    def __init__(self, name: str, found: str, expected: str) -> None:
        wrong = f"'{name}' has the digest {found}, but {expected} was promised."
        super().__init__(wrong, "Do not use this file.")
        self.name = name
        self.found = found
        self.expected = expected


class ModelFormatError(UserError):
    """A model file that cannot be read or that no engine here can run."""

    event = POKA_YOKE


class ConversionError(UserError):
    """A conversion that this machine cannot carry out, whatever the model."""


class GateError(UserError):
    """A model that fails a gate.

    Args:
        wrong: what is wrong, with the value found and where.
        remedy: what to do about it.
        gate: the code of the gate, such as D4.
    """

    prefix: ClassVar[str]

    def __init__(self, wrong: str, remedy: str, gate: str) -> None:
        super().__init__(wrong, remedy)
        self.gate = gate


class ModelSkippedError(GateError):
    """A model that cannot take part; the others go on."""

    event = prefix = POKA_YOKE


class LineHaltedError(GateError):
    """A fault that a person must look at before anything goes on."""

    event = prefix = JIDOKA_HALT


class EngineMissingError(UserError):
    """An engine that is not installed on this machine; its models are skipped."""


class EngineUnfitError(UserError):
    """An engine that cannot do what a task asks for; its models are skipped there."""


class EngineError(UserError):
    """An engine that cannot start."""


class RecordingError(UserError):
    """A recording of replies that cannot be read, or contradicts itself."""


class ToolchainError(UserError):
    """No usable Rust toolchain."""


class CratesError(UserError):
    """Crates that a task allows and that cannot be had, or not in the way that it says."""


class InputFileError(UserError):
    """A file named on the command line that cannot be read or is not what it should be."""


class CasesError(UserError):
    """Cases that cannot be put to a program."""


class RustTestsError(UserError):
    """Rust tests of a user that cannot be run as they are written."""


class SandboxError(UserError):
    """The isolation that was asked for cannot be had on this machine."""


class ScaleError(UserError):
    """Work that was given to other processes or machines, and does not come back."""


class WeakIsolationError(SandboxError):
    """Only limits of resources are to be had here, which nobody allowed."""

    event = POKA_YOKE


class ControlError(UserError):
    """A control missed its score: the numbers of this evaluation cannot be trusted."""


class JoinError(UserError):
    """Results of several builds that do not make one report."""


class SweepError(UserError):
    """A sweep whose jobs could not be run."""


class DataCheckError(UserError):
    """Completions or verdicts that do not fit together: a check of the results returned rows."""


class QueryError(UserError):
    """A query that the results database does not take, or no such database."""


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a remedy that names the valid name nearest to `name`, or all of them."""
    names = sorted(set(valid))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Valid names: {', '.join(names)}." if names else "There is nothing to choose from."
