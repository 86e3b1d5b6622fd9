"""Which files make up a model."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_folder import index_of

from sse_steps.errors import SourceMissingError
from sse_steps.models.companions import companions, shards

THERE = ["config.json", "tokenizer.json", "README.md", "generation_config.json", "model.bin"]


def test_gguf_and_apr_stand_alone() -> None:
    """Formats that hold their own configuration bring nothing along."""
    assert companions("model.gguf", THERE) == []
    assert companions("model.apr", []) == []


@pytest.mark.parametrize("name", ["model.safetensors", "model.safetensors.index.json"])
def test_safetensors_bring_what_is_needed_and_what_is_known(name: str) -> None:
    """What is needed comes first; what is optional comes if it is there; nothing else comes."""
    wanted = ["config.json", "tokenizer.json", "generation_config.json"]
    assert companions(name, THERE) == wanted
    with pytest.raises(SourceMissingError, match="config"):
        companions(name, ["tokenizer.json"])


def test_shards_are_named_once_in_their_order(tmp_path: Path) -> None:
    """Many tensors in one shard make one shard."""
    index = tmp_path / "model.safetensors.index.json"
    names = ["b.safetensors", "a.safetensors", "b.safetensors", "deep/c.safetensors"]
    index.write_bytes(index_of(*names))
    assert shards(index) == ["b.safetensors", "a.safetensors", "deep/c.safetensors"]


def test_a_thousand_shards_are_enough(tmp_path: Path) -> None:
    """An index that asks for more files than any model has is refused."""
    index = tmp_path / "model.safetensors.index.json"
    index.write_bytes(index_of(*(f"{number}.safetensors" for number in range(1001))))
    with pytest.raises(SourceMissingError, match="1001 files"):
        shards(index)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_shards_stay_below_the_folder(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """Whatever an index names, a shard lies below the index's own folder or all are refused."""
    folder = tmp_path_factory.mktemp("index")
    index = folder / "model.safetensors.index.json"
    index.write_bytes(index_of(*(f"{name}.safetensors" for name in names)))
    try:
        found = shards(index)
    except SourceMissingError as fault:
        assert len(str(fault).splitlines()) == 2
        return
    assert all((folder / name).resolve().is_relative_to(folder.resolve()) for name in found)
