"""The shape of a model: what is read from its keys, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import gguf
import pytest
from tiny_model import FAR, NEAR, TinyModel

from sse_steps.errors import ModelFormatError
from sse_steps.models.architectures import Architecture, Hyperparameters, Reach
from sse_steps.models.hyperparameters import read_hyperparameters
from sse_steps.models.metadata import Metadata
from sse_steps.models.model_file import read_model
from sse_steps.models.stored_model import KeyValue

PATH = Path("m.gguf")
SMALL = {
    **{"block_count": 7, "context_length": 99, "embedding_length": 64, "feed_forward_length": 96},
    "attention.head_count": 4,
}


def read(architecture: str, **changes: object) -> Hyperparameters:
    """Return the shape that a few keys give; two underscores in a name stand for a dot."""
    epsilon = "layer_norm_epsilon" if architecture == "gpt2" else "layer_norm_rms_epsilon"
    keys: dict[str, object] = {**SMALL, f"attention.{epsilon}": 1e-5}
    keys |= {name.replace("__", "."): value for name, value in changes.items()}
    kind = gguf.GGUFValueType.STRING  # what the file calls a value is not looked at
    stored = {f"{architecture}.{name}": KeyValue(value, kind) for name, value in keys.items()}
    stored["general.architecture"] = KeyValue(architecture, kind)
    return read_hyperparameters(Metadata(PATH, stored), 300)


@pytest.mark.parametrize("architecture", Architecture)
def test_the_shape_of_each_architecture_is_read(tmp_path: Path, architecture: Architecture) -> None:
    """What a file of each architecture says arrives, layer by layer."""
    tiny = TinyModel(architecture, layers=8)
    found = read_model(tiny.write(tmp_path / "m.gguf")).hyperparameters
    assert found.norm_epsilon == pytest.approx(1e-5)
    assert replace(found, norm_epsilon=1e-5) == tiny.hyperparameters


def test_every_sixth_layer_of_gemma_looks_far(tmp_path: Path) -> None:
    """Five layers look back a few positions and turn fast, then one looks all the way back."""
    path = TinyModel("gemma3", layers=8).write(tmp_path / "m.gguf")
    assert read_model(path).hyperparameters.reaches == (*[NEAR] * 5, FAR, NEAR, NEAR)


def test_windows_follow_their_keys() -> None:
    """The window, its period and its base can be told; without a window all layers look far."""
    far, near = Reach(None, 5e5), Reach(7, 3e3)
    told = {"attention__sliding_window": 7, "rope__freq_base_swa": 3e3, "rope__freq_base": 5e5}
    found = read("gemma3", attention__sliding_window_pattern=3, **told)
    assert found.reaches == (near, near, far, near, near, far, near)
    assert read("gemma3", attention__sliding_window_pattern=1, **told).reaches == (far,) * 7
    assert read("gemma3", attention__sliding_window_pattern=9, **told).reaches == (near,) * 7
    assert read("gemma3", rope__freq_base=5e5).reaches == (far,) * 7


@pytest.mark.parametrize(
    ("keys", "scale"),
    [
        ({}, 1.0),
        ({"rope__scaling__type": "none", "rope__scaling__factor": 4.0}, 1.0),
        ({"rope__scaling__type": "linear", "rope__scaling__factor": 4.0}, 0.25),
        ({"rope__scale_linear": 2.0}, 0.5),
    ],
)
def test_linear_scaling_is_read(keys: dict[str, object], scale: float) -> None:
    """Positions are divided by a linear factor, under its new name or its old one."""
    assert {reach.rope_scale for reach in read("llama", **keys).reaches} == {scale}


def test_the_largest_gemma_scales_attention_by_another_width() -> None:
    """62 layers, of which no key tells it, divide by the root of width over heads."""
    usual = read("gemma3", attention__key_length=32)
    largest = read("gemma3", attention__key_length=32, block_count=62)
    assert usual.attention_scale == pytest.approx(32**-0.5)
    assert largest.attention_scale == pytest.approx((64 / 4) ** -0.5)


@pytest.mark.parametrize(
    ("architecture", "keys", "wrong"),
    [
        ("mamba", {}, "architecture is 'mamba', not one of llama, qwen2, gemma3, gpt2"),
        ("llama", {"rope__scaling__type": "yarn"}, "rope.scaling.type is yarn, not none or linear"),
        ("qwen2", {"rope__scaling__type": "longrope"}, "rope.scaling.type is longrope"),
        ("qwen2", {"rope__scaling__attn_factor": 1.2}, "attn_factor is 1.2, not 1.0"),
        ("llama", {"attention__sliding_window": 4096}, "sliding_window is a key that nothing here"),
        ("llama", {"attention__scale": 0.5}, "attention.scale is a key that nothing here heeds"),
        ("llama", {"expert_count": 8}, "expert_count is 8, not 0"),
        ("qwen2", {"attention__causal": False}, "causal is False, not True"),
        ("gemma3", {"final_logit_softcapping": 30.0}, "final_logit_softcapping is 30.0, not 0.0"),
        ("gemma3", {"attention__sliding_window": -1}, "sliding_window is '-1', not an integer"),
        ("gemma3", {"attention__key_length": 15}, "15 of 15 dimensions of a head are rotated"),
        ("gemma3", {"attention__value_length": 99}, "keys of width 16 have values of width 99"),
        ("qwen2", {"rope__dimension_count": 8}, "8 of 16 dimensions of a head are rotated"),
        ("qwen2", {"attention__head_count_kv": 3}, "4 heads cannot share 3 key-value heads"),
        ("gpt2", {"attention__layer_norm_epsilon": 0.0}, "layer_norm_epsilon is '0.0', not a num"),
        ("gpt2", {"block_count": 10**12}, "claims 1000000000000 layers"),
        ("gpt2", {"attention__layer_norm_rms_epsilon": 1e-5}, "rms_epsilon is a key that nothing"),
    ],
)
def test_what_would_be_computed_wrongly_is_refused(
    architecture: str, keys: dict[str, object], wrong: str
) -> None:
    """A key that asks for something else, or that nobody here knows, is named with its value."""
    with pytest.raises(ModelFormatError, match=wrong) as raised:
        read(architecture, **keys)
    assert str(PATH) in raised.value.wrong


@pytest.mark.parametrize("architecture", Architecture)
def test_keys_that_change_nothing_are_let_in(architecture: Architecture) -> None:
    """Keys at the value that asks for nothing are no reason to refuse a model."""
    plain = {"vocab_size": 300, "expert_count": 0, "attention__causal": True}
    assert read(architecture, **plain) == read(architecture)


@pytest.mark.parametrize("architecture", Architecture)
def test_each_tensor_is_demanded_in_its_shape(tmp_path: Path, architecture: Architecture) -> None:
    """Whichever tensor of a layer is missing, the file is refused and the tensor is named."""
    names = [name for name in TinyModel(architecture).tensors() if name.startswith("blk.1.")]
    for name in names:
        tiny = TinyModel(architecture, without=frozenset([name]))
        with pytest.raises(ModelFormatError, match=f"tensor {name} is missing"):
            read_model(tiny.write(tmp_path / "m.gguf"))


@pytest.mark.parametrize(("written", "read_as"), [("qwen2", "llama"), ("gemma3", "qwen2")])
def test_tensors_of_another_architecture_are_refused(
    tmp_path: Path, written: str, read_as: str
) -> None:
    """A file under a wrong name has tensors too many or too few, and is not run as what it says."""
    path = TinyModel(written).write(tmp_path / "m.gguf")
    content = path.read_bytes().replace(written.encode(), read_as.encode().ljust(len(written)))
    path.write_bytes(content)
    with pytest.raises(ModelFormatError):
        read_model(path)
