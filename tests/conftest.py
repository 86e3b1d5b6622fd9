"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from sse_steps.rust.sandbox import Sandbox, strongest_sandbox
from sse_steps.rust.toolchain import Toolchain, find_toolchain

settings.register_profile("shared_machine", deadline=None)  # a busy neighbour is no failure
settings.load_profile("shared_machine")


@pytest.fixture(scope="session")
def smollm2_path() -> Path:
    """Return the path of the real model that the slow tests run."""
    path = os.environ.get("SSE_SMOLLM2")
    if path is None:
        pytest.skip("SSE_SMOLLM2 is not set to the path of SmolLM2-135M-Instruct.Q4_1.gguf")
    return Path(path)


@pytest.fixture(scope="session")
def toolchain(tmp_path_factory: pytest.TempPathFactory) -> Toolchain:
    """Return the machine's compiler with the judge's own programs, built once a session."""
    return find_toolchain(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def sandbox(toolchain: Toolchain) -> Sandbox:
    """Return the strongest sandbox that works on this machine."""
    return strongest_sandbox(toolchain.launcher)
