"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def smollm2_path() -> Path:
    """Return the path of the real model that the slow tests run."""
    path = os.environ.get("SSE_SMOLLM2")
    if path is None:
        pytest.skip("SSE_SMOLLM2 is not set to the path of SmolLM2-135M-Instruct.Q4_1.gguf")
    return Path(path)
