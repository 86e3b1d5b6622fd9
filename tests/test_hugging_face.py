"""Hugging Face's layouts, converted, against transformers' own logits and tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_hugging_face import LAYOUTS, PIECE_MERGES, TEMPLATE, TOKENS, TinyHuggingFace

from sse_steps.errors import ModelFormatError
from sse_steps.infer.numpy_engine import load_numpy
from sse_steps.infer.tokenizer import Tokenizer
from sse_steps.models.convert import convert
from sse_steps.models.gguf_writer import write_gguf
from sse_steps.models.hugging_face.folder import read_hugging_face
from sse_steps.models.hugging_face.sentence_piece import piece_scores
from sse_steps.models.line import Ledger
from sse_steps.models.model_file import interpret, read_model, read_stored
from sse_steps.models.quantization import Quantization
from sse_steps.models.quantize import reencoded
from sse_steps.models.source_model import SourceModel, SourceTensor, from_stored
from sse_steps.models.stored_model import FloatArray

POSITIONS = (7, 15)  # that the recorded logits are of
GOLDEN = json.loads((Path(__file__).parent / "data/hugging_face_logits.json").read_text())


def converted(tiny: TinyHuggingFace, folder: Path) -> Path:
    """Write a tiny model, convert it bit for bit, and return the .apr file."""
    target = folder / "tiny.apr"
    convert(tiny.write(folder / "source"), Quantization.NONE, target, Ledger("tiny"), {})
    return target


def read(tiny: TinyHuggingFace, folder: Path) -> SourceModel:
    """Write a tiny model and read it back in GGUF's terms."""
    return read_hugging_face(tiny.write(folder))


def text_key(model: SourceModel, key: str) -> Any:  # noqa: ANN401 (whatever the key holds)
    """Return the value of a tokenizer's key."""
    return model.keys[f"tokenizer.ggml.{key}"].value


@pytest.mark.parametrize("name", LAYOUTS)
def test_our_engine_gives_the_logits_of_transformers(name: str, tmp_path: Path) -> None:
    """Each layout, dtype and rope scaling, converted to .apr, has transformers' logits."""
    stored = read_stored(converted(LAYOUTS[name], tmp_path))
    engine = load_numpy(stored, interpret(stored))
    for position, expected in zip(POSITIONS, GOLDEN[name], strict=True):
        ours = engine.scores(TOKENS[: position + 1])
        difference = float(np.abs(ours - np.array(expected)).max())
        print(f"{name}: largest difference {difference:.2g}")  # noqa: T201 (for the record, with -s)
        assert difference < 1e-3


def widened(tensor: SourceTensor) -> SourceTensor:
    """Return a tensor in float32."""
    kind = gguf.GGMLQuantizationType.F32
    return replace(
        tensor, encoding=kind, load=lambda: reencoded(tensor.load(), tensor.encoding, kind)
    )


def llama_logits(path: Path) -> FloatArray:
    """Return llama.cpp's logits [n, V] after each of `TOKENS`."""
    llama_cpp = pytest.importorskip("llama_cpp")
    llama: Any = llama_cpp.Llama(
        str(path),
        n_ctx=64,
        n_threads=1,
        logits_all=True,
        type_k=llama_cpp.GGML_TYPE_F32,
        type_v=llama_cpp.GGML_TYPE_F32,
        verbose=False,
    )
    llama.eval(list(TOKENS))
    logits: FloatArray = llama.scores[: len(TOKENS)].copy()
    return logits


@pytest.mark.parametrize("name", LAYOUTS)
def test_llama_cpp_gives_the_logits_of_transformers(name: str, tmp_path: Path) -> None:
    """The .apr file's keys and tensors, put into a GGUF file, mean the same to llama.cpp.

    The weights are widened to float32 on the way, for llama.cpp rounds activations to the weights'
    type. It looks GELU up in a table of half precision, hence the two limits.
    """
    stored = from_stored(read_stored(converted(LAYOUTS[name], tmp_path)))
    write_gguf(tmp_path / "tiny.gguf", stored.keys, [widened(each) for each in stored.tensors])
    logits = llama_logits(tmp_path / "tiny.gguf")
    limit = 2e-2 if name in ("gpt2", "gemma3") else 1e-3
    for position, expected in zip(POSITIONS, GOLDEN[name], strict=True):
        difference = float(np.abs(logits[position] - np.array(expected)).max())
        print(f"{name}: largest difference {difference:.2g}")  # noqa: T201 (as above)
        assert difference < limit


