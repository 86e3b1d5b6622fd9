"""Hydra's configuration as frozen dataclasses. The only file that knows Hydra and OmegaConf."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import Field
from pydantic.dataclasses import dataclass
from yaml import YAMLError

from sse_steps.ad_hoc import AdHocModel, ad_hoc_model, check_names, named_task
from sse_steps.candidates import check_models, quantized, with_variant
from sse_steps.errors import ConfigError, TaskFileError, nearest
from sse_steps.models.quantization import Quantization
from sse_steps.places import check_results_folder
from sse_steps.prices import PriceSettings
from sse_steps.scale.shared_place import check_place
from sse_steps.settings import (
    AcceptanceSettings,
    CacheSettings,
    GateSettings,
    LogSettings,
    ModelSettings,
    PathSettings,
    ReportSettings,
    RunSettings,
    ScaleSettings,
    Settings,
    ValidationSettings,
)
from sse_steps.sweep.join import joined_builds
from sse_steps.tasks import Task
from sse_steps.validation import STRICT_KEYS, validated

COMPOSING_FAULTS = (HydraException, OmegaConfBaseException, OSError, ValueError, YAMLError)
_SETTING = re.compile(r"[+~]*[\w.@/-]+\s*=")  # how an override begins


@dataclass(frozen=True, config=STRICT_KEYS)
class _Composed:
    tasks: tuple[str, ...]
    models: tuple[str, ...]
    baselines: tuple[str, ...]
    controls: tuple[str, ...]
    corpus: str | None
    run: RunSettings
    prices: PriceSettings
    paths: PathSettings
    report: ReportSettings
    acceptance: AcceptanceSettings
    gate: GateSettings
    validation: ValidationSettings
    quantization: Quantization | Annotated[tuple[Quantization, ...], Field(min_length=1)] | None
    cache: CacheSettings
    scale: ScaleSettings
    log: LogSettings
    model: dict[str, ModelSettings]
    variant: str | None = None
    join: tuple[str, ...] = ()


def overrides_in(arguments: Sequence[str], text_commands: Sequence[str] = ()) -> list[str]:
    """Return the `key=value` arguments of a doit command line, by doit's own rule.

    After the name of a command that takes a text, only what begins like a setting is one: a query
    may hold `=` too.
    """
    names = [index for index, each in enumerate(arguments) if each in text_commands]
    text = names[0] if names else len(arguments)
    return [
        each
        for index, each in enumerate(arguments)
        if "=" in each
        and not each.startswith("-")
        and (index < text or _SETTING.match(each) is not None)
    ]


def plain_override(override: str) -> str:
    """Return an override as the defaults list wants it: `+experiment=NAME` needs no plus."""
    return override.removeprefix("+") if override.startswith("+experiment=") else override


def load_settings(overrides: Sequence[str], *, root: Path, here: Path | None = None) -> Settings:
    """Compose `root/conf` with `overrides` and read the task files that it names.

    Args:
        overrides: `key=value`, as Hydra reads them.
        root: the project's folder.
        here: what paths of models and tasks in `overrides` are relative to; None: where we are.

    Raises:
        ConfigError: an override, or a configuration file, does not fit.
        TaskFileError: a task file does not fit.
        JoinError: a folder in `join` does not fit this build.
    """
    here = here or Path.cwd()
    overrides = [plain_override(each) for each in overrides]
    composed = _composed(overrides, here, root)
    valid = validated(_Composed, composed, "The configuration", ConfigError)
    check_models(valid.model)
    _check_corpus(valid.corpus, root, root / valid.paths.results)
    check_results_folder(root / valid.paths.results, root)
    check_place(valid.scale.shared)
    settings = Settings(
        tasks=_tasks(valid.tasks, here, root),
        models=with_variant(quantized(valid.model, valid.quantization), valid.variant),
        corpus=valid.corpus,
        run=valid.run,
        prices=valid.prices,
        paths=valid.paths,
        report=valid.report,
        acceptance=valid.acceptance,
        validation=valid.validation,
        cache=valid.cache,
        gate=valid.gate,
        scale=valid.scale,
        log=valid.log,
        overrides=tuple(overrides),
        join=valid.join,
    )
    return replace(settings, joined=joined_builds(settings, root))


def _composed(overrides: Sequence[str], here: Path, root: Path) -> dict[str, Any]:
    """Compose everything: the files of conf/, and under `model` each model in its order."""
    others = [each for each in overrides if not _is_about_model(each)]
    with composing(root):
        models = _models(_compose(others, root), here, root)
        additions = [f"+model@model.{name}={name}" for name in models if models[name] is None]
        about = [_forced(each, list(models)) for each in overrides if _is_about_model(each)]
        composed = _compose([*additions, *others, *about], root)
    composed.pop("sweep", None)  # what a preset says to a sweep is none of a build's settings
    given = composed.get("model", {})
    for name in given if isinstance(given, dict) else ():
        if name not in models:
            raise ConfigError(
                f"The configuration sets 'model.{name}', which is no model of this build.",
                nearest(str(name), models),
            )
    composed["model"] = {
        name: _with_own(model, given.get(name, {})) for name, model in models.items()
    }
    return composed


def _with_own(model: AdHocModel | None, given: Any) -> Any:  # noqa: ANN401 - not validated yet
    """Return what is given of a model, beside what follows from its file if that names it."""
    return model.settings | given if model is not None and isinstance(given, dict) else given


def _check_corpus(corpus: str | None, root: Path, results: Path) -> None:
    """Raise before any work where the corpus of the command line is not there, or is a result."""
    if corpus is not None and (root / corpus).resolve().is_relative_to(results.resolve()):
        raise ConfigError(
            f"The corpus '{corpus}' lies in '{results}', where the results go.",
            "Copy it to another place, or choose another paths.results.",
        )
    if corpus is not None and not (root / corpus).exists():
        raise ConfigError(
            f"There is no corpus at '{root / corpus}'.",
            "Name a folder or a file of examples: corpus=PATH, relative to the project's folder.",
        )


def _tasks(entries: Sequence[str], here: Path, root: Path) -> dict[str, Task]:
    found: dict[str, Task] = {}
    for entry in dict.fromkeys(entries):
        name, task = named_task(entry, here=here, root=root)
        if found.setdefault(name, task) != task:
            raise TaskFileError(f"Two tasks are called '{name}'.", "Rename one of the files.")
    return found


def _is_about_model(override: str) -> bool:
    return override.lstrip("+~").startswith("model.")


def _forced(override: str, names: list[str]) -> str:
    """Let an override set a key that the model's file leaves out; validation knows them all."""
    name = override.lstrip("+~").split("=")[0].split(".")[1]
    if name not in names:
        raise ConfigError(f"The model '{name}' of '{override}' is not used.", nearest(name, names))
    return f"++{override.lstrip('+')}"


