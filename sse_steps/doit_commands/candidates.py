"""What may come next on a command line: commands, tasks, options, settings and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILES = "\x00files"  # what stands for: any file of the folder
_LIST_KEYS = {"models": "model", "baselines": "model", "controls": "model"}
_MODEL_OPTIONS = ("--models", "--baselines")
_OPTION = re.compile(r"--[\w-]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that may be typed in a project.

    `options` are the long options of each command and task, with whether each takes a value.
    `values` are the names that a key, or an option, may take.
    """

    commands: tuple[str, ...]
    tasks: tuple[str, ...]
    options: Mapping[str, Mapping[str, bool]]
    settings: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


def candidates(line: str, known: Vocabulary) -> list[str]:
    """Return what the last word of `line` may become; a final word ends in a blank.

    Args:
        line: what is typed up to the cursor, with the name of the program.
        known: what the project has.
    """
    *before, word = line.split()[1:] + ([""] if line[-1:].isspace() else []) or [""]
    owner = _owner(before, known)
    takes_value = known.options.get(owner, {}).get(before[-1], False) if before else False
    if takes_value:
        return _values(before[-1], "", word, known)
    option, equals, value = word.partition("=")
    if _OPTION.fullmatch(option) and equals:
        return _values(option, f"{option}=", value, known)
    if word.startswith("-"):
        options = known.options.get(owner, {})
        return _starting(word, [f"{each} " for each in options])
    if equals:
        return _values(option, f"{option}=", value, known)
    return _names(word, before, known)


def _owner(before: Sequence[str], known: Vocabulary) -> str:
    """Return the command or task that options belong to: the last that is named."""
    named = [each for each in before if each in known.options]
    return named[-1] if named else "run"


def _names(word: str, before: Sequence[str], known: Vocabulary) -> list[str]:
    tasks = known.tasks if ":" in word else [each for each in known.tasks if ":" not in each]
    commands = [] if any(each in known.options for each in before) else known.commands
    settings = [each for each in known.settings if word] if ":" not in word else []
    found = [f"{each} " for each in (*commands, *tasks)] + [f"{each}=" for each in settings]
    return _starting(word, found)


def _values(key: str, prefix: str, value: str, known: Vocabulary) -> list[str]:
    """Return what a value may become; of a list, its last entry."""
    names = known.values.get(key)
    if names is None:
        return [FILES] if key.startswith("--") else []
    is_list = "," in value or value.startswith("[") or key in _MODEL_OPTIONS
    cut = max(value.rfind(","), value.rfind("[")) + 1
    done, last = value[:cut], value[cut:]
    if key in _LIST_KEYS and not value.startswith("["):
        done = f"[{done}"
    end = "" if is_list or key in _LIST_KEYS else " "
    return [f"{prefix}{done}{name}{end}" for name in names if name.startswith(last)]


def _starting(word: str, found: Iterable[str]) -> list[str]:
    return sorted({each for each in found if each.startswith(word)})


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names of the YAML files of a folder."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
