"""The line that every model goes along: stages with gates, and the record that each leaves.

A stage ends in one of three ways. It passes, and its record says what was found. A gate of severity
SKIP fails: the record says why, the model takes no further part, the build goes on. A gate of
severity HALT fails: a record for a person is written to the andon folder, and the build stops.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sse_steps import console
from sse_steps.build_log import log
from sse_steps.errors import (
    POKA_YOKE,
    EngineMissingError,
    InputFileError,
    LineHaltedError,
    ModelSkippedError,
)
from sse_steps.models.gates import Finding, Gate, Severity, failures, passed_or_stopped
from sse_steps.store import write_text


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a model takes no part."""

    gate: str | None  # None: no gate's doing
    wrong: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What a stage of the line found, and every stage before it.

    `details` is plain data that only the stage knows.
    """

    model: str
    stage: str
    findings: tuple[Finding, ...]
    skip: Skip | None
    details: Mapping[str, Any]
    key: str | None = None  # the address of what it follows from, where the stage has one


@dataclass(frozen=True, slots=True)
class Ledger:
    """The findings of one stage while it runs."""

    model: str
    findings: list[Finding] = field(default_factory=list)

    def put_through(self, gate: Gate) -> None:
        """Let a gate look, and carry out what it demands if it fails.

        Raises:
            LineHaltedError: the gate failed, and its severity is HALT.
            ModelSkippedError: the gate failed, and its severity is SKIP.
        """
        finding = gate.check()
        self.findings.append(finding)
        passed_or_stopped(self.model, [finding])


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one model: its name, its record, and where a halt leaves its own.

    `finished` is a folder that builds share: what passed is kept there by its key.
    """

    model: str
    name: str
    record: Path
    andon: Path
    finished: Path | None = None

    def run(
        self,
        work: Callable[[Ledger], Mapping[str, Any]],
        *,
        before: Path | None,
        key: str | None = None,
    ) -> None:
        """Do the work and write the record, unless the stage `before` skipped the model.

        doit remembers at the end of a build what it did, so a build that is killed forgets all of
        it; a record with the same key is finished work all the same.

        Args:
            work: puts evidence through the ledger and returns the record's details.
            before: the record of the stage before this one.
            key: the address of everything that the record follows from; None: work is done anew.

        Raises:
            LineHaltedError: a gate halted the line; its record lies in the andon folder.
        """
        if key is not None and _finished(self.record, key) is not None:
            return
        ledger = Ledger(self.model)
        earlier = None if before is None else read_stage(before)
        skip = None if earlier is None else earlier.skip
        details: Mapping[str, Any] = {}
        try:
            details = details if skip else self._work_once(work, ledger, key)
        except ModelSkippedError as fault:
            skip = Skip(fault.gate, fault.wrong, fault.remedy)
            say(f"{fault.wrong}\n{fault.remedy}", model=self.model, gate=fault.gate)
        except EngineMissingError as fault:
            skip = Skip(None, fault.wrong, fault.remedy)
            say(f"'{self.model}' is skipped. {fault}", model=self.model)
        except LineHaltedError as fault:
            raise LineHaltedError(*self._halted(fault, ledger)) from fault
        for finding in failures(ledger.findings, Severity.WARN):
            text = f"{POKA_YOKE}: '{self.model}' is flagged by gate {finding.gate}: {finding.found}"
            say(text, model=self.model, gate=finding.gate)
        found = (*(earlier.findings if earlier else ()), *ledger.findings)
        _write(StageRecord(self.model, self.name, found, skip, details, key), self.record)

    def _work_once(
        self, work: Callable[[Ledger], Mapping[str, Any]], ledger: Ledger, key: str | None
    ) -> Mapping[str, Any]:
        """Do the work, or find it done for another folder of results; return its details."""
        if self.finished is None or key is None:
            return work(ledger)
        place = self.finished / f"{key}.json"
        known = _finished(place, key)
        if known is not None:
            ledger.findings.extend(known.findings)
            return known.details
        details = work(ledger)
        findings = tuple(ledger.findings)
        _write(StageRecord(self.model, self.name, findings, None, details, key), place)
        return details

    def _halted(self, fault: LineHaltedError, ledger: Ledger) -> tuple[str, str, str]:
        when = datetime.now(UTC)
        path = self.andon / f"{when:%Y%m%dT%H%M%S.%f}Z-{self.model}-{fault.gate}.md"
        write_text(_andon(self, fault, ledger, when), path)
        return fault.wrong, f"{fault.remedy} The evidence is kept; see {path}.", fault.gate


def say(text: str, **fields: object) -> None:
    """Tell the user what the line decided, and the log of the build with `fields` beside it."""
    event = POKA_YOKE if text.startswith(POKA_YOKE) else "notice"
    log(event, level=logging.WARNING, what=text, **fields)
    console.say(text)


def read_stage(path: Path) -> StageRecord:
    """Return the record that a stage left.

    Raises:
        InputFileError: the file is no such record.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        findings = tuple(
            Finding(**{**each, "severity": Severity(each["severity"])}) for each in data["findings"]
        )
        skip = Skip(**data["skip"]) if data["skip"] else None
        return StageRecord(
            data["model"], data["stage"], findings, skip, data["details"], data.get("key")
        )
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise InputFileError(
            f"'{path}' is no record of a stage: {fault}.", "Remove it, and run the build again."
        ) from fault


def _write(record: StageRecord, path: Path) -> None:
    write_text(json.dumps(asdict(record), indent=2, default=str), path)


def _finished(path: Path, key: str) -> StageRecord | None:
    """Return the record at `path` if it is that of a stage with this key that passed."""
    try:
        record = read_stage(path)
    except InputFileError:
        return None
    return record if record.key == key and record.skip is None else None


def _andon(stage: Stage, fault: LineHaltedError, ledger: Ledger, when: datetime) -> str:
    """Return the record that a halt leaves for a person, in Markdown."""
    rows = [
        f"| {each.gate} | {each.question} | {_mark(each)} | {_cell(each.found)} "
        f"| {_cell(each.expected)} |"
        for each in ledger.findings
    ]
    return "\n".join(
        (
            f"# JIDOKA HALT: {stage.model}, {stage.name}, gate {fault.gate}",
            "",
            f"- When: {when:%Y-%m-%d %H:%M:%S} UTC",
            f"- What: {_cell(fault.wrong)}",
            f"- What to do: {_cell(fault.remedy)}",
            "",
            "| gate | question | passed | found | expected |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        )
    )


def _mark(finding: Finding) -> str:
    return "yes" if finding.passed else "**no**"


def _cell(text: str) -> str:
    """Return text that cannot end a table's cell or start markup."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())
