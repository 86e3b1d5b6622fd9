"""Which of GGUF's tokenizers a tokenizer.json describes, by what it does and never by a name.

llama.cpp's converter goes by a hash of sample text's tokens. Here the description itself decides:
steps that are not exactly those of a known scheme are refused, for an almost equal scheme gives
almost equal tokens, and wrong answers that nobody sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sse_steps.models.hugging_face.tokenizer_json import TokenizerJson
from sse_steps.models.stored_model import unusable

_WORDS: Final = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
Step = tuple[object, ...]
_DIGITS: Final = ("Digits", True)
_SPLIT_BYTES: Final = ("ByteLevel", False, True)
_PLAIN_BYTES: Final = ("ByteLevel", False, False)
_TO_SPACE_MARK: Final = ("Replace", " ", "▁")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How text becomes tokens, in GGUF's terms."""

    model: str  # gpt2: byte-level merges; llama: SentencePiece's scores
    pre: str
    space_prefix: bool = False
    ignore_merges: bool = False  # a whole word that is a token is never taken apart

    @property
    def pieces(self) -> bool:
        """Whether it is SentencePiece's."""
        return self.model == "llama"


_BYTE_LEVEL: Final[Mapping[tuple[Step, ...], Scheme]] = {
    (_SPLIT_BYTES,): Scheme("gpt2", "gpt-2"),
    (_DIGITS, _SPLIT_BYTES): Scheme("gpt2", "smollm"),
    (("Split", _WORDS % "", "Isolated", False), _PLAIN_BYTES): Scheme("gpt2", "qwen2"),
    (("Split", _WORDS % "{1,3}", "Isolated", False), _PLAIN_BYTES): Scheme(
        "gpt2", "llama-bpe", ignore_merges=True
    ),
}
_NO_NORMALIZERS: Final[tuple[tuple[Step, ...], ...]] = ((), (("NFC",),))
# SentencePiece by normalizers and pre-tokenizer; what is split at a mark for spaces is merged no
# differently, for no token holds such a mark but at its beginning.
_PIECES: Final[Mapping[tuple[tuple[Step, ...], tuple[Step, ...]], bool]] = {
    ((_TO_SPACE_MARK,), ()): False,
    ((_TO_SPACE_MARK,), (("Split", " ", "MergedWithPrevious", False),)): False,
    ((("Prepend", "▁"), _TO_SPACE_MARK), ()): True,
    ((), (("Metaspace", "▁", "first", False),)): True,
    ((), (("Metaspace", "▁", "always", False),)): True,
    ((), (("Metaspace", "▁", "never", False),)): False,
}


def recognised_scheme(path: Path, data: TokenizerJson) -> Scheme:
    """Return the scheme that a tokenizer.json describes.

    Raises:
        ModelFormatError: it is none that is known here.
    """
    model = data.model
    if model.dropout or model.continuing_subword_prefix or model.end_of_word_suffix:
        raise unusable(path, "its merges have dropout, a prefix or a suffix")
    normalizers = _steps(data.normalizer, "normalizers")
    splits = _steps(data.pre_tokenizer, "pretokenizers")
    scheme = _scheme(normalizers, splits, byte_fallback=model.byte_fallback)
    if scheme is None:
        wrong = f"normalizer {normalizers} with pre_tokenizer {splits}"
        raise unusable(path, f"{wrong[:400]} is no scheme that is known here")
    if model.ignore_merges is not scheme.ignore_merges:
        wrong = f"ignore_merges is {model.ignore_merges}, in {scheme.pre} {scheme.ignore_merges}"
        raise unusable(path, wrong)
    return scheme


def _scheme(
    normalizers: tuple[Step, ...], splits: tuple[Step, ...], *, byte_fallback: bool
) -> Scheme | None:
    if byte_fallback:
        prefix = _PIECES.get((normalizers, splits))
        return None if prefix is None else Scheme("llama", "default", space_prefix=prefix)
    return _BYTE_LEVEL.get(splits) if normalizers in _NO_NORMALIZERS else None


def _steps(part: Mapping[str, Any] | None, inner: str) -> tuple[Step, ...]:
    """Return the steps of a part as comparable values, a sequence flattened one level."""
    if part is None:
        return ()
    steps = part.get(inner, []) if part.get("type") == "Sequence" else [part]
    return tuple(map(_step, steps)) if isinstance(steps, list) else (("damaged",),)


def _step(step: object) -> Step:
    if not isinstance(step, dict):
        return ("damaged",)
    name = step.get("type")
    fields = {
        "Digits": (("individual_digits", False),),
        "ByteLevel": (("add_prefix_space", True), ("use_regex", True)),
        "Split": (("pattern", None), ("behavior", None), ("invert", False)),
        "Replace": (("pattern", None), ("content", None)),
        "Prepend": (("prepend", None),),
        "Metaspace": (("replacement", None), ("prepend_scheme", "always"), ("split", True)),
    }.get(str(name), ())
    return (str(name), *(_plain(step.get(field, default)) for field, default in fields))


def _plain(value: object) -> object:
    """Return a pattern's text, and everything else such that it can be compared and hashed."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return value if isinstance(value, str | bool | int | float | None) else repr(value)[:200]
