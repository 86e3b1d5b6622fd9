"""Models and tasks that a command line names by their files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_model import TinyModel

from sse_steps.ad_hoc import AdHocModel, check_names
from sse_steps.config import load_settings
from sse_steps.errors import ConfigError, TaskFileError, UserError
from sse_steps.infer.factory import Surroundings, build_engine
from sse_steps.models.quantization import Quantization
from sse_steps.settings import ENGINES, Settings
from sse_steps.versions import installed_version

ROOT = Path(__file__).parents[1]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return a folder of a user with a model, a task and its examples."""
    (tmp_path / "models").mkdir()
    TinyModel().write(tmp_path / "models/My Model.Q4.gguf")
    (tmp_path / "tasks").mkdir()
    shutil.copy(ROOT / "tasks/python_to_rust.yaml", tmp_path / "tasks/mine.yaml")
    return tmp_path


def loaded(here: Path, *overrides: str) -> Settings:
    """Return the settings of a command line that is typed in a folder."""
    return load_settings(overrides, root=ROOT, here=here)


def fault_of(here: Path, *overrides: str) -> UserError:
    """Return the fault of a command line, after checking that it has two lines."""
    with pytest.raises((ConfigError, TaskFileError)) as caught:
        loaded(here, *overrides)
    assert len(str(caught.value).splitlines()) == 2
    return caught.value


def test_a_file_is_a_model(here: Path) -> None:
    """It is called after its stem, relative to where the command is typed, with an engine."""
    settings = loaded(here, "models=['models/My Model.Q4.gguf',py2many]")
    assert list(settings.models) == ["reference", "stub", "My_Model_Q4", "py2many"]
    model = settings.models["My_Model_Q4"]
    assert model.source == str(here / "models/My Model.Q4.gguf")
    fast = installed_version("llama-cpp-python") is not None
    assert model.engine == ("llama_cpp" if fast else "numpy")
    assert model.max_tokens == 640


def test_a_file_of_the_project_is_named_relative_to_it() -> None:
    """Two people with the same project at different places have the same settings."""
    shutil.copy(ROOT / "pyproject.toml", ROOT / "results-ad-hoc.gguf")
    try:
        settings = load_settings(["models=[./results-ad-hoc.gguf]"], root=ROOT, here=ROOT)
    finally:
        (ROOT / "results-ad-hoc.gguf").unlink()
    assert settings.models["results-ad-hoc"].source == "results-ad-hoc.gguf"


def test_overrides_reach_a_model_without_a_file(here: Path) -> None:
    """Its settings are changed as those of any model, and it is quantised as any."""
    settings = loaded(
        here,
        "models=['models/My Model.Q4.gguf']",
        "model.My_Model_Q4.engine=numpy",
        "model.My_Model_Q4.temperature=0.5",
        "quantization=[none,q8_0]",
    )
    assert settings.models["My_Model_Q4"].temperature == 0.5
    assert settings.models["My_Model_Q4"].engine == "numpy"
    assert settings.models["My_Model_Q4-q8_0"].quantization is Quantization.Q8_0


def test_a_folder_of_hugging_face_is_a_model(here: Path) -> None:
    """A folder with a config.json is one, with or without a slash in its name."""
    (here / "tuned").mkdir()
    (here / "tuned/config.json").write_text("{}", encoding="utf-8")
    for entry in ("tuned", "./tuned", str(here / "tuned")):
        assert loaded(here, f"models=[{entry}]").models["tuned"].source == str(here / "tuned")


def test_two_files_of_one_name_are_refused(here: Path) -> None:
    """Neither two files with one stem nor a file beside a model of that name."""
    (here / "other").mkdir()
    for name in ("a.gguf", "a.apr", "py2many.gguf"):
        (here / "other" / name).touch()
    assert "called 'a'" in fault_of(here, "models=[other/a.gguf,other/a.apr]").wrong
    assert "called 'py2many'" in fault_of(here, "models=[other/py2many.gguf,py2many]").wrong
    assert list(loaded(here, "models=[other/a.gguf,./other/a.gguf]").models)[2:] == ["a"]


def test_a_file_that_is_not_there_or_no_model_is_refused(here: Path) -> None:
    """The message names the nearest file beside it, or what can be a model."""
    fault = fault_of(here, "models=['models/My Model.Q5.gguf']")
    assert fault.remedy == "Did you mean 'My Model.Q4.gguf'?"
    (here / "models/notes.txt").touch()
    assert "no model file" in fault_of(here, "models=[models/notes.txt]").wrong


def test_an_unknown_engine_is_found_before_any_work(here: Path) -> None:
    """A wrong engine in a model's settings is answered with the nearest right one."""
    fault = fault_of(here, "models=[smollm2_135m]", "model.smollm2_135m.engine=numpi")
    assert "'numpi'" in fault.wrong
    assert fault.remedy == "Did you mean 'numpy'?"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_known_engine_can_be_built(engine: str) -> None:
    """What the configuration lets through, the factory knows; it may lack something else."""

    def no_sandbox() -> None:
        raise AssertionError

    model = load_settings(["models=[stub]"], root=ROOT).models["stub"]
    from dataclasses import replace  # noqa: PLC0415 - only here

    try:
        build_engine("x", replace(model, engine=engine), Surroundings(None, no_sandbox))  # type: ignore[arg-type]  # never asked
    except ConfigError as fault:
        assert "unknown engine" not in fault.wrong


def test_a_task_is_named_by_its_file(here: Path) -> None:
    """Its corpus is relative to the folder above the file's own."""
    settings = loaded(here, "tasks=[tasks/mine.yaml]")
    assert settings.tasks["mine"].corpus == str(here / "tasks/py2rs")
    assert "task file" in fault_of(here, "tasks=[tasks/none.yaml]").wrong


def test_baselines_are_evaluated_beside_models(here: Path) -> None:
    """They come last, each once, and a name that is none is refused."""
    settings = loaded(here, "models=[py2many]", "baselines=[claude,py2many]", "controls=[]")
    assert list(settings.models) == ["py2many", "claude"]
    assert fault_of(here, "baselines=[cloude]").remedy == "Did you mean 'claude'?"


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))),
    st.sets(st.sampled_from("abc")),
)
def test_names_are_refused_exactly_where_they_clash(
    files: list[tuple[str, str]], names: set[str]
) -> None:
    """One name for two sources, or for a source and a file of conf/model, is a clash."""
    models = [AdHocModel(name, source) for name, source in files]
    sources: dict[str, set[str]] = {}
    for name, source in files:
        sources.setdefault(name, set()).add(source)
    clash = any(len(found) > 1 or name in names for name, found in sources.items())
    try:
        check_names(models, sorted(names))
    except ConfigError:
        assert clash
    else:
        assert not clash


def test_settings_of_a_named_file_have_to_be_settings(here: Path) -> None:
    """A number in their place is told as it is for a model of conf/model."""
    fault = fault_of(here, "models=[models/My Model.Q4.gguf]", "model.My_Model_Q4=3")
    assert "found 3" in fault.wrong
