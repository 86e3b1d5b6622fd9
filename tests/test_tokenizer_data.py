"""Vocabularies: what is read from a file's keys, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_model import BYTES, END, PIECE_TOKENS, PIECES, SPELLED, TOKENS, TinyModel

from sse_steps.errors import ModelFormatError
from sse_steps.models.model_file import read_model
from sse_steps.models.tokenizer_data import TokenizerKind


def test_a_sentence_piece_vocabulary_is_read(tmp_path: Path) -> None:
    """Pieces arrive with their scores, and what its file leaves out is as in Llama's own."""
    found = read_model(TinyModel(pieces=True).write(tmp_path / "m.gguf")).tokenizer
    assert found.kind is TokenizerKind.SENTENCE_PIECE
    assert found.tokens == PIECE_TOKENS
    assert found.scores[-len(PIECES) :] == pytest.approx(tuple(PIECES.values()))
    assert len(BYTES) == 256
    assert (found.bos_id, found.eos_id) == (SPELLED.index("<s>"), SPELLED.index("</s>"))
    assert found.stop_ids == {SPELLED.index("</s>"), SPELLED.index("<|im_end|>")}
    assert found.add_bos
    assert found.space_prefix


def test_a_byte_level_vocabulary_begins_with_nothing_unless_told(tmp_path: Path) -> None:
    """Neither a first token nor a space is added to the texts of a byte-level BPE."""
    found = read_model(TinyModel().write(tmp_path / "m.gguf")).tokenizer
    assert (found.bos_id, found.eos_id) == (None, END)
    assert not found.add_bos
    assert not found.space_prefix


@pytest.mark.parametrize(
    ("tiny", "wrong"),
    [
        (TinyModel(extra={"tokenizer.ggml.add_bos_token": True}), "bos_token_id is missing"),
        (TinyModel(extra={"tokenizer.ggml.add_bos_token": 7}), "add_bos_token is '7', not true"),
        (TinyModel(extra={"tokenizer.ggml.add_space_prefix": True}), "add_space_prefix"),
        (TinyModel(pieces=True, extra={"tokenizer.ggml.scores": [1.0]}), "269 tokens have 1 scor"),
        (TinyModel(pieces=True, extra={"tokenizer.ggml.scores": "x"}), "scores is 'x', not a list"),
        (
            TinyModel(pieces=True, extra={"tokenizer.ggml.remove_extra_whitespaces": True}),
            "is to remove white space",
        ),
        (
            TinyModel(extra={"tokenizer.ggml.bos_token_id": len(TOKENS)}),
            "bos_token_id is '2[0-9]+', not a token id",
        ),
    ],
)
def test_vocabularies_that_do_not_hold_together_are_named(
    tmp_path: Path, tiny: TinyModel, wrong: str
) -> None:
    """A key that would change every prompt in silence, or does not fit, is refused by name."""
    wrong = wrong.replace("269", str(len(PIECE_TOKENS)))
    with pytest.raises(ModelFormatError, match=wrong):
        read_model(tiny.write(tmp_path / "m.gguf"))