TEXTS = st.text(st.sampled_from("the in de ab an cb 1234 \n\t'sß€😀▁"), max_size=40)


@pytest.fixture(scope="module", params=["llama", "qwen2_f16", "gemma3", "gpt2"])
def two_tokenizers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Callable[[str], list[int]], Callable[[str], list[int]]]:
    """Return what makes ids of a text: Hugging Face's library, and llama.cpp from our keys."""
    llama_cpp = pytest.importorskip("llama_cpp")
    folder = tmp_path_factory.mktemp("tokenizer")
    tiny = LAYOUTS[request.param]
    model = read(tiny, folder)
    write_gguf(folder / "tiny.gguf", model.keys, model.tensors)
    llama: Any = llama_cpp.Llama(str(folder / "tiny.gguf"), vocab_only=True, verbose=False)
    library = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))

    def theirs(text: str) -> list[int]:
        ids: list[int] = library.encode(text, add_special_tokens=False).ids
        return ids

    def ours(text: str) -> list[int]:
        ids: list[int] = llama.tokenize(text.encode(), add_bos=False, special=False)
        return ids

    return theirs, ours


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_ids_equal_those_of_the_tokenizers_library(
    two_tokenizers: tuple[Callable[[str], list[int]], Callable[[str], list[int]]], text: str
) -> None:
    """What tokenizer.json says and what our keys tell llama.cpp gives the same ids.

    Runs of spaces and of their mark are left out: a SentencePiece vocabulary's own token for them
    is found in the text by llama.cpp and merged by the library, which is the same in Gemma's alone.
    """
    theirs, ours = two_tokenizers
    text = re.sub("[ ▁]+", " ", text)
    assert ours(text) == theirs(text)


@pytest.mark.parametrize("name", ["llama", "qwen2_f16", "gemma3", "gpt2"])
def test_our_tokenizer_reads_the_keys(name: str, tmp_path: Path) -> None:
    """The engines' own tokenizer gives the library's ids for a text of each kind of letters."""
    path = converted(LAYOUTS[name], tmp_path)
    library = tokenizers.Tokenizer.from_file(str(tmp_path / "source/tokenizer.json"))
    text = "the ab in 1234\ncan'b de\tab ßcab 😀 an"
    expected = library.encode(text, add_special_tokens=False).ids
    assert Tokenizer(read_model(path).tokenizer).encode(text) == expected


def test_merges_of_white_space_may_stand_apart() -> None:
    """Gemma's own file has merges for runs of spaces between all others; they say nothing."""
    tokens, types = ["▁", "a", "b", "▁a", "ab", "▁ab", "  "], [1, 1, 1, 1, 1, 1, 4]
    merges = [("▁", "a"), ("a", "b"), ("▁", "ab"), ("▁", "▁"), ("▁a", "b")]
    scores = piece_scores(Path("tokenizer.json"), tokens, types, merges)
    assert scores == [-1e6, -1e6, -1e6, 0.0, -1.0, -2.0, -1e6]


def test_special_tokens_and_template_come_along(tmp_path: Path) -> None:
    """Ends, begin, padding rows and the chat template are found where the files have them."""
    tiny = LAYOUTS["llama"]
    model = read(tiny, tmp_path)
    assert text_key(model, "eos_token_id") == 2
    assert text_key(model, "bos_token_id") == 0
    assert text_key(model, "add_bos_token") is False
    assert model.keys["tokenizer.chat_template"].value == TEMPLATE
    assert text_key(model, "tokens")[-2:] == ["[PAD265]", "[PAD266]"]
    assert text_key(model, "token_type")[-1] == 5
    assert text_key(model, "token_type")[:4] == [3, 3, 3, 1]


