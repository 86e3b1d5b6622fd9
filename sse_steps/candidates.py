"""Which candidates a configuration comes to: each model at each precision, named apart."""

from __future__ import annotations

from dataclasses import replace

from sse_steps.errors import ConfigError, DownloadError, nearest
from sse_steps.models.quantization import Quantization
from sse_steps.models.sources import parse_source
from sse_steps.records import Role
from sse_steps.settings import ENGINES, ModelSettings


def check_models(models: dict[str, ModelSettings]) -> None:
    """Raise ConfigError where a model asks for an engine or a source that nobody knows."""
    for name, model in models.items():
        if model.engine not in ENGINES:
            raise ConfigError(
                f"The model '{name}' asks for the unknown engine '{model.engine}'.",
                nearest(model.engine, ENGINES),
            )
        try:
            parse_source(model.source or "")
        except DownloadError as fault:
            raise ConfigError(f"conf/model/{name}.yaml: {fault.wrong}", fault.remedy) from fault


def quantized(
    models: dict[str, ModelSettings], wanted: Quantization | tuple[Quantization, ...] | None
) -> dict[str, ModelSettings]:
    """Return each model with weights once for every quantisation wanted, named after it.

    The quantisation that a model's own file names, which is `none` if it names none, leaves the
    name as it is.

    Raises:
        ConfigError: two models would have one name.
    """
    if wanted is None:
        return models
    kinds = (wanted,) if isinstance(wanted, Quantization) else wanted
    found = {}
    for name, model in models.items():
        for kind in kinds if model.source is not None else (model.quantization,):
            label = name if kind is model.quantization else f"{name}-{kind}"
            if label in models and label != name:
                raise ConfigError(
                    f"'{name}' with the quantisation {kind} would be called as another model is.",
                    f"Rename conf/model/{label}.yaml, or leave one of the two out.",
                )
            found[label] = replace(model, quantization=kind)
    return found


def with_variant(models: dict[str, ModelSettings], variant: str | None) -> dict[str, ModelSettings]:
    """Return the models with `variant` at the end of every candidate's name."""
    if variant is None:
        return models
    return {
        f"{name}-{variant}" if model.role is Role.CANDIDATE else name: model
        for name, model in models.items()
    }
