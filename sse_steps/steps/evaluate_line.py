"""What the options of `doit evaluate` and `doit report` stand for."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sse_steps.errors import ConfigError
from sse_steps.models.golden_prompts import is_golden_prompts
from sse_steps.places import check_replaceable
from sse_steps.steps.options import option

EVALUATE = "evaluate"
EVALUATE_OPTIONS = [
    option("tasks", "names in tasks/, paths or quoted patterns, joined by commas"),
    option("models", "names in conf/model/, weights or quoted patterns, joined by commas"),
    option("corpus", "a folder or a file of examples, instead of the tasks' own"),
    option("baselines", "names in conf/model/ to compare with, such as installed tools"),
    option("runs", "how often each model runs; the task's own number where it is not given"),
    option("samples", "the most examples; the task's own number where it is not given"),
    option("output", "a folder for the results, or a file for the report: .md, .html, .json"),
]
REPORT_OPTIONS = [
    option("input", "a folder of results that are there already; none: build this project's"),
    option("output", "where the report goes: a file ending in .md, .html or .json, or a folder"),
]
REPORT_ENDINGS = (".md", ".html", ".json")
_PATTERN = set("*?[")


def overrides_for(options: Mapping[str, Any], *, here: Path) -> list[str]:
    """Return the overrides that the options of `doit evaluate` stand for.

    Raises:
        ConfigError: a pattern matches nothing, or the output can be no report.
    """
    found: list[str] = []
    tasks, models = options["tasks"], options["models"]
    if tasks:
        paths = _expanded("tasks", tasks, here)
        found.append(_listed("tasks", [each for each in paths if not _is_no_task(each, here)]))
    if models:
        found.append(_listed("models", _expanded("models", models, here)))
    if options["baselines"]:
        found.append(_listed("baselines", _parts(options["baselines"])))
    if options["corpus"]:
        found.append(_quoted("corpus", str(here / options["corpus"])))
    found += [f"run.{key}={options[key]}" for key in ("runs", "samples") if options[key]]
    output = here / options["output"] if options["output"] else None
    if output is not None and not is_report_file(output):
        found.append(_quoted("paths.results", str(output)))
    return found


def is_report_file(output: Path) -> bool:
    """Return whether an output is a file for one report, and not a folder.

    Raises:
        ConfigError: it has the ending of a file that no report is, or would replace another file.
    """
    if output.suffix in REPORT_ENDINGS and not output.is_dir():
        check_replaceable(output)
        return True
    if output.is_file() or (output.suffix and not output.is_dir()):
        raise ConfigError(
            f"A report cannot be written to '{output}'.",
            "Give --output a folder, or a file that ends in .md, .html or .json.",
        )
    return False


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _expanded(option_name: str, text: str, here: Path) -> list[str]:
    found: list[str] = []
    for part in _parts(text):
        if not _PATTERN & set(part):
            found.append(part)
            continue
        matches = sorted(glob.glob(part, root_dir=here, recursive=True))  # noqa: PTH207 - an absolute pattern too
        if not matches:
            raise ConfigError(
                f"--{option_name} '{part}' matches no file in '{here}'.",
                "Correct the pattern; it is relative to where you are.",
            )
        found += matches
    if not found:
        raise ConfigError(f"--{option_name} names nothing.", f"Name one: --{option_name} NAME")
    return found


def _is_no_task(path: str, here: Path) -> bool:
    """Return whether a file that a pattern found beside the tasks holds golden prompts."""
    return (here / path).is_file() and is_golden_prompts(here / path)


def _listed(key: str, values: Sequence[str]) -> str:
    return f"{key}=[{','.join(_escaped(value) for value in values)}]"


def _quoted(key: str, value: str) -> str:
    return f"{key}={_escaped(value)}"


def _escaped(value: str) -> str:
    """Return a text as Hydra's grammar quotes it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
