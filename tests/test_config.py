"""The configuration, composed from the project's own conf: overrides, and errors in two lines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from sse_steps.config import load_settings, overrides_in
from sse_steps.errors import ConfigError, TaskFileError, UserError
from sse_steps.records import Role

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _clear_hydra() -> Iterator[None]:
    """Leave no global state of Hydra's to the next test."""
    yield
    GlobalHydra.instance().clear()


def fault_of(*overrides: str, root: Path = ROOT) -> UserError:
    """Return the error that overrides end with, after checking that it has two lines."""
    with pytest.raises((ConfigError, TaskFileError)) as caught:
        load_settings(overrides, root=root)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2, lines
    assert all(lines)
    return caught.value


def test_the_project_s_own_configuration_loads() -> None:
    """Without an override everything has a value, and controls come before candidates."""
    settings = load_settings([], root=ROOT)
    assert list(settings.tasks) == ["python_to_rust"]
    assert list(settings.models)[:2] == ["reference", "stub"]
    assert settings.models["reference"].role is Role.CONTROL_PASS
    assert settings.models["stub"].role is Role.CONTROL_FAIL
    assert settings.run.runs is None
    assert settings.run.limits.cpu_s == 10
    assert settings.run.allow_weak_isolation is False
    assert settings.paths.results == "results"
    assert settings.prices.usd_per_hour > 0


def test_settings_are_frozen() -> None:
    """Nothing can change the settings of a build that runs."""
    settings = load_settings([], root=ROOT)
    with pytest.raises(FrozenInstanceError):
        settings.run.runs = 3  # type: ignore[misc]  # what this test is about


def test_every_model_file_fits() -> None:
    """Each file of conf/model is a model that loads."""
    names = sorted(path.stem for path in (ROOT / "conf" / "model").glob("*.yaml"))
    settings = load_settings([f"models=[{','.join(names)}]", "controls=[]"], root=ROOT)
    assert sorted(settings.models) == names


def test_overrides_reach_their_settings() -> None:
    """Values, lists, nested keys and keys that a model's file leaves out can be overridden."""
    settings = load_settings(
        [
            "models=[py2many]",
            "controls=[stub]",
            "run.runs=2",
            "run.limits.wall_s=1.5",
            "run.temperature=0.7",
            "model.py2many.timeout_ms=77",
            "model.stub.description=changed",
            "report.title=A title, with a comma".replace(",", "\\,"),
            "corpus=tasks/py2rs",
        ],
        root=ROOT,
    )
    assert list(settings.models) == ["stub", "py2many"]
    assert settings.run.runs == 2
    assert settings.run.limits.wall_s == 1.5
    assert settings.run.temperature == 0.7
    assert settings.models["py2many"].timeout_ms == 77
    assert settings.models["stub"].description == "changed"
    assert settings.report.title == "A title, with a comma"
    assert settings.corpus == "tasks/py2rs"


def test_a_model_named_twice_is_used_once() -> None:
    """A control that is also asked for as a model keeps its place."""
    settings = load_settings(["models=[stub,py2many,stub]", "controls=[stub]"], root=ROOT)
    assert list(settings.models) == ["stub", "py2many"]


