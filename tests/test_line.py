"""Stages of a model's line: what they record, and what a failed gate does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sse_steps.errors import EngineMissingError, InputFileError, LineHaltedError
from sse_steps.models.gates import Finding, Gate, Severity
from sse_steps.models.line import Ledger, Skip, Stage, read_stage


@dataclass(frozen=True)
class Answer(Gate):
    """A gate of the tests."""

    code = "Q1"
    severity = Severity.WARN
    question = "Is it 42?"
    remedy = "Think again."

    value: int

    def check(self) -> Finding:
        """Compare."""
        return self.finding(passed=self.value == 42, found=f"{self.value}", expected="42")


class Skipping(Answer):
    """The same, and a model that fails it is skipped."""

    severity = Severity.SKIP


class Halting(Answer):
    """The same, and a failure stops the line."""

    severity = Severity.HALT


def stage(folder: Path) -> Stage:
    """Return a stage that leaves everything in a folder."""
    return Stage("mini", "convert", folder / "record.json", folder / "andon")


def work_of(*gates: Gate) -> Any:  # noqa: ANN401 - a callable that `Stage.run` takes
    """Return work that puts gates through the ledger."""

    def work(ledger: Ledger) -> Mapping[str, Any]:
        for gate in gates:
            ledger.put_through(gate)
        return {"bytes": 3}

    return work


def test_a_stage_that_passes_records_what_was_found(tmp_path: Path) -> None:
    """The record holds findings and details, and reads back as it was."""
    stage(tmp_path).run(work_of(Skipping(42), Halting(42)), before=None)
    record = read_stage(tmp_path / "record.json")
    assert [(each.gate, each.passed) for each in record.findings] == [("Q1", True)] * 2
    assert record.skip is None
    assert record.details == {"bytes": 3}


def test_a_warning_is_said_and_the_model_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failed gate of severity WARN stays in the record, and work goes on behind it."""
    stage(tmp_path).run(work_of(Answer(7), Skipping(42)), before=None)
    record = read_stage(tmp_path / "record.json")
    assert [each.passed for each in record.findings] == [False, True]
    assert record.details == {"bytes": 3}
    assert "POKA-YOKE: 'mini' is flagged by gate Q1: 7" in capsys.readouterr().err


def test_a_skipped_model_takes_no_part_in_later_stages(tmp_path: Path) -> None:
    """A failed gate of severity SKIP ends the model's line without a fault, stage after stage."""
    stage(tmp_path).run(work_of(Skipping(7), Halting(7)), before=None)
    skip = read_stage(tmp_path / "record.json").skip
    assert skip == Skip("Q1", "POKA-YOKE: 'mini' fails gate Q1: 7; expected: 42.", "Think again.")
    later = Stage("mini", "validate", tmp_path / "later.json", tmp_path / "andon")
    later.run(work_of(Halting(7)), before=tmp_path / "record.json")
    assert read_stage(tmp_path / "later.json").skip == skip
    assert not (tmp_path / "andon").exists()


def test_a_record_holds_what_earlier_stages_found(tmp_path: Path) -> None:
    """The last record of the line tells all that the gates saw of a model."""
    stage(tmp_path).run(work_of(Answer(7)), before=None)
    later = Stage("mini", "validate", tmp_path / "later.json", tmp_path / "andon")
    later.run(work_of(Skipping(42)), before=tmp_path / "record.json")
    found = read_stage(tmp_path / "later.json").findings
    assert [(each.severity, each.passed) for each in found] == [("warn", False), ("skip", True)]


def test_a_record_with_the_same_key_is_finished_work(tmp_path: Path) -> None:
    """After a kill doit has forgotten a stage: the same key does nothing, another does it anew."""
    stage(tmp_path).run(work_of(Skipping(42)), before=None, key="one")
    stage(tmp_path).run(work_of(Halting(7)), before=None, key="one")
    with pytest.raises(LineHaltedError):
        stage(tmp_path).run(work_of(Halting(7)), before=None, key="two")


def test_another_folder_of_results_finds_what_passed(tmp_path: Path) -> None:
    """A stage that passed for one folder is not done again for another; the record is the same."""
    first, second = (
        replace(stage(tmp_path / name), finished=tmp_path / "cache") for name in ("a", "b")
    )
    first.run(work_of(Skipping(42)), before=None, key="one")
    second.run(work_of(Halting(7)), before=None, key="one")
    assert read_stage(second.record) == read_stage(first.record)
    with pytest.raises(LineHaltedError):
        second.run(work_of(Halting(7)), before=None, key="two")


def test_what_did_not_pass_is_kept_for_nobody(tmp_path: Path) -> None:
    """A model that a gate skipped is looked at again for another folder of results."""
    first, second = (
        replace(stage(tmp_path / name), finished=tmp_path / "cache") for name in ("a", "b")
    )
    first.run(work_of(Skipping(7)), before=None, key="one")
    second.run(work_of(Skipping(42)), before=None, key="one")
    assert read_stage(first.record).skip is not None
    assert read_stage(second.record).skip is None


def test_a_skipped_stage_is_tried_again_whatever_its_key(tmp_path: Path) -> None:
    """What skipped a model may be mended by now."""
    stage(tmp_path).run(work_of(Skipping(7)), before=None, key="one")
    stage(tmp_path).run(work_of(Skipping(42)), before=None, key="one")
    assert read_stage(tmp_path / "record.json").skip is None


def test_a_halt_leaves_a_record_for_a_person_and_none_for_the_build(tmp_path: Path) -> None:
    """The andon record says what was found, what was expected and what to do."""
    with pytest.raises(LineHaltedError) as caught:
        stage(tmp_path).run(work_of(Skipping(42), Halting(7)), before=None)
    assert not (tmp_path / "record.json").exists()
    (record,) = (tmp_path / "andon").iterdir()
    text = record.read_text(encoding="utf-8")
    assert str(record) in caught.value.remedy
    assert "JIDOKA HALT: mini, convert, gate Q1" in text
    assert re.search(r"\| Q1 \| Is it 42\? \| \*\*no\*\* \| 7 \| 42 \|", text)
    assert "Think again." in text


def test_text_of_strangers_cannot_break_the_record(tmp_path: Path) -> None:
    """Pipes, line ends and markup in what a gate found stay inside their cell."""

    @dataclass(frozen=True)
    class Hostile(Gate):
        code, severity = "Q2", Severity.HALT
        question, remedy = "Is it tame?", "No."
        text: str

        def check(self) -> Finding:
            return self.finding(passed=False, found=self.text, expected="tame")

    with pytest.raises(LineHaltedError):
        stage(tmp_path).run(work_of(Hostile("a | b\n# c <script>")), before=None)
    (record,) = (tmp_path / "andon").iterdir()
    lines = record.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith("# c") or "<script>" in line]


def test_a_missing_engine_skips_the_model(tmp_path: Path) -> None:
    """What is not installed is no fault of the build."""

    def work(_: Ledger) -> Mapping[str, Any]:
        raise EngineMissingError("It is not installed.", "Install it.")

    stage(tmp_path).run(work, before=None)
    assert read_stage(tmp_path / "record.json").skip == Skip(
        None, "It is not installed.", "Install it."
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": 1, "findings": [{}]}', "\x00"])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    """A record that cannot be read is a fault with a remedy, not a traceback."""
    path = tmp_path / "record.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match="no record of a stage"):
        read_stage(path)
