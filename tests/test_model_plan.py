"""The plan of a model's line: where its files are, what they depend on, and what may not go."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra
from model_folder import GGUF, Line
from project import Project, lay_out

from sse_steps.config import load_settings
from sse_steps.models.cache import hold
from sse_steps.steps.model_plan import ModelPlan


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project."""
    return lay_out(tmp_path)


def plan(project: Project, source: str, *overrides: str, engine: str = "numpy") -> ModelPlan:
    """Return the plan of a build of one model that is called `new`."""
    (project.folder / "conf/model/new.yaml").write_text(
        f"description: A model.\nengine: {engine}\nsource: {source}\n", encoding="utf-8"
    )
    try:
        settings = load_settings(["models=[new]", *overrides], root=project.folder)
    finally:
        GlobalHydra.instance().clear()
    folder = project.folder
    return ModelPlan(settings, folder, folder / "cache", folder / "results")


@pytest.mark.parametrize("name", ["none.apr", "q8_0.apr", "none.json.gguf", "x.safetensors"])
@pytest.mark.parametrize("quantization", ["none", "q8_0"])
def test_no_name_of_a_source_is_that_of_a_converted_file(
    project: Project, name: str, quantization: str
) -> None:
    """Whatever a stranger calls a file, converted weights and records have places of their own."""
    wanted = f"quantization={quantization}"
    (files,) = plan(project, f"hf://a/b/{name}", wanted).lines().values()
    assert files.source == files.entry / name
    ours = {files.weights, files.converted, files.downloaded, files.reference} - {files.source}
    assert files.weights in ours
    assert files.source.parent not in {files.weights.parent, files.converted.parent}


@pytest.mark.parametrize("quantization", ["none", "q8_0"])
def test_an_engine_s_versions_are_those_of_its_packages(
    project: Project, quantization: str
) -> None:
    """The version of llama.cpp's bindings decides, by its full name, about what they computed."""
    made = plan(project, "a.gguf", f"quantization={quantization}", engine="llama_cpp")
    (name,) = made.lines()
    package = "llama-cpp-python"
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        version = "not installed"
    found = made.engine_versions(name)
    assert found.keys() == {"single-shot-eval", "numpy", package}
    assert found[package] == version
    assert plan(project, "a.gguf").comparison_versions("new").keys() == found.keys()


def brought(project: Project, *overrides: str) -> ModelPlan:
    """Return the plan of a build whose model lies in the cache already."""
    made = plan(project, "hf://a/b/model.gguf", *overrides)
    files = made.files("new")
    assert files is not None
    files.entry.mkdir(parents=True)
    files.source.write_bytes(GGUF)
    files.downloaded.write_text("{}")
    return made


def test_a_build_that_finds_everything_there_uses_it(project: Project) -> None:
    """Claiming a model stamps it as used now, by all the names that it has in this build."""
    made = brought(project, "quantization=[none,q8_0]")
    assert made.claim("new")
    (entry,) = made.storage.cache.entries()
    assert entry.stamp.last_used > 0
    assert entry.stamp.source == "hf://a/b/model.gguf"
    assert set(entry.stamp.models) == {"new", "new-q8_0"}
    hold.cache_clear()


def test_what_a_build_has_claimed_no_other_build_evicts(project: Project) -> None:
    """Another build that needs room and not this model leaves it until this build has ended."""
    made = brought(project)
    files = made.files("new")
    assert files is not None
    made.claim("new")
    other = Line(project.folder, "hf://c/d/other.gguf")
    assert made.storage.cache.folder == other.models
    trimmed = made.storage.cache.trim(other.needed, incoming_bytes=1 << 40)
    assert trimmed.evicted == ()
    assert files.source.read_bytes() == GGUF
    hold.cache_clear()
    assert made.storage.cache.trim(other.needed, incoming_bytes=1 << 40).evicted
    assert not files.source.exists()