def _models(chosen: dict[str, Any], here: Path, root: Path) -> dict[str, AdHocModel | None]:
    """Return controls, models and baselines in order, each once.

    None stands for one with a file in conf/model. What is neither that nor a file is an error.
    """
    entries: list[str] = []
    for key in ("controls", "models", "baselines"):
        wanted = chosen.get(key)
        if not isinstance(wanted, list):
            raise ConfigError(
                f"'{key}' is {wanted!r}, which is no list.", f"Write it as {key}=[name,name]."
            )
        if not wanted and key == "models" and not chosen.get("join"):
            raise ConfigError("'models' is empty.", "Name at least one: models=[name,name].")
        entries += [str(name) for name in wanted]
    known = {path.stem for path in (root / "conf" / "model").glob("*.yaml")}
    models = {entry: ad_hoc_model(entry, known, here=here, root=root) for entry in entries}
    for entry, model in models.items():
        if model is None and entry not in known:
            raise ConfigError(f"There is no model '{entry}' in conf/model.", nearest(entry, known))
    files = [model for model in models.values() if model is not None]
    check_names(files, [entry for entry, model in models.items() if model is None])
    return {entry if model is None else model.name: model for entry, model in models.items()}


@contextmanager
def composing(root: Path) -> Iterator[None]:
    """Let `compose` find `root/conf`, also inside a job of Hydra's own, whose state stays."""
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(version_base="1.3", config_dir=str(root / "conf")):
            yield
    finally:
        GlobalHydra.instance().hydra = outer


def _compose(overrides: list[str], root: Path) -> dict[str, Any]:
    try:
        composed = OmegaConf.to_container(compose("config", overrides=overrides), resolve=True)
    except COMPOSING_FAULTS as fault:
        raise config_error(fault, root) from fault
    if not isinstance(composed, dict):
        raise ConfigError("conf/config.yaml holds no mapping.", "Give it keys and values.")
    return {str(key): value for key, value in composed.items()}


def config_error(fault: Exception, root: Path) -> ConfigError:
    """Turn what Hydra says into what is wrong and the nearest valid name."""
    text = str(fault)
    if key := re.search(r"Could not override '([^'@]+)'", text):
        path, names = key[1], _setting_names(root)
        same_end = [name for name in names if name.split(".")[-1] == path.split(".")[-1]]
        return ConfigError(f"There is no setting '{path}'.", nearest(path, same_end or names))
    if plugin := re.search(r"Could not find 'hydra/(\w+)/([^']+)'", text):
        return ConfigError(
            f"Hydra has no {plugin[1]} '{plugin[2]}' here.",
            "It comes with an extra of single-shot-eval: sweep, ray or optuna (docs/sweeps.md).",
        )
    if option := re.search(r"Could not find '([^'/]+)/([^']+)'", text):
        group, name = option.groups()
        known = [path.stem for path in (root / "conf" / group).glob("*.yaml")]
        return ConfigError(f"There is no '{name}' in conf/{group}.", nearest(name, known))
    first = text.strip().splitlines()[0] if text.strip() else type(fault).__name__
    return ConfigError(f"The configuration cannot be composed: {first}", "Mend that part.")


def setting_names(root: Path) -> list[str]:
    """Return every key that `root/conf` holds, dotted, and the names of its groups.

    Raises:
        ConfigError: the configuration cannot be composed.
    """
    with composing(root):
        try:
            return _setting_names(root)
        except (HydraException, OmegaConfBaseException, OSError, ValueError, YAMLError) as fault:
            raise config_error(fault, root) from fault


def _setting_names(root: Path) -> list[str]:
    plain = OmegaConf.to_container(compose("config"), resolve=False)
    groups = {path.name for path in (root / "conf").iterdir() if path.is_dir()} - {"model"}
    return [*_flattened(plain), *groups]


def _flattened(data: Any, prefix: str = "") -> Iterator[str]:  # noqa: ANN401 - YAML holds anything
    if isinstance(data, dict):
        for key, value in data.items():
            yield f"{prefix}{key}"
            yield from _flattened(value, f"{prefix}{key}.")
