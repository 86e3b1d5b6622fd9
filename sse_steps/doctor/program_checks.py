"""Python, the packages of this program, and the tools that models may name."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

import yaml

from sse_steps.doctor.finding import Finding, State
from sse_steps.doctor.surroundings import Surroundings, first_line
from sse_steps.errors import UserError
from sse_steps.settings import Settings

PACKAGE = "single-shot-eval"
OLDEST_PYTHON = (3, 11)
_DEVELOPMENT = ("dev", "docs", "fuzz", "rivals")  # extras for work on this program itself
_ENGINE_EXTRAS = {"llama_cpp": "llama"}
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w-]+)['"]""")
_NAME = re.compile(r"[\w.-]+")


def python(around: Surroundings) -> Iterator[Finding]:  # noqa: ARG001 - every check is called alike
    """Compare the version of Python with what this program is written for."""
    shown = f"{sys.version.split()[0]}, {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("Python", State.MISSING, shown, "Use Python 3.11 or newer.")
    else:
        yield Finding("Python", State.OK, shown)


def packages(around: Surroundings) -> Iterator[Finding]:
    """Look for every package that this program needs, and for those of its extras."""
    try:
        requirements = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        remedy = "Run in the project's folder: pip install -e ."
        yield Finding("packages", State.MISSING, f"{PACKAGE} is not installed", remedy)
        return
    needed = [_NAME.match(each) for each in requirements if not _EXTRA.search(each)]
    names = [each[0] for each in needed if each]
    lacking = [name for name in names if _version(name) is None]
    if lacking:
        remedy = "Run in the project's folder: pip install -e ."
        yield Finding("packages", State.MISSING, f"not installed: {', '.join(lacking)}", remedy)
    else:
        yield Finding("packages", State.OK, f"all {len(names)} are installed")
    yield from _extras(requirements, around)


def _extras(requirements: list[str], around: Surroundings) -> Iterator[Finding]:
    extras: dict[str, list[str]] = {}
    for each in requirements:
        extra, name = _EXTRA.search(each), _NAME.match(each)
        if extra and name and extra[1] not in _DEVELOPMENT:
            extras.setdefault(extra[1], []).append(name[0])
    modules = _modules()
    for name_of_extra, names in extras.items():
        yield _extra(name_of_extra, names, modules, around)


def _extra(extra: str, names: list[str], modules: dict[str, str], around: Surroundings) -> Finding:
    remedy = f"Run in the project's folder: pip install -e '.[{extra}]'"
    absent = State.MISSING if extra in _wanted_extras(around) else State.ABSENT
    lacking = [name for name in names if _version(name) is None]
    if lacking:
        return Finding(f"extra {extra}", absent, f"not installed: {', '.join(lacking)}", remedy)
    for name in names:
        module = modules.get(_canonical(name))
        done = around.run(sys.executable, "-P", "-c", f"import {module}") if module else None
        if done is not None and done.exit_code != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
            state = State.MISSING if absent is State.MISSING else State.WARNING
            return Finding(
                f"extra {extra}", state, f"{name} cannot be imported: {said[-1]}", remedy
            )
    shown = ", ".join(f"{name} {_version(name)}" for name in names)
    return Finding(f"extra {extra}", State.OK, shown)


def _wanted_extras(around: Surroundings) -> set[str]:
    """Return the extras without which a model of the settings cannot run."""
    if not isinstance(around.settings, Settings):
        return set()
    engines = {model.engine for model in around.settings.models.values()}
    return {_ENGINE_EXTRAS[engine] for engine in engines if engine in _ENGINE_EXTRAS}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _modules() -> dict[str, str]:
    """Return the first module that each installed distribution brings."""
    found: dict[str, str] = {}
    for module, distributions in metadata.packages_distributions().items():
        for name in distributions:
            if module.isidentifier() and not module.startswith("_"):
                found.setdefault(_canonical(name), module)
    return found


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def tools(around: Surroundings) -> Iterator[Finding]:
    """Ask every tool that a file in conf/model names for its version."""
    chosen = around.settings.models if isinstance(around.settings, Settings) else {}
    for file in sorted((around.root / "conf" / "model").glob("*.yaml")):
        command = _version_command(file.read_text(encoding="utf-8", errors="replace"))
        if command:
            yield _tool(file.stem, command, file.stem in chosen, around)


def _tool(model: str, command: list[str], is_chosen: bool, around: Surroundings) -> Finding:  # noqa: FBT001 - private
    absent = State.MISSING if is_chosen else State.ABSENT
    program = around.program(command[0])
    if program is None:
        remedy = f"Install '{command[0]}' to evaluate the model {model} (docs/baselines.md)."
        return Finding(f"tool {model}", absent, f"'{command[0]}' is not on PATH", remedy)
    done = around.run(program, *command[1:])
    if done is None or done.exit_code != 0:
        said = "it cannot be started" if done is None else first_line(done)
        state = State.MISSING if is_chosen else State.WARNING
        remedy = f"Mend it; this is to work: {' '.join(command)}"
        return Finding(f"tool {model}", state, f"'{command[0]}' does not work: {said}", remedy)
    return Finding(f"tool {model}", State.OK, first_line(done))


def _version_command(text: str) -> list[str]:
    """Return the command by which a model's tool tells its version, if it has one."""
    try:
        held = yaml.safe_load(text)
        words = held["tool"]["version"]
    except (yaml.YAMLError, ValueError, TypeError, KeyError):
        return []
    return [str(word) for word in words] if isinstance(words, list) else []


def hub(around: Surroundings) -> Iterator[Finding]:
    """Say which hub models come from, and whether it may be asked."""
    endpoint = around.environment.get("HF_ENDPOINT") or "https://huggingface.co"
    endpoint = re.sub(r"//[^/@]*@", "//...@", endpoint)  # a password is shown to nobody
    offline = around.environment.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", endpoint):
        remedy = "Set HF_ENDPOINT to the address of a hub, or unset it."
        yield Finding("hub", State.WARNING, f"HF_ENDPOINT is no address: {endpoint}", remedy)
    elif offline:
        remedy = "Unset HF_HUB_OFFLINE to bring models that are not in the cache."
        yield Finding("hub", State.WARNING, f"HF_HUB_OFFLINE forbids to ask {endpoint}", remedy)
    else:
        token = "with" if around.environment.get("HF_TOKEN", "").strip() else "without"
        yield Finding("hub", State.OK, f"{endpoint}, {token} a token; not asked now")


def settings(around: Surroundings) -> Iterator[Finding]:
    """Say whether the configuration can be composed."""
    if isinstance(around.settings, UserError):
        fault = around.settings
        yield Finding("configuration", State.MISSING, fault.wrong, fault.remedy)
    else:
        names = ", ".join(around.settings.models)
        yield Finding("configuration", State.OK, f"models: {names}")
