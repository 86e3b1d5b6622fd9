"""doit gate: candidates are held to the thresholds that are declared, and to no other."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from example_results import example_results

from sse_steps.config import load_settings
from sse_steps.errors import ConfigError, QueryError
from sse_steps.settings import GateSettings, HeldAgainst
from sse_steps.steps import gate

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results of three candidates: large passes 3 of 6, small 2, dear 1."""
    return example_results(tmp_path_factory.mktemp("results"))


def lines(
    capsys: pytest.CaptureFixture[str], settings: GateSettings, database: Path
) -> tuple[bool, list[str]]:
    """Return whether the gate was passed, and its lines."""
    return gate.run(settings, database, json=False), capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("threshold", "limit", "who_fails"),
    [
        ("least_pass_at_1", 1 / 3, {"dear"}),
        ("least_pass_at_1", 0.5, {"dear", "small"}),
        ("least_compile_rate", 2 / 3, {"dear"}),
        ("least_composite_score", 100 * 2.5 / 68.5, {"dear", "small"}),
        ("largest_usd_per_example", 0.01, {"dear"}),
        ("largest_latency_p95_ms", 999.0, {"dear", "large"}),
    ],
)
def test_each_threshold_is_held_against_its_figure(
    capsys: pytest.CaptureFixture[str],
    database: Path,
    threshold: str,
    limit: float,
    who_fails: set[str],
) -> None:
    """A figure that is just reached passes, and each candidate has a line."""
    settings = load_settings([f"gate.{threshold}={limit!r}"], root=ROOT).gate
    passed, said = lines(capsys, settings, database)
    assert not passed
    assert len(said) == 3
    assert {line.split()[2].rstrip(":") for line in said if line.startswith("FAILED")} == who_fails


def test_the_lower_end_is_harder_to_reach(
    capsys: pytest.CaptureFixture[str], database: Path
) -> None:
    """Held against the interval's lower end, a mean of one half does not reach 0.4."""
    by_mean = GateSettings(models=("large",), least_pass_at_1=0.4)
    assert lines(capsys, by_mean, database)[0]
    by_end = replace(by_mean, pass_at_1_by=HeldAgainst.LOWER_END)
    passed, (line,) = lines(capsys, by_end, database)
    assert not passed
    assert "lower end of pass@1 0.187616, at least 0.4 wanted" in line


def test_only_the_models_named_are_held(capsys: pytest.CaptureFixture[str], database: Path) -> None:
    """Others may be as bad as they are."""
    settings = GateSettings(models=("large", "small"), least_pass_at_1=0.3)
    passed, said = lines(capsys, settings, database)
    assert passed
    assert len(said) == 2


def test_a_figure_that_nobody_knows_does_not_pass(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What was not measured cannot be held to be good enough."""
    database = example_results(tmp_path, runs={"model": ("p",)}, costs={"model": None})
    passed, (line,) = lines(capsys, GateSettings(largest_usd_per_example=1.0), database)
    assert not passed
    assert "$ per example not known" in line


def test_json_says_the_same(capsys: pytest.CaptureFixture[str], database: Path) -> None:
    """With --json each check is an object."""
    assert not gate.run(GateSettings(least_pass_at_1=0.5), database, json=True)
    found = json.loads(capsys.readouterr().out)
    assert [(each["model"], each["passed"]) for each in found] == [
        *(("dear", False), ("large", True), ("small", False)),
    ]


def test_no_threshold_is_a_fault(database: Path, tmp_path: Path) -> None:
    """A gate that holds nobody to anything passes nobody: two lines say what to declare."""
    with pytest.raises(ConfigError, match="No threshold is declared") as fault:
        gate.run(GateSettings(), database, json=False)
    assert len(str(fault.value).splitlines()) == 2
    with pytest.raises(ConfigError, match="'larg' has no results"):
        gate.run(GateSettings(models=("larg",), least_pass_at_1=0.5), database, json=False)
    with pytest.raises(QueryError, match="no results database"):
        gate.run(GateSettings(least_pass_at_1=0.5), tmp_path / "none", json=False)


def test_the_file_declares_every_threshold_and_holds_nobody() -> None:
    """conf/gate/default.yaml has each key, with the values that the code would take alone."""
    declared = yaml.safe_load((ROOT / "conf/gate/default.yaml").read_text(encoding="utf-8"))
    assert list(declared) == [field.name for field in fields(GateSettings)]
    assert load_settings([], root=ROOT).gate == GateSettings()


@pytest.mark.parametrize("override", ["gate.least_pass_at_1=2", "gate.pass_at_1_by=median"])
def test_a_threshold_that_makes_no_sense_is_a_fault(override: str) -> None:
    """A share beyond 1, or a figure that is none, is said in two lines."""
    with pytest.raises(ConfigError) as fault:
        load_settings([override], root=ROOT)
    assert len(str(fault.value).splitlines()) == 2
