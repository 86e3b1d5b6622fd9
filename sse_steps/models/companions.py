"""Which files make up a model: the weights, and beside safetensors what says how to use them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from sse_steps.errors import SourceMissingError
from sse_steps.models.formats import LARGEST_TEXT_BYTES
from sse_steps.models.sources import is_plain_path

INDEX_SUFFIX = ".safetensors.index.json"
NEEDED = ("config.json", "tokenizer.json")
OPTIONAL = (
    "tokenizer_config.json",
    "generation_config.json",
    "chat_template.jinja",
)
_MOST_SHARDS = 1000


def is_index(name: str) -> bool:
    """Return whether a file says which safetensors files hold the tensors."""
    return name.endswith(INDEX_SUFFIX)


def has_companions(name: str) -> bool:
    """Return whether a file of weights needs others beside it."""
    return name.endswith(".safetensors") or is_index(name)


def companions(name: str, there: Iterable[str]) -> list[str]:
    """Return the names of the files, in the weights' own folder, that come along with them.

    Args:
        name: the file of weights.
        there: the names in its folder.

    Raises:
        SourceMissingError: one that is needed is not there.
    """
    if not has_companions(name):
        return []
    present = set(there)
    for needed in NEEDED:
        if needed not in present:
            raise SourceMissingError(
                f"'{name}' has no '{needed}' beside it.",
                "Name a repository or folder that holds the model's configuration and tokenizer.",
            )
    return [*NEEDED, *(each for each in OPTIONAL if each in present)]


def shards(index: Path) -> list[str]:
    """Return the safetensors files that an index names, relative to it, each once.

    The index is a stranger's: a name that leads out of its folder, or to a file of another format,
    is refused.

    Raises:
        SourceMissingError: it cannot be used.
    """
    if index.stat().st_size > LARGEST_TEXT_BYTES:
        raise _unusable(index, f"it is larger than {LARGEST_TEXT_BYTES:,} bytes")
    try:
        names = json.loads(index.read_bytes())["weight_map"].values()
        found = list(dict.fromkeys(names))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise _unusable(index, f"it cannot be read: {fault}") from fault
    for name in found:
        if not isinstance(name, str) or not is_plain_path(name):
            raise _unusable(index, f"it names {name!r:.80}, which is no plain path")
        if not name.endswith(".safetensors"):
            raise _unusable(index, f"it names {name!r:.80}, which is no safetensors file")
    if not 0 < len(found) <= _MOST_SHARDS:
        raise _unusable(index, f"it names {len(found)} files")
    return found


def main_file(source: Path) -> Path:
    """Return a local model's file of weights; `source` is that file or the folder it lies in.

    Raises:
        SourceMissingError: a folder holds no safetensors, or several that no index ties together.
    """
    if not source.is_dir():
        return source
    indices = sorted(source.glob(f"*{INDEX_SUFFIX}"))
    found = indices or sorted(source.glob("*.safetensors"))
    if len(found) != 1:
        raise SourceMissingError(
            f"'{source}' holds {len(found)} files of weights that could be meant.",
            "Name the file itself in the model's `source`.",
        )
    return found[0]


def local_files(weights: Path) -> list[Path]:
    """Return all files of a local model, the weights first.

    Raises:
        SourceMissingError: one of them is not there.
    """
    if not weights.is_file():
        raise SourceMissingError(
            f"There is no model file '{weights}'.", "Correct `source` in the model's YAML."
        )
    folder = weights.parent
    names = companions(weights.name, (each.name for each in folder.iterdir()))
    names += shards(weights) if is_index(weights.name) else []
    for name in names:
        if not (folder / name).is_file():
            raise SourceMissingError(
                f"'{weights}' needs '{name}', which is not there.", "Bring the missing file."
            )
    return [weights, *(folder / name for name in names)]


def beside(path: str, name: str) -> str:
    """Return the path of a companion in the repository of the file at `path`."""
    return str(PurePosixPath(path).parent / name)


def _unusable(index: Path, why: str) -> SourceMissingError:
    return SourceMissingError(
        f"'{index.name}' is no usable index of safetensors files: {why}.",
        "Do not use this model; its index is not what a converter writes.",
    )