def test_a_template_file_goes_before_the_configuration(tmp_path: Path) -> None:
    """chat_template.jinja is what newer transformers write, and read first."""
    weights = LAYOUTS["llama"].write(tmp_path)
    (tmp_path / "chat_template.jinja").write_text("{{ messages }}")
    assert read_hugging_face(weights).keys["tokenizer.chat_template"].value == "{{ messages }}"


def test_more_than_one_end_is_kept(tmp_path: Path) -> None:
    """A generation_config.json with several ends gives all of them to the engines."""
    weights = LAYOUTS["llama"].write(tmp_path)
    (tmp_path / "generation_config.json").write_text('{"eos_token_id": [2, 1, 0]}')
    model = read_hugging_face(weights)
    ends = [text_key(model, f"{end}_token_id") for end in ("eos", "eot", "eom")]
    assert ends == [2, 1, 0]


def test_gemma_text_begins_with_a_token(tmp_path: Path) -> None:
    """The post-processor's template says that a text gets a begin."""
    model = read(LAYOUTS["gemma3"], tmp_path)
    assert text_key(model, "add_bos_token") is True
    assert text_key(model, "model") == "llama"


def test_looks_make_an_added_token_special(tmp_path: Path) -> None:
    """A token like <|fim|> that its file does not call special cannot be written by a user."""
    tokenizer = LAYOUTS["llama"]._tokenizer()
    tokenizer["added_tokens"][0]["special"] = False
    model = read(replace(LAYOUTS["llama"], tokenizer=tokenizer), tmp_path)
    assert text_key(model, "token_type")[0] == 3


CONFIG_FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown layout": ("llama", {"model_type": "mamba"}, "mamba"),
    "wrong type": ("llama", {"hidden_size": "64"}, "hidden_size"),
    "negative": ("llama", {"num_attention_heads": -4}, "num_attention_heads"),
    "absurd": ("llama", {"num_hidden_layers": 10**9}, "num_hidden_layers"),
    "many layers": ("llama", {"num_hidden_layers": 100_000}, "100000 layers"),
    "not finite": ("llama", {"rope_theta": float("inf")}, "rope_theta"),
    "beyond float32": ("llama", {"rope_theta": 1e300}, "rope_theta"),
    "nothing in float32": ("llama", {"rms_norm_eps": 1e-60}, "rms_norm_eps"),
    "missing": ("llama", {"hidden_size": None}, "hidden_size"),
    "quantised": ("llama", {"quantization_config": {"bits": 4}}, "quantised already"),
    "activation": ("llama", {"hidden_act": "gelu"}, "hidden_act"),
    "yarn": ("llama", {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "yarn"),
    "llama3 incomplete": ("llama", {"rope_scaling": {"rope_type": "llama3"}}, "factor"),
    "partial rotation": ("llama", {"rope_parameters": {"partial_rotary_factor": 0.5}}, "partial"),
    "qwen windows": ("qwen2_f16", {"use_sliding_window": True}, "use_sliding_window"),
    "gemma cap": ("gemma3", {"final_logit_softcapping": 30.0}, "softcapping"),
    "gemma scale": ("gemma3", {"query_pre_attn_scalar": 100}, "query_pre_attn_scalar"),
    "gemma pattern": ("gemma3", {"layer_types": ["full_attention"] * 7}, "layer_types"),
    "gemma base": ("gemma3", {"rope_local_base_freq": 5000.0}, "rope_local_base_freq"),
    "gpt2 activation": ("gpt2", {"activation_function": "relu"}, "activation_function"),
    "gpt2 scale": ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, "inverse_layer"),
    "head missing": ("llama", {"tie_word_embeddings": False}, "lm_head"),
    "ends": ("llama", {"eos_token_id": [2, 3, 4, 5]}, "4 tokens that end"),
    "end beyond": ("llama", {"eos_token_id": [2, 9999]}, "beyond"),
}


