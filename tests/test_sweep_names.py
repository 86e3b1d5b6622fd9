"""What jobs and candidates of a sweep are called, and which combinations are one candidate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.errors import ConfigError
from sse_steps.settings import ModelSettings
from sse_steps.sweep.command_line import of_doit, of_the_report, read_arguments
from sse_steps.sweep.launch import read_sweep
from sse_steps.sweep.names import about_own_models, effective, job_name, path_safe, variant_of

ROOT = Path(__file__).parents[1]
TRANSPILER = ModelSettings("A transpiler.", "transpiler")
WEIGHTS = ModelSettings("A model.", "numpy", source="model.gguf")
VARIED = ("model", "quantization", "run.temperature")
QUANTIZATIONS = "quantization=none,q8_0"
JOB = ("model=a", "quantization=q8_0", "run.temperature=0.8", "run.runs=2")


def test_a_variant_tells_what_was_varied_and_no_more() -> None:
    """The model and its quantisation are in the candidate's own name, what is fixed is in none."""
    assert variant_of(JOB, VARIED) == "temperature-0.8"
    assert variant_of(JOB, ("model",)) is None
    assert variant_of(JOB, ("run.runs", "run.temperature")) == "runs-2-temperature-0.8"


def test_settings_that_end_alike_are_told_apart() -> None:
    """Two temperatures have their whole names."""
    job = ("run.temperature=0", "++model.a.temperature=1")
    varied = ("model.a.temperature", "run.temperature")
    assert variant_of(job, varied) == "model-a-temperature-1-run-temperature-0"


def test_what_changes_nothing_about_a_candidate_is_left_out() -> None:
    """A transpiler has no weights to quantise and nothing to sample; a model has both."""
    assert effective(JOB, VARIED, [TRANSPILER]) == ("model=a", "run.runs=2")
    assert effective(JOB, VARIED, [WEIGHTS]) == JOB
    assert effective(JOB, VARIED, [TRANSPILER, WEIGHTS]) == JOB


def test_what_is_not_varied_stays_even_where_it_changes_nothing() -> None:
    """Only what makes a difference between jobs is looked at."""
    assert effective(JOB, ("model",), [TRANSPILER]) == JOB


def test_a_job_takes_what_is_said_about_its_own_model_alone() -> None:
    """What another model of the sweep is given changes nothing about this one."""
    line = ["models=[a]", "++model.a.top_k=5", "++model.b.top_k=9", "run.runs=2"]
    assert about_own_models(line) == ["models=[a]", "++model.a.top_k=5", "run.runs=2"]
    assert about_own_models(["++model.b.top_k=9"]) == ["++model.b.top_k=9"]


def test_a_recording_has_no_weights_but_is_sampled() -> None:
    """A replay's quantisation changes nothing; its replies are those of one temperature."""
    replay = replace(TRANSPILER, engine="replay", recording="replies.jsonl")
    left = ("model=a", "run.temperature=0.8", "run.runs=2")
    assert effective(JOB, VARIED, [replay]) == left


def test_a_job_is_called_after_its_candidates() -> None:
    """One candidate lends its name; several stand beside one another."""
    assert job_name(["a-q8_0-temperature-0.8"]) == "a-q8_0-temperature-0.8"
    assert job_name(["a", "b"]) == "a+b"


names = st.text(max_size=300)


@given(names)
def test_names_are_safe_for_files(text: str) -> None:
    """No slash, blank, leading dot or control character, and short enough for any file system."""
    safe = path_safe(text)
    assert safe == "" or (safe[0] != "." and len(safe) <= 80)
    assert all(letter.isascii() and (letter.isalnum() or letter in "_.+-") for letter in safe)


@given(names, names)
def test_different_texts_have_different_names(one: str, other: str) -> None:
    """Making a text safe never makes two of them one."""
    assert (path_safe(one) == path_safe(other)) == (one == other)


