"""From a model's settings to the engine that runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sse_steps.errors import ConfigError, RecordingError, nearest
from sse_steps.infer.command_line import CommandLineEngine
from sse_steps.infer.controls import ReferenceEngine, StubEngine
from sse_steps.infer.engine import Engine
from sse_steps.infer.llama_cpp_engine import llama_cpp_engine
from sse_steps.infer.numpy_engine import numpy_engine
from sse_steps.infer.replay import ReplayEngine
from sse_steps.infer.transpiler import TranspilerEngine
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.settings import ModelSettings

_TRANSPILER_LIMITS = Limits(cpu_s=60, wall_s=120.0, memory_bytes=2 << 30, output_bytes=8 << 20)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an engine may need beside its settings."""

    weights: Path | None  # or the recording that is replayed
    sandbox: Callable[[], Sandbox]


def build_engine(name: str, model: ModelSettings, around: Surroundings) -> Engine:
    """Return the engine of a model, which loads nothing before it is asked.

    Raises:
        ConfigError: the engine is unknown, or the settings lack what it needs.
        EngineMissingError: the engine is not installed.
    """
    builders: dict[str, Callable[[], Engine]] = {
        "reference": ReferenceEngine,
        "stub": StubEngine,
        "transpiler": lambda: _transpiler(name, model, around),
        "command_line": lambda: _command_line(name, model),
        "replay": lambda: _replay(name, model, around),
        "numpy": lambda: numpy_engine(_weights(name, around), batch_size=model.batch_size),
        "llama_cpp": lambda: llama_cpp_engine(_weights(name, around), batch_size=model.batch_size),
    }
    if model.engine not in builders:
        wrong = f"The model '{name}' asks for the unknown engine '{model.engine}'."
        raise ConfigError(wrong, nearest(model.engine, builders))
    return builders[model.engine]()


def _transpiler(name: str, model: ModelSettings, around: Surroundings) -> Engine:
    if not (model.command and model.output and model.package):
        raise _lacking(name, "command, output and package")
    return TranspilerEngine(
        sandbox=around.sandbox(),
        limits=_TRANSPILER_LIMITS,
        command=model.command,
        output=model.output,
        package=model.package,
        failure_text=model.failure_text,
    )


def _command_line(name: str, model: ModelSettings) -> Engine:
    if not model.command or model.tool is None:
        raise _lacking(name, "command and tool")
    return CommandLineEngine(model.command, model.tool)


def _replay(name: str, model: ModelSettings, around: Surroundings) -> Engine:
    if model.recording is None or around.weights is None:
        raise _lacking(name, "recording")
    if not around.weights.is_file():
        raise RecordingError(
            f"The model '{name}' replays '{around.weights}', which is not there.",
            f"Correct `recording` in conf/model/{name}.yaml; see docs/baselines.md.",
        )
    return ReplayEngine(around.weights)


def _weights(name: str, around: Surroundings) -> Path:
    if around.weights is None:
        raise _lacking(name, "source")
    return around.weights


def _lacking(name: str, what: str) -> ConfigError:
    return ConfigError(
        f"The model '{name}' lacks {what}.", f"Give it {what} in conf/model/{name}.yaml."
    )
