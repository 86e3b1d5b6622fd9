"""doit inspect: what it says of each kind of file, and that a stranger's file says nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import header_seeds
import numpy as np
import pytest
import safetensors.numpy
from gguf import GGUFValueType as Kind

from sse_steps.errors import InputFileError, ModelFormatError
from sse_steps.models.model_inspection import inspect_model
from sse_steps.models.stored_model import KeyValue, StoredTensor
from sse_steps.models.tiers import Tier, tier_of
from sse_steps.steps import inspect

NASTY = "\x1b]0;owned\x07\nfile          trusted\x7f\x9b31m"


def shown(capsys: pytest.CaptureFixture[str], path: Path, *, as_json: bool = False) -> str:
    """Return what the command prints of a file."""
    assert inspect.run(model=str(path), json=as_json)
    return capsys.readouterr().out


def written(path: Path, raw: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("suffix", ["apr", "gguf"])
def test_a_model_is_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    """Architecture, parameters, tier, encodings and every tensor are there."""
    make = header_seeds.apr_bytes if suffix == "apr" else header_seeds.gguf_bytes
    raw = make(header_seeds.keys(), header_seeds.tensors())
    text = shown(capsys, written(tmp_path / f"m.{suffix}", raw))
    assert "architecture  llama\n" in text
    assert "parameters    7,776 (7.78k)\n" in text
    assert "tier          below Nano (under 10M parameters)\n" in text
    assert "\nQ8_0" in text
    assert "\nblk.0.attn_q.weight" in text
    assert "tokenizer.ggml.tokens: 16 x string: t0, t1, t2, t3\n" in text
    assert ("sha256: 0000" in text) == ("none, mostly Q8_0, 9." in text) == (suffix == "apr")


def test_json_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json there is one object, with the figures of the text."""
    raw = header_seeds.apr_bytes(header_seeds.keys(), header_seeds.tensors())
    found = json.loads(shown(capsys, written(tmp_path / "m.apr", raw), as_json=True))
    assert found["parameters"] == 7776
    assert found["architecture"] == "llama"
    assert found["provenance"] == header_seeds.PROVENANCE
    assert [share["encoding"] for share in found["encodings"]] == ["Q8_0", "F16", "F32"]
    assert sum(share["tensors"] for share in found["encodings"]) == len(found["tensors"]) == 11
    assert found["bits_per_weight"] == pytest.approx(8 * 8992 / 7776, rel=0.1)


def test_safetensors_and_the_configuration_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The architecture comes from config.json where there is one, and is said to lack elsewhere."""
    path = written(tmp_path / "m.safetensors", header_seeds.safetensors_bytes())
    text = shown(capsys, path)
    assert "architecture  not said\n" in text
    assert "about: a seed" in text
    assert "one value" in text
    for content, said in (
        ('{"model_type": "qwen2"}', "qwen2"),
        ("[1", "not said"),
        ("", "not said"),
    ):
        (tmp_path / "config.json").write_text(content)
        assert f"architecture  {said}\n" in shown(capsys, path)


def test_shards_are_described_by_their_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An index of shards is inspected as one model."""
    for file, name in (("a.safetensors", "x"), ("b.safetensors", "y")):
        safetensors.numpy.save_file({name: np.ones(5, np.float32)}, tmp_path / file)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}')
    assert "parameters    10 (10)\n" in shown(capsys, index)


def test_a_head_of_its_own_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A head that is stored apart may be the embedding again, so its share is shown."""
    head = header_seeds.float_tensor("output.weight")
    raw = header_seeds.gguf_bytes(header_seeds.keys(), [*header_seeds.tensors(), head])
    text = shown(capsys, written(tmp_path / "m.gguf", raw))
    assert "parameters    7,777 (7.78k), 1 of them in a head of its own\n" in text


@pytest.mark.parametrize("as_json", [False, True])
def test_a_file_cannot_speak_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    """Names and values with escape sequences and line breaks print without them."""
    encoding = gguf.GGMLQuantizationType.F32
    keys = {
        "general.architecture": KeyValue(NASTY, Kind.STRING),
        NASTY: KeyValue([NASTY], Kind.ARRAY, Kind.STRING),
    }
    tensor = StoredTensor(NASTY, (1,), encoding, np.zeros(4, np.uint8))
    for name, make in (("m.apr", header_seeds.apr_bytes), ("m.gguf", header_seeds.gguf_bytes)):
        text = shown(capsys, written(tmp_path / name, make(keys, [tensor])), as_json=as_json)
        assert all(letter.isprintable() for letter in text.replace("\n", ""))
        assert "\nfile          trusted" not in text
    nasty = safetensors.numpy.save({NASTY: np.ones(1)}, {NASTY: NASTY})
    text = shown(capsys, written(tmp_path / "m.safetensors", nasty), as_json=as_json)
    assert all(letter.isprintable() for letter in text.replace("\n", ""))


def test_a_file_without_architecture_or_tensors_is_inspected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is demanded of a file but that its container is sound."""
    for name, make in (("m.apr", header_seeds.apr_bytes), ("m.gguf", header_seeds.gguf_bytes)):
        text = shown(capsys, written(tmp_path / name, make({}, [])))
        assert "architecture  not said\n" in text
        assert "parameters    0 (0)\n" in text


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    """No name, no file and no model are faults in two lines."""
    with pytest.raises(InputFileError):
        inspect.run(model="", json=False)
    with pytest.raises(ModelFormatError, match="not a readable file"):
        inspect_model(tmp_path / "none.gguf")
    with pytest.raises(ModelFormatError, match="page of HTML"):
        inspect_model(written(tmp_path / "m.gguf", b"<html>404</html>"))


@pytest.mark.parametrize(
    ("parameters", "tier"),
    [
        (0, Tier.BELOW),
        (9_999_999, Tier.BELOW),
        (10_000_000, Tier.NANO),
        (50_000_000, Tier.MICRO),
        (134_515_008, Tier.MICRO),
        (150_000_000, Tier.SMALL),
        (494_032_768, Tier.SMALL),
        (500_000_000, Tier.MEDIUM),
        (2_999_999_999, Tier.MEDIUM),
        (3_000_000_000, Tier.LARGE),
        (7_000_000_000, Tier.ABOVE),
    ],
)
def test_tiers_begin_where_the_one_before_ends(parameters: int, tier: Tier) -> None:
    """Each number of parameters has one tier."""
    assert tier_of(parameters) is tier


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1.00k"), (134_515_008, "135M")]
)
def test_counts_are_short(number: int, text: str) -> None:
    """Counts have three digits and a unit."""
    assert inspect._human(number) == text


@pytest.mark.slow
def test_a_real_model_is_described(smollm2_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real model's figures are those that its makers publish."""
    text = shown(capsys, smollm2_path)
    assert "architecture  llama\n" in text
    assert "parameters    134,515,008 (135M)\n" in text
    assert "tier          Micro" in text