@pytest.mark.parametrize("fault", CONFIG_FAULTS)
def test_what_no_engine_computes_is_refused(fault: str, tmp_path: Path) -> None:
    """A config.json of wrong types, or that asks for what is not computed, names the field."""
    layout, config, named = CONFIG_FAULTS[fault]
    with pytest.raises(ModelFormatError, match=named) as raised:
        read(replace(LAYOUTS[layout], config=config), tmp_path)
    assert len(str(raised.value).splitlines()) == 2


def changed_model(**changes: object) -> dict[str, Any]:
    """Return a change of tokenizer.json's model."""
    return {"model": {**LAYOUTS["gemma3"]._tokenizer()["model"], **changes}}


TOKENIZER_FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "unigram": ("llama", {"model": {"type": "Unigram", "vocab": []}}, "model"),
    "no vocabulary": ("llama", {"model": {"type": "BPE", "merges": []}}, "vocab"),
    "other words": ("llama", {"pre_tokenizer": {"type": "Whitespace"}}, "no scheme"),
    "other case": ("llama", {"normalizer": {"type": "Lowercase"}}, "no scheme"),
    "no list": ("llama", {"pre_tokenizer": {"type": "Sequence", "pretokenizers": 3}}, "no scheme"),
    "id beyond": ("gemma3", changed_model(vocab={"a": 999}), "999"),
    "long token": ("gemma3", changed_model(vocab={"a" * 100_000: 7}), "100000 letters"),
    "whole words": ("llama", changed_model(byte_fallback=False, ignore_merges=True), "ignore_merg"),
    "id twice": ("gemma3", changed_model(vocab={"a": 7, "b": 7}), "are both 7"),
    "merge of three": ("llama", changed_model(merges=[["a", "b", "c"]]), "merges"),
    "dropout": ("gemma3", changed_model(dropout=0.1), "dropout"),
    "merge left out": ("gemma3", changed_model(merges=list(PIECE_MERGES[:-1])), "no merge says so"),
    "merges apart": (
        "gemma3",
        changed_model(merges=[PIECE_MERGES[3], *PIECE_MERGES[:3], *PIECE_MERGES[4:]]),
        "stand together",
    ),
}


@pytest.mark.parametrize("fault", TOKENIZER_FAULTS)
def test_an_unknown_tokenizer_is_refused(fault: str, tmp_path: Path) -> None:
    """A tokenizer.json that is damaged, or of a scheme that is not known exactly, is no model."""
    layout, tokenizer, named = TOKENIZER_FAULTS[fault]
    with pytest.raises(ModelFormatError, match=named):
        read(replace(LAYOUTS[layout], tokenizer=tokenizer), tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b"[" * 100_000, b"\xff\xfe", b"{}"])
def test_damaged_files_are_refused(name: str, content: bytes | None, tmp_path: Path) -> None:
    """Missing, empty, deep, binary and bare files end in an error of two lines."""
    weights = LAYOUTS["llama"].write(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelFormatError, match=name) as raised:
        read_hugging_face(weights)
    assert len(str(raised.value).splitlines()) == 2


def test_a_tensor_that_no_layout_has_is_refused(tmp_path: Path) -> None:
    """A tensor left out in silence would go wrong in silence."""
    tiny = replace(LAYOUTS["llama"], extra={"model.layers.0.adapter.weight": (4, 4)})
    with pytest.raises(ModelFormatError, match="adapter"):
        read(tiny, tmp_path)


@pytest.mark.parametrize(
    ("layout", "name"), [("llama", "model.norm"), ("gpt2", "ln_f"), ("qwen2_f16", "lm_head")]
)
def test_a_tensor_without_its_suffix_is_refused(layout: str, name: str, tmp_path: Path) -> None:
    """A module's name is no tensor's: which of its tensors it would be, nobody can tell."""
    with pytest.raises(ModelFormatError, match="none that its layout has"):
        read(replace(LAYOUTS[layout], extra={name: (64,)}), tmp_path)


