"""doit demo: real figures, and nothing of the seed's."""

from __future__ import annotations

import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from project import lay_out

from sse_steps.config import load_settings
from sse_steps.models.golden_prompts import read_golden_prompts
from sse_steps.steps import demo_benchmark, demo_pareto
from sse_steps.steps.command_line import overrides_of, state_file

ROOT = Path(__file__).parents[1]


def test_the_figures_say_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    """Date, machine, compiler and configuration are printed beside figures of a real run."""
    figures = json.loads((files("sse_steps.report") / "measured_figures.json").read_text())
    assert demo_pareto.run()
    text = capsys.readouterr().out
    for name in ("date", "machine", "rustc", "config_hash", "price"):
        assert figures[name] in text
    assert re.fullmatch(r"[0-9a-f]{64}", figures["config_hash"])
    for model in figures["models"]:
        passed = model["pass_at_1"] * figures["examples"]
        assert passed == pytest.approx(round(passed)), "a share of the examples"
        assert model["wilson_low"] < model["pass_at_1"] < model["wilson_high"]


def test_the_analysis_is_that_of_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """Who is better in all three is on the frontier, and the other stands behind it."""
    demo_pareto.run()
    text = capsys.readouterr().out
    frontier, _, behind = text.partition("Behind it:")
    assert "◆ py2many: 8.3 % pass" in frontier
    assert "· smollm2_135m: 1.0 % pass" in behind
    assert "py2many beats smollm2_135m: 7.3 points more, 10.6 times cheaper, 481 times" in behind


def test_the_levels_have_their_marks(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of the ten levels has a line, and the shipped corpus has examples of each."""
    assert demo_benchmark.run(ROOT / "tasks/py2rs")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:11]] == [str(level) for level in range(1, 11)]
    assert "●" * 10 in lines[11]


def test_an_empty_level_has_another_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A corpus of functions alone has one mark filled."""
    shutil.copytree(ROOT / "tasks/py2rs/03_functions/clamp", tmp_path / "03_functions/clamp")
    assert demo_benchmark.run(tmp_path)
    assert "○○●○○○○○○○" in capsys.readouterr().out


def test_a_demonstration_has_settings_and_a_state_of_its_own() -> None:
    """Only the pipeline's demonstration changes settings, and overrides beside it win."""
    assert overrides_of(["demo:pareto"]) == []
    assert state_file(["report"]) == ".doit.db"
    arguments = ["demo:pipeline", "run.samples=3"]
    settings = load_settings(overrides_of(arguments), root=ROOT)
    assert settings.paths.results == "results-demo"
    assert settings.paths.cache == load_settings([], root=ROOT).paths.cache
    assert settings.run.samples == 3
    assert state_file(arguments) != state_file(["report"])


def test_a_demonstration_asks_some_of_the_golden_prompts() -> None:
    """Its short set is a part of the whole one, word for word."""
    settings = load_settings(overrides_of(["demo:pipeline"]), root=ROOT)
    short = read_golden_prompts(ROOT / settings.validation.golden_prompts).prompts
    whole = read_golden_prompts(ROOT / "tasks/golden_prompts.yaml").prompts
    assert 0 < len(short) < len(whole)
    assert set(short) < set(whole)


@pytest.mark.slow
def test_the_pipeline_takes_a_model_along_the_line(tmp_path: Path) -> None:
    """A model is brought, converted, validated and asked, apart from the results of a build."""
    project = lay_out(tmp_path)
    golden = "validation.golden_prompts=tasks/golden_prompts.yaml"  # the project's own
    built = project.doit("demo:pipeline", "models=[tiny]", "run.samples=1", golden)
    assert built.exit_code == 0, built.text
    assert {"download:tiny", "convert:tiny", "validate:tiny", "report"} <= built.ran
    assert "tiny C5: " in built.text
    assert (tmp_path / "results-demo/report.html").is_file()
    assert not (tmp_path / "results").exists()
    assert not (tmp_path / ".doit.db").exists()