@given(st.sampled_from(["none", "q8_0", "q4_0"]), st.floats(0, 2))
def test_names_are_the_same_wherever_they_are_made(quantization: str, temperature: float) -> None:
    """The order of a command line has no say."""
    job = [f"quantization={quantization}", f"run.temperature={temperature}", "model=a"]
    assert variant_of(job, VARIED) == variant_of(job[::-1], VARIED)


def test_doit_gets_a_job_in_its_own_words() -> None:
    """A model is a list of one; what is Hydra's and the sweep's own is none of a build's."""
    given_ = ["model=a", "hydra/launcher=joblib", "sweep.id=1", "hydra.verbose=true", "run.runs=2"]
    assert list(of_doit(given_)) == ["models=[a]", "run.runs=2"]


def test_the_report_gets_what_holds_for_all_jobs() -> None:
    """Neither what is varied nor what names candidates; a preset and prices stay."""
    line = ["experiment=smoke", *JOB, "++model.a.top_k=1", "prices=own_machine"]
    wanted = ["experiment=smoke", "run.runs=2", "prices=own_machine"]
    assert list(of_the_report(line, VARIED)) == wanted


@pytest.mark.parametrize(
    ("typed", "varied", "added"),
    [
        (["model=py2many,stub"], ("model",), ()),
        (["models=[py2many,stub]"], ("models",), ("models=['py2many'],['stub']",)),
        (["model=stub", "run.temperature=0,1"], ("run.temperature",), ()),
        (
            ["model=stub", "quantization=[none,q8_0]"],
            ("quantization",),
            ("quantization=none,q8_0",),
        ),
        (["model=stub", "experiment=temperature"], ("run.temperature",), ()),
        (["model=stub", "+experiment=temperature", "run.temperature=1"], (), ()),
    ],
)
def test_what_is_varied_is_known_before_any_job(
    typed: list[str], varied: tuple[str, ...], added: tuple[str, ...]
) -> None:
    """By commas, by lists, which are a job for each, or by a preset, which the line overrules."""
    asked = read_sweep(read_arguments(["--multirun", *typed]), ROOT)
    assert asked.sweep.varied == varied
    assert [each for each in asked.line.arguments if each in added] == [*added]
    replaced = {each.split("=")[0] for each in added}
    assert not [
        each for each in typed if each.split("=")[0] in replaced and each in asked.line.arguments
    ]


def test_a_setting_of_a_model_that_is_not_there_is_told() -> None:
    """It would be left out of every job without a word."""
    line = read_arguments(["--multirun", "model=stub", "model.stubb.top_k=1,2"])
    with pytest.raises(ConfigError, match="no model 'stubb'"):
        read_sweep(line, ROOT)


def test_baselines_are_not_varied() -> None:
    """Each is measured once, by the report; which are asked for cannot differ between jobs."""
    line = read_arguments(["--multirun", "model=stub", "baselines=[stub],[py2many]"])
    with pytest.raises(ConfigError, match="more than one value"):
        read_sweep(line, ROOT)
    about = ["++model.a.top_k=1", "model.b.top_k=2", "quantization=q8_0"]
    wanted = ["++model.a.top_k=1", "quantization=q8_0"]
    assert list(of_the_report(about, ("model",), ["a"])) == wanted


def test_a_baseline_that_is_not_there_is_told_before_any_job() -> None:
    """The report over all jobs would be the first to miss it."""
    line = read_arguments(["--multirun", "model=stub", "baselines=[py2mani]"])
    with pytest.raises(ConfigError, match="no model 'py2mani'"):
        read_sweep(line, ROOT)


def test_without_a_model_every_configured_one_is_a_job() -> None:
    """`models` of the configuration is swept over, as it would be built."""
    asked = read_sweep(read_arguments(["--multirun", "run.temperature=0,1"]), ROOT)
    assert asked.sweep.varied == ("models", "run.temperature")
    (swept,) = [each for each in asked.line.arguments if each.startswith("models=")]
    assert swept.count("[") >= 2