def test_an_embedding_of_no_width_costs_nothing(tmp_path: Path) -> None:
    """A quadrillion rows of no columns fit in a file of 100 bytes, and get no tokens."""
    weights = LAYOUTS["llama"].write(tmp_path)
    entry = {"dtype": "F32", "shape": [2**50, 0], "data_offsets": [0, 0]}
    header = json.dumps({"model.embed_tokens.weight": entry}).encode()
    weights.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ModelFormatError, match="claims 1125899906842624 tokens"):
        read_hugging_face(weights)


def test_an_added_token_without_a_row_is_left_out(tmp_path: Path) -> None:
    """Gemma 3's smallest has such a token, for pictures that only the larger ones see."""
    tiny = LAYOUTS["gemma3"]
    size = tiny.vocabulary_size
    added = [*tiny._tokenizer()["added_tokens"], {"id": size, "content": "<image_soft_token>"}]
    model = read(replace(tiny, tokenizer={"added_tokens": added}), tmp_path)
    assert len(text_key(model, "tokens")) == size
    assert "<image_soft_token>" not in text_key(model, "tokens")


def renamed(tiny: TinyHuggingFace, folder: Path, change: Callable[[str], str]) -> Path:
    """Write a tiny model in one file, its tensors under other names."""
    weights = tiny.write(folder)
    raw = weights.read_bytes()
    end = 8 + int.from_bytes(raw[:8], "little")
    header = {change(name): entry for name, entry in json.loads(raw[8:end]).items()}
    text = json.dumps(header).encode()
    weights.write_bytes(len(text).to_bytes(8, "little") + text + raw[end:])
    return weights


@pytest.mark.parametrize(
    ("layout", "change"),
    [
        ("llama", lambda name: name.removeprefix("model.")),
        ("gemma3", lambda name: name.removeprefix("model.")),
        ("gpt2", lambda name: f"transformer.{name}"),
    ],
    ids=["llama without model.", "gemma3 without model.", "gpt2 with transformer."],
)
def test_names_with_and_without_the_usual_prefix_mean_the_same(
    layout: str, change: Callable[[str], str], tmp_path: Path
) -> None:
    """A base model is saved without its prefix, GPT-2 by its language model's class with one."""
    one = read(LAYOUTS[layout], tmp_path / "one")
    other = read_hugging_face(renamed(LAYOUTS[layout], tmp_path / "other", change))
    tensors = {each.name: each.load().tobytes() for each in other.tensors}
    assert tensors == {each.name: each.load().tobytes() for each in one.tensors}


BUFFERS = {
    "llama": {
        "model.rotary_emb.inv_freq": (8,),
        "model.layers.1.self_attn.rotary_emb.inv_freq": (8,),
    },
    "gpt2": {"h.0.attn.masked_bias": (1,), "transformer.h.1.attn.masked_bias": (1,)},
}


@pytest.mark.parametrize("layout", BUFFERS)
def test_buffers_of_old_files_are_no_weights(layout: str, tmp_path: Path) -> None:
    """What transformers once saved beside the weights, and computes itself, is left out."""
    plain = read(LAYOUTS[layout], tmp_path / "plain")
    model = read(replace(LAYOUTS[layout], extra=BUFFERS[layout]), tmp_path / "old")
    assert {each.name for each in model.tensors} == {each.name for each in plain.tensors}