@pytest.mark.parametrize(
    ("override", "wrong", "remedy"),
    [
        ("run.rusn=2", "'run.rusn'", "'run.runs'"),
        ("rnu.runs=2", "'rnu.runs'", "'run.runs'"),
        ("run.limits.cpu=3", "'run.limits.cpu'", "'run.limits.cpu_s'"),
        ("runs=2", "'runs'", "'run.runs'"),
        ("model=x", "'model'", "'models'"),
        ("modles=[stub]", "'modles'", "'models'"),
        ("models=[smollm2_135]", "'smollm2_135'", "'smollm2_135m'"),
        ("models=[py2mny]", "'py2mny'", "'py2many'"),
        ("controls=[stbu]", "'stbu'", "'stub'"),
        ("tasks=[python_to_rus]", "'python_to_rus'", "'python_to_rust'"),
        ("run=defualt", "'defualt'", "'default'"),
        ("model.py2mny.timeout_ms=3", "'py2mny'", "'py2many'"),
        ("model.py2many.timeout=3", "timeout", "'timeout_ms'"),
    ],
)
def test_misspelt_names_get_the_nearest(override: str, wrong: str, remedy: str) -> None:
    """A name that does not exist is answered with the one that was meant."""
    fault = fault_of(override)
    assert wrong in fault.wrong
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("override", "names"),
    [
        ("run.runs=many", "run.runs"),
        ("run.runs=0", "run.runs"),
        ("run.runs=-1", "run.runs"),
        ("run.runs=1.5", "run.runs"),
        ("run.runs=[1]", "run.runs"),
        ("run.temperature=-0.1", "run.temperature"),
        ("run.temperature=hot", "run.temperature"),
        ("run.limits.wall_s=0", "run.limits.wall_s"),
        ("run.limits.cpu_s=null", "run.limits.cpu_s"),
        ("run.limits=3", "run.limits"),
        ("run.repeat_greedy=perhaps", "run.repeat_greedy"),
        ("paths.results=[a]", "paths.results"),
        ("prices.usd_per_hour=-1", "prices.usd_per_hour"),
        ("model.stub.role=judge", "role"),
        ("model.stub.batch_size=0", "batch_size"),
        ("model.py2many.command=one", "command"),
        ("corpus=[a]", "corpus"),
        ("tasks=python_to_rust", "tasks"),
        ("tasks=null", "tasks"),
        ("+extra=1", "extra"),
        ("+run.extra=1", "run.extra"),
    ],
)
def test_values_that_do_not_fit_are_named(override: str, names: str) -> None:
    """A value of the wrong type or out of its range is named by its path."""
    assert names in fault_of(override).wrong


@pytest.mark.parametrize("value", ["py2many", "null", "3"])
@pytest.mark.parametrize("key", ["models", "controls"])
def test_a_text_in_place_of_a_list_says_how_to_write_it(key: str, value: str) -> None:
    """One name without brackets is answered with the way to write a list."""
    fault = fault_of(f"{key}={value}")
    assert f"'{key}'" in fault.wrong
    assert f"{key}=[" in fault.remedy


@pytest.mark.parametrize("name", ["nothing_like_it", "../config", "", "zzz"])
def test_an_unknown_model_is_named(name: str) -> None:
    """A model without a file is an error that names it."""
    assert f"'{name}'" in fault_of(f"models=['{name}']").wrong


@pytest.mark.parametrize(
    "override",
    [
        "run.runs=[",
        "run.runs=${nowhere}",
        "run.runs=${",
        "models=[a",
        "models={a: b}",
        "run.runs={a: 1",
    ],
)
def test_overrides_that_cannot_be_read_are_errors(override: str) -> None:
    """Broken syntax and references to nothing are errors in two lines too."""
    fault_of(override)


def test_settings_of_a_model_that_nobody_uses_are_an_error() -> None:
    """A model's file in the wrong place, or a misspelt name in a preset, is not passed over."""
    fault_of("+model=stub")


@pytest.mark.parametrize("override", ["run=3", "paths=1.5", "prices=true", "=3"])
def test_a_group_set_to_no_name_is_an_error(override: str) -> None:
    """A number where the name of a file is meant is an error in two lines."""
    fault_of(override)


@pytest.mark.parametrize(
    "override", ["model.=3", "model.py2many=3", "model.py2many", "~model.stub"]
)
def test_odd_overrides_of_models_are_errors(override: str) -> None:
    """An override that names no setting of a model is an error in two lines."""
    fault_of(override)


def test_a_good_composition_follows_a_failed_one() -> None:
    """An error leaves nothing behind that the next composition would trip over."""
    fault_of("run.rusn=2")
    assert load_settings(["run.runs=3"], root=ROOT).run.runs == 3


