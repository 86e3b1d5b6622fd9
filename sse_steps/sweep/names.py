"""What a job and its candidates are called: what was varied, and no more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sse_steps.settings import ModelSettings

# What only says which model: the candidate's own name tells it.
_IN_THE_NAME = ("model", "models", "quantization")
# What has no effect on a candidate that is no language model: nobody asks it to write.
_SAMPLING = (
    *("temperature", "max_tokens", "top_k", "top_p", "repeat_greedy", "stop_repetition", "turns"),
)
_LONGEST = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Override:
    """One `key=value` of Hydra's; the key without the `+` that adds it."""

    text: str

    @property
    def key(self) -> str:
        """The setting's name."""
        return self.text.split("=", 1)[0].lstrip("+~")

    @property
    def value(self) -> str:
        """What it is set to, without quotes."""
        return self.text.partition("=")[2].strip("'\"")


def quoted(text: str) -> str:
    """Return a text as Hydra takes it whole, whatever letters a path may have."""
    return "'" + text.replace("'", "\\'") + "'"


def listed(key: str, names: Iterable[str]) -> str:
    """Return the override that sets a list of names, whatever letters they have."""
    return f"{key}=[{','.join(map(quoted, names))}]"


def without_effect(model: ModelSettings) -> frozenset[str]:
    """Return the keys that change nothing about a model: a transpiler has no weights to quantise.

    Jobs that differ in nothing else come to the same candidate.
    """
    quantization = () if model.source is not None else ("quantization",)
    sampling = () if model.converses else tuple(f"run.{name}" for name in _SAMPLING)
    return frozenset((*quantization, *sampling))


def effective(
    overrides: Sequence[str], varied: Sequence[str], models: Sequence[ModelSettings]
) -> tuple[str, ...]:
    """Return the overrides without those that are varied and change nothing about any model."""
    idle = frozenset.intersection(*(without_effect(model) for model in models)) & {*varied}
    return tuple(each for each in overrides if Override(each).key not in idle)


def about_own_models(overrides: Sequence[str]) -> list[str]:
    """Return a job's overrides without those of `model.NAME` where another model is asked for."""
    asked = [Override(each).value.strip("[]") for each in overrides if is_models(each)]
    names = {name.strip(" '\"") for text in asked for name in text.split(",")}
    return [each for each in overrides if not asked or _model_of(each) in (None, *names)]


def is_models(override: str) -> bool:
    """Return whether an override says which models are asked for."""
    return Override(override).key == "models"


def _model_of(override: str) -> str | None:
    parts = Override(override).key.split(".")
    return parts[1] if parts[0] == "model" and len(parts) > 1 else None


def variant_of(overrides: Sequence[str], varied: Sequence[str]) -> str | None:
    """Return what is appended to the name of a candidate: each varied setting with its value.

    `run.temperature=0.8` becomes `temperature-0.8`. None where the candidate's name tells it all.
    """
    keys = [key for key in varied if key not in _IN_THE_NAME]
    given = {Override(each).key: Override(each).value for each in overrides}
    shown = dict(_short(keys))
    parts = [f"{shown[key]}-{given[key]}" for key in keys if key in given]
    return path_safe("-".join(parts)) if parts else None


def job_name(candidates: Sequence[str]) -> str:
    """Return the name of a job's folder: its candidates."""
    return path_safe("+".join(candidates))


def path_safe(text: str) -> str:
    """Return a text as a name for files: short, without blanks or slashes, and still distinct."""
    safe = _UNSAFE.sub("_", text).lstrip(".")
    if safe == text and len(safe) <= _LONGEST:
        return safe
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{safe[: _LONGEST - 9]}-{digest}"


def _short(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each key with its last part, or all of it where two keys end alike."""
    ends = [key.split(".")[-1] for key in keys]
    for key, end in zip(keys, ends, strict=True):
        yield key, end if ends.count(end) == 1 else key.replace(".", "-")
