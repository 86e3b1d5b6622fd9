"""What can execute a model's weights: each a name, and how it puts a model into memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sse_steps.errors import EngineMissingError
from sse_steps.infer import llama_cpp_engine, numpy_engine
from sse_steps.infer.decoding import Writer
from sse_steps.infer.memory import check_room
from sse_steps.infer.text_engine import Load
from sse_steps.models.model_file import ModelFile
from sse_steps.models.stored_model import StoredModel, decoded

_FLOAT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Executor:
    """Something that runs weights.

    `load_decoded` puts them into memory as 32-bit floats, so that what two executors compute
    differs by the order of their sums alone. Both raise EngineError where there is no room.
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
    return Executor(numpy_engine.executor_name(), _load_numpy, _load_numpy)


def _load_numpy(stored: StoredModel, file: ModelFile) -> Writer:
    check_room(_FLOAT_BYTES * _parameters(stored))
    return numpy_engine.load_numpy(stored, file)


def _llama_cpp() -> Executor:
    return Executor(llama_cpp_engine.executor_name(), _load_llama_cpp, _load_llama_cpp_decoded)


def _load_llama_cpp(stored: StoredModel, file: ModelFile) -> Writer:
    check_room(sum(tensor.data.nbytes for tensor in stored.tensors.values()))
    return llama_cpp_engine.load_llama_cpp(stored, file)


def _load_llama_cpp_decoded(stored: StoredModel, file: ModelFile) -> Writer:
    check_room(2 * _FLOAT_BYTES * _parameters(stored))  # ours, and llama.cpp's copy of them
    return llama_cpp_engine.load_llama_cpp(decoded(stored), file, exact=True)


def _parameters(stored: StoredModel) -> int:
    return sum(math.prod(tensor.shape) for tensor in stored.tensors.values())
