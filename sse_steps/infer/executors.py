"""What can execute a model's weights: each a name, and how it puts a model into memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sse_steps.errors import EngineMissingError
from sse_steps.infer import numpy_engine
from sse_steps.infer.text_engine import Load


@dataclass(frozen=True, slots=True)
class Executor:
    """Something that runs weights.

    `load_decoded` puts them into memory as 32-bit floats, so that what two executors compute
    differs by the order of their sums alone.
    """

    name: str  # with its version
    load: Load
    load_decoded: Load


def executors() -> dict[str, Callable[[], Executor]]:
    """Return how each executor is had, by the name that a model's YAML uses for it."""
    return {"numpy": _numpy}


def other_executor(engine: str) -> Executor:
    """Return an executor that is not `engine`, or that one where no other is installed."""
    for name, executor in executors().items():
        if name != engine:
            try:
                return executor()
            except EngineMissingError:
                continue
    return executors()[engine]()


def _numpy() -> Executor:
    return Executor(numpy_engine.executor_name(), numpy_engine.load_numpy, numpy_engine.load_numpy)
