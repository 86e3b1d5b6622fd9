"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sse_steps.config import load_settings
from sse_steps.models.line import Stage
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.sandbox import Sandbox
from sse_steps.rust.toolchain import Toolchain, find_toolchain
from sse_steps.steps import download
from sse_steps.steps.plan import Plan

ROOT = Path(__file__).parents[1]

settings.register_profile("shared_machine", deadline=None)  # a busy neighbour is no failure
settings.load_profile("shared_machine")


@pytest.fixture(scope="module")
def one_thread_a_worker() -> Iterator[None]:
    """Let llama.cpp have one thread where tests run side by side.

    Its threads wait for one another without sleeping: more of them than processors take six times
    as long.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "PYTEST_XDIST_WORKER" in os.environ:
            patch.setattr(os, "sched_getaffinity", lambda _: {0})
        yield


@pytest.fixture(scope="session")
def smollm2_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the real model that the slow tests run, brought if it is not there."""
    line = Plan(load_settings(["models=[smollm2_135m]"], root=ROOT), ROOT).line
    ((model, files),) = line.downloads().items()
    folder = tmp_path_factory.mktemp("downloaded")
    stage = Stage(model, "download", folder / "download.json", folder / "andon")
    download.run(line.download_slice(model), stage, files, line.storage)
    return files.source


@pytest.fixture(scope="session")
def other_path() -> Path:
    """Return a model file of the developer's choice, for slow tests: SSE_TEST_GGUF names it."""
    name = os.environ.get("SSE_TEST_GGUF", "")
    if not Path(name).is_file():
        pytest.skip(f"SSE_TEST_GGUF names no model file: '{name}'")
    return Path(name)


@pytest.fixture(scope="session")
def toolchain(tmp_path_factory: pytest.TempPathFactory) -> Toolchain:
    """Return the machine's compiler with the judge's own programs, built once a session."""
    return find_toolchain(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def sandbox(toolchain: Toolchain) -> Sandbox:
    """Return the strongest sandbox that works on this machine."""
    return strongest_sandbox(toolchain.launcher)
