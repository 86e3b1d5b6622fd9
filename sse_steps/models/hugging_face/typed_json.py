"""JSON files of strangers, read by declared types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sse_steps.models.stored_model import unusable

LARGEST_BYTES = 64 << 20  # a vocabulary of 262,144 tokens and its merges takes 33 MB

Size = Annotated[int, Field(gt=0, le=1 << 24)]
Positive = Annotated[float, Field(ge=1e-30, le=1e30)]  # and so neither 0 nor infinite in float32
TokenId = Annotated[int, Field(ge=0, lt=1 << 24)]


class Document(BaseModel):
    """A JSON object; fields that are not declared are somebody else's."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


Kind = TypeVar("Kind", bound=Document)


def read_json(path: Path, kind: type[Kind]) -> Kind:
    """Return a JSON file as an instance of `kind`.

    Raises:
        ModelFormatError: the file is missing, too large, no JSON, or of other types.
    """
    try:
        if not path.is_file():
            raise unusable(path, "the file is missing beside the weights")
        if path.stat().st_size > LARGEST_BYTES:
            raise unusable(path, f"the file is larger than {LARGEST_BYTES} bytes")
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise unusable(path, f"cannot be read: {error}") from error
    except ValidationError as error:
        raise unusable(path, _first_fault(error)) from error


def read_json_if_there(path: Path, kind: type[Kind]) -> Kind:
    """Return a JSON file as an instance of `kind`, which has a default for every field.

    Raises:
        ModelFormatError: the file is there, and too large, no JSON, or of other types.
    """
    return read_json(path, kind) if path.exists() else kind()


def _first_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))[:80] or "the file"
    found = "" if first["type"] == "missing" else f", found {str(first['input'])[:80]!r}"
    return f"{where}: {first['msg'][:200]}{found}"
