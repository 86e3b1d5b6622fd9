"""What can execute a model's weights: each a name, and how it puts a model into memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sse_steps.errors import EngineMissingError
from sse_steps.infer import llama_cpp_engine, numpy_engine
from sse_steps.infer.decoding import Writer
from sse_steps.infer.text_engine import Load
from sse_steps.models.model_file import ModelFile
from sse_steps.models.stored_model import StoredModel, decoded


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
    return {"numpy": _numpy, "llama_cpp": _llama_cpp}


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


def _llama_cpp() -> Executor:
    def load_decoded(stored: StoredModel, file: ModelFile) -> Writer:
        return llama_cpp_engine.load_llama_cpp(decoded(stored), file, exact=True)

    name = llama_cpp_engine.executor_name()
    return Executor(name, llama_cpp_engine.load_llama_cpp, load_decoded)