def test_a_head_beside_a_tied_embedding_is_left_out(tmp_path: Path) -> None:
    """Where the configuration ties the head, transformers uses the embedding whatever is stored."""
    head = {"lm_head.weight": (LAYOUTS["llama"].vocabulary_size, 64)}
    model = read(replace(LAYOUTS["llama"], extra=head), tmp_path)
    assert "output.weight" not in {each.name for each in model.tensors}


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        ([{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}], "d"),
        ([{"name": "tool_use", "template": "t"}], None),
        (None, None),
    ],
)
def test_of_several_templates_the_default_is_taken(
    templates: object, expected: str | None, tmp_path: Path
) -> None:
    """A list of templates by name has one for ordinary use, or the model has none."""
    weights = LAYOUTS["llama"].write(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": templates}))
    found = read_hugging_face(weights).keys.get("tokenizer.chat_template")
    assert (found and found.value) == expected


def test_ends_of_the_configuration_may_be_a_list(tmp_path: Path) -> None:
    """Several ends in config.json, no generation_config.json and no tokenizer_config.json."""
    weights = replace(LAYOUTS["llama"], config={"eos_token_id": [1, 2]}).write(tmp_path)
    (tmp_path / "tokenizer_config.json").unlink()
    model = read_hugging_face(weights)
    assert [text_key(model, f"{end}_token_id") for end in ("eos", "eot")] == [1, 2]


def test_one_tensor_under_two_names_is_refused(tmp_path: Path) -> None:
    """Which of the two was meant, nobody can tell."""
    tiny = replace(LAYOUTS["gpt2"], extra={"transformer.ln_f.bias": (64,)})
    with pytest.raises(ModelFormatError, match="second"):
        read(tiny, tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FUZZED = ("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json")


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 (any JSON)
    """Yield the path of everything in a document, of long lists and vocabularies the first few."""
    yield path
    if not isinstance(part, dict | list):
        return
    items = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in islice(items, 12):
        yield from places(value, (*path, key))


@pytest.fixture(scope="module", params=["llama", "gemma3", "gpt2"])
def fuzzed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the weights of a folder whose other files are changed again and again."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "generation_config.json").write_text('{"eos_token_id": [1]}')
    return LAYOUTS[request.param].write(folder)


@settings(deadline=None, max_examples=250)
@given(data=st.data(), name=st.sampled_from(FUZZED), value=JSON)
def test_one_part_of_a_file_replaced_is_read_or_refused(
    fuzzed: Path, data: st.DataObject, name: str, value: object
) -> None:
    """Whatever stands in the place of a part of a file, the only fault is a ModelFormatError."""
    path = fuzzed.with_name(name)
    whole = path.read_text()
    document = {"": json.loads(whole)}
    place = ("", *data.draw(st.sampled_from(sorted(places(document[""]), key=repr))))
    part: Any = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    try:
        path.write_text(json.dumps(document[""]))
        with suppress(ModelFormatError):
            read_hugging_face(fuzzed)
    finally:
        path.write_text(whole)


PARTS = st.sampled_from(
    (
        "model",
        "layers",
        "0",
        "1",
        "511",
        "self_attn",
        "q_proj",
        "c_attn",
        "attn",
        "h",
        "transformer",
        "norm",
        "ln_f",
        "lm_head",
        "embed_tokens",
        "wte",
        "weight",
        "bias",
        "output",
        "",
    )
)
NAMES = st.lists(PARTS, max_size=6).map(".".join) | st.text(max_size=8)
ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "I64"]),
        "shape": st.lists(st.sampled_from([0, 1, 2, 64, 2**40]), max_size=4),
        "data_offsets": st.just([0, 0]),
    }
)


@settings(deadline=None, max_examples=250)
@given(data=st.data(), new=NAMES, entry=st.none() | ENTRIES)
def test_any_tensor_under_any_name_is_read_or_refused(
    fuzzed: Path, data: st.DataObject, new: str, entry: dict[str, Any] | None
) -> None:
    """Whatever a tensor is called, one of no bytes too, the only fault is a ModelFormatError."""
    whole = fuzzed.read_bytes()
    end = 8 + int.from_bytes(whole[:8], "little")
    header: dict[str, Any] = json.loads(whole[8:end])
    if entry is None:
        header[new] = header.pop(data.draw(st.sampled_from(sorted(header))))
    else:
        header[new] = entry
    text = json.dumps(header).encode()
    try:
        fuzzed.write_bytes(len(text).to_bytes(8, "little") + text + whole[end:])
        with suppress(ModelFormatError):
            read_hugging_face(fuzzed)
    finally:
        fuzzed.write_bytes(whole)