def test_composing_twice_gives_the_same() -> None:
    """The same overrides give equal settings."""
    assert load_settings(["run.runs=3"], root=ROOT) == load_settings(["run.runs=3"], root=ROOT)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project's conf and tasks that may be broken."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    (tmp_path / "tasks").mkdir()
    for path in (ROOT / "tasks").glob("*.yaml"):
        shutil.copy(path, tmp_path / "tasks")
    return tmp_path


def test_an_unknown_key_in_a_file_is_named(copy: Path) -> None:
    """A misspelt key in a model's file is an error that names it and the nearest."""
    (copy / "conf" / "model" / "stub.yaml").write_text(
        "description: d\nengine: stub\nrol: control_fail\n", encoding="utf-8"
    )
    fault = fault_of(root=copy)
    assert "model.stub.rol" in fault.wrong
    assert "'role'" in fault.remedy


@pytest.mark.parametrize("name", ["config.yaml", "run/default.yaml", "model/stub.yaml"])
def test_a_file_that_is_missing_is_an_error(copy: Path, name: str) -> None:
    """A configuration file that is gone is an error in two lines."""
    (copy / "conf" / name).unlink()
    fault_of(root=copy)


@pytest.mark.parametrize("name", ["config.yaml", "run/default.yaml", "model/stub.yaml"])
@pytest.mark.parametrize("text", [b"a: [", b"\xff\xfe\xff"])
def test_a_file_that_is_no_yaml_is_an_error(copy: Path, name: str, text: bytes) -> None:
    """A configuration file that cannot be parsed is an error in two lines."""
    (copy / "conf" / name).write_bytes(text)
    fault_of(root=copy)


def test_overrides_are_told_from_doit_s_own_arguments() -> None:
    """Words with an equals sign are overrides; options and task names are doit's."""
    arguments = ["check", "-n", "2", "run.runs=2", "--file=x", "+a=b", "models=[a,b]", "report:x"]
    assert overrides_in(arguments) == ["run.runs=2", "+a=b", "models=[a,b]"]


def test_a_quantisation_makes_a_model_of_each_with_weights() -> None:
    """Models with weights come once for each quantisation; the others, and controls, stay as is."""
    settings = load_settings(["quantization=[none,q8_0]"], root=ROOT)
    names = [name for name, model in settings.models.items() if model.source is not None]
    assert [name.partition("-")[2] for name in names] == ["", "q8_0"]
    assert {settings.models[name].quantization for name in names} == {"none", "q8_0"}
    without = load_settings([], root=ROOT).models
    assert settings.models.keys() - without.keys() == {names[1]}


def test_no_quantisation_at_all_is_refused() -> None:
    """An empty list would leave out every model with weights without a word."""
    with pytest.raises(ConfigError, match="quantization"):
        load_settings(["quantization=[]"], root=ROOT)


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    """A model's own name may be what the quantisation of another one makes: no row is lost."""
    copy = tmp_path / "project"
    shutil.copytree(ROOT / "conf", copy / "conf")
    shutil.copytree(ROOT / "tasks", copy / "tasks", ignore=shutil.ignore_patterns("py2rs"))
    for name in ("a", "a-q8_0"):
        text = "description: A model.\nengine: numpy\nsource: a.gguf\n"
        (copy / f"conf/model/{name}.yaml").write_text(text)
    overrides = ("models=[a,a-q8_0]", "quantization=[none,q8_0]")
    assert "'a' with the quantisation q8_0" in fault_of(*overrides, root=copy).wrong
    assert {"a", "a-q8_0"} <= load_settings(overrides[:1], root=copy).models.keys()


@pytest.mark.parametrize("source", ["ftp://a/b.gguf", "hf://a/../b.gguf", "~nobody-here/a.gguf"])
def test_a_source_of_no_known_kind_is_refused_before_anything_runs(source: str) -> None:
    """Two lines name the model's file and the ways in which a source can be written."""
    overrides = ("models=[smollm2_135m]", f"model.smollm2_135m.source='{source}'")
    assert "smollm2_135m.yaml: The model source" in fault_of(*overrides).wrong
