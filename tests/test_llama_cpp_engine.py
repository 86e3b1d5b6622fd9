"""llama.cpp as an engine: against numpy, against its own interface, and what it may cost."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_model import END, TinyModel

from sse_steps.errors import EngineError, ModelFormatError
from sse_steps.infer.decoding import Continuation, Prompt, Writer
from sse_steps.infer.engine import Request, Sampling
from sse_steps.infer.llama_cpp_engine import LlamaWriter, llama_cpp_engine, load_llama_cpp
from sse_steps.infer.llama_cpp_file import SplicedFile, gguf_parts
from sse_steps.infer.numpy_engine import load_numpy
from sse_steps.infer.tokenizer import Tokenizer
from sse_steps.models.model_file import ModelFile, interpret, read_stored
from sse_steps.models.stored_model import FloatArray, KeyValue, StoredModel
from sse_steps.records import Example, FinishReason

llama_cpp = pytest.importorskip("llama_cpp")

from sse_steps.infer.llama_cpp_model import LlamaModel  # noqa: E402 (it imports the extra)

pytestmark = pytest.mark.usefixtures("one_thread_a_worker")

ROOT = Path(__file__).parents[1]
HOUR = 3600.0
MODEL = TinyModel(context_length=64)
VOCABULARY = MODEL.hyperparameters.vocabulary_size
QUESTIONS = (
    "What is the capital of France?",
    "Write a Rust function that adds two i32 numbers.",
    "Translate to Rust:\n\ndef f(xs: list[int]) -> int:\n    return sum(x * x for x in xs)",
    "List three uses of a hammer.",
    "Was ist der Unterschied zwischen Hund und Katze?",
    "Sort these numbers: 9, 4, 7, 1, 8.",
    "Hi",
    "Summarise: The quick brown fox jumps over the lazy dog. " * 8,
)


def stored_tiny(folder: Path, tiny: TinyModel = MODEL) -> StoredModel:
    """Return a tiny model, written to a file and read from it."""
    return read_stored(tiny.write(folder / "tiny.gguf"))


def endless(stored: StoredModel, stops: frozenset[int] = frozenset()) -> ModelFile:
    """Return what a model means, with other stop tokens than its own: by default none."""
    file = interpret(stored)
    return replace(file, tokenizer=replace(file.tokenizer, stop_ids=stops))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> StoredModel:
    """Return the tiny model that most tests run."""
    return stored_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def writer(tiny: StoredModel) -> Iterator[LlamaWriter]:
    """Return the tiny model in llama.cpp with keys and values in float32."""
    with load_llama_cpp(tiny, endless(tiny), exact=True) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def reference(tiny: StoredModel) -> Writer:
    """Return the same model in numpy."""
    return load_numpy(tiny, endless(tiny))


def random_prompts(count: int, *, shared: int = 0, max_tokens: int = 20) -> list[Prompt]:
    """Return prompts of different lengths that begin with the same `shared` tokens."""
    random = np.random.default_rng(count)
    prefix = random.integers(0, VOCABULARY, shared)
    return [
        Prompt(
            tuple(int(t) for t in (*prefix, *random.integers(0, VOCABULARY, 1 + 3 * index))),
            max_tokens=max_tokens,
            timeout_s=HOUR,
            seed=7,
        )
        for index in range(count)
    ]


def tokens_of(continuations: Sequence[Continuation]) -> list[tuple[int, ...]]:
    """Return what was written."""
    return [continuation.tokens for continuation in continuations]


def with_clock(tiny: StoredModel) -> LlamaWriter:
    """Return a writer whose clock gains a second at each look."""
    file = endless(tiny)
    ticks = itertools.count()
    return LlamaWriter(LlamaModel(tiny, file), file, clock=lambda: float(next(ticks)))


def with_tensor(stored: StoredModel, name: str, values: FloatArray) -> StoredModel:
    """Return a model with another tensor that is in memory alone."""
    kind, data = gguf.GGMLQuantizationType.F32, values.view(np.uint8)
    tensor = replace(stored.tensors["token_embd.weight"], name=name, encoding=kind, data=data)
    return replace(stored, tensors={**stored.tensors, name: tensor})


# ---- against numpy ----
def test_logits_equal_numpy(writer: LlamaWriter, reference: Writer) -> None:
    """In float32 the logits of both engines differ by less than a thousandth."""
    for prompt in random_prompts(6, shared=20):
        ours = reference.scores(prompt.tokens)
        np.testing.assert_allclose(writer.scores(prompt.tokens), ours, atol=1e-3)


@pytest.mark.parametrize("count", [1, 3, 256, 257, 300])
def test_logits_after_the_last_tokens_come_in_one_reading(tmp_path: Path, count: int) -> None:
    """Row i is what `scores` gives after the tokens up to it, wherever the passes are cut."""
    stored = stored_tiny(tmp_path, TinyModel(context_length=300))
    tokens = np.random.default_rng(0).integers(0, VOCABULARY, 300).tolist()
    with load_llama_cpp(stored, interpret(stored), exact=True) as writer:
        rows = writer.last_scores(tokens, count)
        assert rows.shape == (count, VOCABULARY)
        for index in {0, count // 2, count - 1}:
            alone = writer.scores(tokens[: 301 - count + index])
            np.testing.assert_allclose(rows[index], alone, atol=1e-3)


def test_logits_with_narrow_keys_and_values_are_near(tiny: StoredModel, reference: Writer) -> None:
    """Keys, values and sums of 16 bits, as they are outside of tests, move logits by hundredths."""
    with load_llama_cpp(tiny, interpret(tiny)) as narrow:
        for prompt in random_prompts(6, shared=20):
            ours = reference.scores(prompt.tokens)
            np.testing.assert_allclose(narrow.scores(prompt.tokens), ours, atol=0.1)


@pytest.mark.parametrize("shared", [0, 1, 11])
def test_batches_write_what_numpy_writes(tiny: StoredModel, reference: Writer, shared: int) -> None:
    """Shared prefix, slots that move and stop tokens: texts and reasons are those of numpy."""
    limits = (20, 8, 14, 5, 17, 11)  # they leave at different times
    prompts = [
        replace(prompt, max_tokens=limit)
        for prompt, limit in zip(random_prompts(6, shared=shared), limits, strict=True)
    ]
    free = tokens_of(reference.generate(prompts))
    file = endless(tiny, frozenset(text[len(text) // 3] for text in free[::2]))
    ours = load_numpy(tiny, file).generate(prompts)
    with load_llama_cpp(tiny, file, exact=True) as writer:
        theirs = writer.generate(prompts)
    assert tokens_of(theirs) == tokens_of(ours)
    assert [one.finish_reason for one in theirs] == [one.finish_reason for one in ours]
    assert {one.finish_reason for one in ours} == {FinishReason.STOP, FinishReason.LENGTH}


@pytest.mark.parametrize(("top_k", "top_p"), [(0, 1.0), (5, 1.0), (0, 0.7), (8, 0.9)])
def test_draws_are_those_of_numpy(
    writer: LlamaWriter, reference: Writer, top_k: int, top_p: float
) -> None:
    """Equal logits give equal draws: temperature, top-k, top-p and seed mean the same in both."""
    prompts = [
        replace(prompt, temperature=0.8, top_k=top_k, top_p=top_p)
        for prompt in random_prompts(5, shared=3)
    ]
    theirs = tokens_of(writer.generate(prompts))
    assert theirs == tokens_of(reference.generate(prompts))
    assert theirs != tokens_of(writer.generate([replace(p, seed=8) for p in prompts]))


def test_draws_do_not_depend_on_batch_mates(writer: LlamaWriter) -> None:
    """A sampled sequence is the same alone and at another place of a batch."""
    prompts = [replace(prompt, temperature=0.8) for prompt in random_prompts(4)]
    alone = [tokens_of(writer.generate([prompt]))[0] for prompt in prompts]
    assert tokens_of(writer.generate(prompts[::-1])) == alone[::-1]


# ---- how sequences end ----
def test_full_context_is_length(writer: LlamaWriter) -> None:
    """A text that fills the context ends with LENGTH, however many tokens were asked for."""
    [written] = writer.generate([Prompt(tuple(range(60)), max_tokens=1000, timeout_s=HOUR)])
    assert len(written.tokens) == 4
    assert written.finish_reason is FinishReason.LENGTH


@pytest.mark.parametrize("length", [0, 64, 65])
def test_prompts_without_room_are_a_callers_error(writer: LlamaWriter, length: int) -> None:
    """Empty prompts, and those that leave no room, are refused before anything runs."""
    with pytest.raises(ValueError, match=f"a prompt of {length} tokens, not 1 to 63"):
        writer.generate([Prompt((1,) * length, max_tokens=5, timeout_s=HOUR)])


def test_nothing_gives_nothing(writer: LlamaWriter) -> None:
    """An empty batch is no fault; scores after nothing are."""
    assert writer.generate([]) == []
    for length in (0, 65):
        with pytest.raises(ValueError, match=f"{length} tokens, not 1 to 64"):
            writer.scores([1] * length)


def test_each_prompt_has_its_own_time_limit(tiny: StoredModel) -> None:
    """With a clock that gains a second a look, the impatient stops early and the other goes on."""
    prompts = [replace(p, timeout_s=t) for p, t in zip(random_prompts(2), (6, HOUR), strict=True)]
    with with_clock(tiny) as writer:
        impatient, patient = writer.generate(prompts)
    assert impatient.finish_reason is FinishReason.TIMEOUT
    assert 0 < len(impatient.tokens) < len(patient.tokens)
    assert patient.finish_reason is FinishReason.LENGTH


def test_time_over_while_reading_prompts_is_a_timeout(tiny: StoredModel) -> None:
    """A batch whose prompts take all its time is given up between them, with nothing written."""
    prompts = [replace(prompt, timeout_s=0.5) for prompt in random_prompts(4)]
    with with_clock(tiny) as writer:
        written = writer.generate(prompts)
        assert {one.finish_reason for one in written} == {FinishReason.TIMEOUT}
        assert {one.tokens for one in written} == {()}
        assert len(writer.generate(random_prompts(1))[0].tokens) == 20, "the next batch is whole"


def test_time_adds_up_and_each_end_is_heard(writer: LlamaWriter) -> None:
    """All shares together are the time of the batch, and the hook hears of every end once."""
    heard: list[int] = []
    prompts = [replace(p, max_tokens=1 + i // 2) for i, p in enumerate(random_prompts(5))]
    written = writer.generate(prompts, heard.append)
    assert heard == [2, 2, 1]
    longest = max(one.latency_s for one in written)
    assert sum(one.machine_s for one in written) == pytest.approx(longest)
    assert all(0 < one.first_token_s <= one.latency_s for one in written)


def test_a_reply_that_repeats_itself_is_ended(tmp_path: Path) -> None:
    """A loop ends as REPETITION unless that is switched off; the head exists in memory alone."""
    stored = stored_tiny(tmp_path, TinyModel(context_length=512))
    zeros = np.zeros_like(stored.tensors["token_embd.weight"].values())  # always token 0
    looping = with_tensor(stored, "output.weight", zeros)
    prompt = Prompt((5, 6), max_tokens=200, timeout_s=HOUR)
    with load_llama_cpp(looping, endless(looping)) as writer:
        first, second = writer.generate([prompt, replace(prompt, stop_repetition=False)])
    assert (first.finish_reason, len(first.tokens)) == (FinishReason.REPETITION, 128)
    assert (second.finish_reason, len(second.tokens)) == (FinishReason.LENGTH, 200)


# ---- from a file that does not exist ----
@given(
    st.lists(st.binary(min_size=1, max_size=70), min_size=1),
    st.lists(st.tuples(st.integers(-80, 300), st.sampled_from([0, 1, 2]), st.integers(0, 90))),
)
def test_spliced_parts_read_as_one_file(
    parts: list[bytes], moves: list[tuple[int, int, int]]
) -> None:
    """Seeks and reads give what a plain file of the padded parts gives."""
    plain = io.BytesIO(b"".join(part + bytes(-len(part) % 32) for part in parts))
    spliced = SplicedFile([np.frombuffer(part, np.uint8) for part in parts])
    for offset, whence, size in moves:
        base = (0, plain.tell(), len(plain.getvalue()))[whence]
        place = spliced.seek(offset, whence)
        assert place == base + offset
        if place >= 0:
            plain.seek(place)
        buffer = np.full(size + 1, 7, np.uint8)
        count = spliced.read(buffer.ctypes.data, size)
        assert buffer[:count].tobytes() == plain.read(size)
        assert set(buffer[count:].tolist()) == {7}, "nothing is written behind what was read"


def test_what_llama_cpp_is_shown_is_gguf_without_words(tiny: StoredModel, tmp_path: Path) -> None:
    """The file in memory is a GGUF file with the same tensors, the shape, and no vocabulary."""
    parts = gguf_parts(tiny, interpret(tiny))
    path = tmp_path / "shown.gguf"
    path.write_bytes(b"".join(part.tobytes() + bytes(-part.nbytes % 32) for part in parts))
    shown = read_stored(path)
    assert {name for name in shown.keys if name.startswith("tokenizer.")} == {
        "tokenizer.ggml.model"
    }
    assert shown.keys["llama.block_count"] == tiny.keys["llama.block_count"]
    assert list(shown.tensors) == list(tiny.tensors)
    for name, tensor in tiny.tensors.items():
        assert shown.tensors[name].shape == tensor.shape
        np.testing.assert_array_equal(shown.tensors[name].data, tensor.data)


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0"])
def test_logits_equal_those_of_the_file_itself(tmp_path: Path, kind: str) -> None:
    """In every encoding, repacked or not, the bits are those of llama.cpp loading the file."""
    encoding = gguf.GGMLQuantizationType[kind]
    stored = stored_tiny(tmp_path, TinyModel(quantisation=encoding, context_length=256))
    tokens = random_prompts(3)[2].tokens
    with load_llama_cpp(stored, interpret(stored), exact=True) as writer:
        ours = writer.scores(tokens)
    np.testing.assert_array_equal(ours, logits_of_file(stored.path, tokens))


def logits_of_file(path: Path, tokens: Sequence[int]) -> FloatArray:
    """Return the logits [V] after some tokens, by llama-cpp-python's own class."""
    llama: Any = llama_cpp.Llama(
        str(path),
        n_ctx=256,
        n_ubatch=256,
        n_threads=len(os.sched_getaffinity(0)),
        n_threads_batch=len(os.sched_getaffinity(0)),
        logits_all=False,
        type_k=llama_cpp.GGML_TYPE_F32,
        type_v=llama_cpp.GGML_TYPE_F32,
        flash_attn=False,
        verbose=False,
    )
    llama.eval(tokens)
    pointer = llama_cpp.llama_get_logits_ith(llama.ctx, -1)
    scores: FloatArray = np.ctypeslib.as_array(pointer, (llama.n_vocab(),)).copy()
    llama.close()
    return scores


def test_a_model_that_llama_cpp_refuses_is_a_fault_of_the_file(
    tiny: StoredModel, capfd: pytest.CaptureFixture[str]
) -> None:
    """The reason is llama.cpp's own, in a fault of two lines, and the terminal stays clean."""
    keys = {**tiny.keys, "llama.block_count": KeyValue("two", gguf.GGUFValueType.STRING)}
    with pytest.raises(ModelFormatError, match=r"llama.cpp refuses the model: .*block_count.*\n"):
        load_llama_cpp(replace(tiny, keys=keys), interpret(tiny))
    assert capfd.readouterr() == ("", "")


HOSTILE = """
import itertools, sys
from dataclasses import replace
from pathlib import Path
from gguf import GGUFValueType as Kind
from sse_steps.errors import UserError
from sse_steps.infer.decoding import Prompt
from sse_steps.infer.llama_cpp_engine import load_llama_cpp
from sse_steps.models.model_file import interpret, read_stored
from sse_steps.models.stored_model import KeyValue

names = ("expert_used_count", "expert_count", "attention.value_length", "rope.scaling.type",
    "rope.dimension_count", "attention.sliding_window", "attention.head_count_kv")
values = (KeyValue(0, Kind.UINT32), KeyValue(2**32 - 1, Kind.UINT32), KeyValue(-1, Kind.INT32),
    KeyValue("longrope", Kind.STRING), KeyValue([], Kind.ARRAY, Kind.UINT32),
    KeyValue([True, False], Kind.ARRAY, Kind.BOOL), KeyValue(float("nan"), Kind.FLOAT32))
stored, ends = read_stored(Path(sys.argv[1])), []
for name, value in itertools.product(names, values):
    hostile = replace(stored, keys={**stored.keys, f"llama.{name}": value})
    try:
        with load_llama_cpp(hostile, interpret(hostile)) as writer:
            writer.generate([Prompt((1, 2, 3), max_tokens=2, timeout_s=60.0)])
        ends.append("ran")
    except UserError:
        ends.append("refused")
print(ends.count("ran") + ends.count("refused"), len(set(ends)))
"""


@pytest.mark.slow
def test_hostile_keys_do_not_end_the_process(tiny: StoredModel) -> None:
    """Values at which llama.cpp would abort are refused or never shown to it."""
    command = [sys.executable, "-c", HOSTILE, str(tiny.path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["49", "2"]


def test_nothing_is_said_on_the_terminal(
    tiny: StoredModel, capfd: pytest.CaptureFixture[str]
) -> None:
    """Loading and writing are silent."""
    with load_llama_cpp(tiny, interpret(tiny)) as writer:
        writer.generate(random_prompts(2))
    assert capfd.readouterr() == ("", "")


def test_too_many_sequences_are_an_error_with_a_remedy(writer: LlamaWriter) -> None:
    """More sequences than llama.cpp can hold are refused with its reason and what to do."""
    with pytest.raises(EngineError, match=r"300 sequences of .*256.*\nLower batch_size"):
        writer.generate([Prompt((1, 2), max_tokens=1, timeout_s=HOUR)] * 300)


def test_tokens_that_are_none_are_an_error(writer: LlamaWriter) -> None:
    """A token beyond the vocabulary is llama.cpp's to refuse; the writer can be used again."""
    with pytest.raises(EngineError, match="stopped with code -1"):
        writer.scores([1, VOCABULARY])
    assert np.isfinite(writer.scores([1, 2])).all()


def test_several_models_live_and_die_apart(tiny: StoredModel, reference: Writer) -> None:
    """Closing one of two models, twice even, leaves the other as it was."""
    first, second = (load_llama_cpp(tiny, endless(tiny), exact=True) for _ in range(2))
    first.close()
    first.close()
    [prompt] = random_prompts(1)
    assert tokens_of(second.generate([prompt])) == tokens_of(reference.generate([prompt]))
    second.close()


# ---- as an engine ----
def request(user: str) -> Request:
    """Return a request."""
    return Request(Example("id", 1, "", ()), "Be brief.", user)


def test_replies_are_those_of_the_numpy_engine_in_form(tiny: StoredModel) -> None:
    """Batches, counts, times, the cold first batch and a prompt that is too long."""
    engine = llama_cpp_engine(tiny.path, batch_size=2)
    sampling = Sampling(temperature=0.0, max_tokens=5, timeout_s=HOUR)
    requests = [request("a"), request("x" * 100), request("b")]
    first, second = engine.complete(requests, sampling, on_finish=lambda _: None)
    assert [reply.finish_reason for reply in (*first, *second)] == [
        FinishReason.LENGTH,
        FinishReason.CONTEXT_OVERFLOW,
        FinishReason.LENGTH,
    ]
    assert [reply.cold for reply in (*first, *second)] == [True, True, False]
    assert first[0].completion_tokens == 5
    assert 0 < (first[0].time_to_first_token_s or 0) <= first[0].latency_s
    assert engine.version.startswith(f"llama_cpp {llama_cpp.__version__} / sse ")


HIDE = """
import sys
from importlib.machinery import PathFinder
class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, *rest):
        return None if name.startswith("llama_cpp") else PathFinder.find_spec(name, *rest)
    @classmethod
    def find_distributions(cls, *rest):
        found = PathFinder.find_distributions(*rest)
        return (each for each in found if "llama" not in each.metadata["Name"].lower())
sys.meta_path[:] = [Hiding if each is PathFinder else each for each in sys.meta_path]
from pathlib import Path
from sse_steps.errors import EngineMissingError
from sse_steps.infer.llama_cpp_engine import llama_cpp_engine, load_llama_cpp
for call in (lambda: llama_cpp_engine(Path("m.gguf")), lambda: load_llama_cpp(None, None)):
    try:
        call()
    except EngineMissingError as error:
        print(error)
"""


def test_a_missing_package_is_said_in_two_lines() -> None:
    """Without llama-cpp-python the engine says what is missing and how to install it."""
    done = subprocess.run(
        [sys.executable, "-c", HIDE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wrong, remedy = done.stdout.splitlines()[:2]
    assert "needs the package llama-cpp-python, which is not installed" in wrong
    assert remedy == "Install it: pip install 'single-shot-eval[llama]'"
    assert done.stdout.splitlines()[2:] == [wrong, remedy]


# ---- a real model ----
@pytest.fixture(scope="module")
def real(smollm2_path: Path) -> StoredModel:
    """Return a real model, read but not loaded."""
    return read_stored(smollm2_path)


def questions(stored: StoredModel, *, count: int = 24) -> list[Prompt]:
    """Return the questions as user turns."""
    tokenizer = Tokenizer(interpret(stored).tokenizer)

    def render(texts: Sequence[str]) -> str:
        return f"<|im_start|>user\n{texts[0]}<|im_end|>\n<|im_start|>assistant\n"

    ids = (tuple(tokenizer.encode_chat((text,), render)) for text in QUESTIONS)
    return [Prompt(tokens, max_tokens=count, timeout_s=HOUR) for tokens in ids]


def gap(writer: Writer, prompt: Prompt, ours: Sequence[int], theirs: Sequence[int]) -> float:
    """Return by how much a writer prefers its token where two texts part; 0 where they do not."""
    pairs = itertools.zip_longest(ours, theirs)
    place = next((i for i, (mine, other) in enumerate(pairs) if mine != other), None)
    if place is None:
        return 0.0
    scores = writer.scores((*prompt.tokens, *ours[:place]))
    mine, other = (text[place] if place < len(text) else END for text in (ours, theirs))
    return abs(float(scores[mine] - scores[other]))


@pytest.mark.slow
def test_greedy_texts_equal_llama_cpps_own_interface(real: StoredModel) -> None:
    """One at a time, with the same settings, the tokens are those of llama-cpp-python's class."""
    llama: Any = llama_cpp.Llama(
        str(real.path),
        n_ctx=1024,
        n_ubatch=256,
        n_batch=256,
        n_threads=len(os.sched_getaffinity(0)),
        n_threads_batch=len(os.sched_getaffinity(0)),
        flash_attn=True,
        verbose=False,
    )
    with load_llama_cpp(real, interpret(real)) as writer:
        stops = interpret(real).tokenizer.stop_ids
        for prompt in questions(real):
            stream = llama.generate(prompt.tokens, temp=0.0, repeat_penalty=1.0)
            first = itertools.takewhile(lambda token: token not in stops, stream)
            theirs = tuple(itertools.islice(first, prompt.max_tokens))
            [ours] = writer.generate([prompt])
            assert gap(writer, prompt, ours.tokens, theirs) < 0.05
    llama.close()


@pytest.mark.slow
def test_batches_of_eight_equal_one_at_a_time(real: StoredModel) -> None:
    """In a batch the tokens are those written alone, up to where two logits nearly tie."""
    prompts = questions(real)
    with load_llama_cpp(real, interpret(real)) as writer:
        together = writer.generate(prompts)
        assert tokens_of(writer.generate(prompts)) == tokens_of(together), "same batch, same texts"
        for prompt, batched in zip(prompts, together, strict=True):
            [alone] = writer.generate([prompt])
            assert gap(writer, prompt, alone.tokens, batched.tokens) < 0.5


MEASURE = """
import gc, json, sys
from pathlib import Path
from sse_steps.infer.llama_cpp_engine import load_llama_cpp
from sse_steps.models.model_file import ModelFile, interpret, read_stored

def figures():
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    kinds = ("RssAnon", "RssFile")
    found = {line[:7]: int(line.split()[1]) << 10 for line in lines if line[:7] in kinds}
    io = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return found | {"written": int(io["wchar"])}

def load():
    stored = read_stored(Path(sys.argv[1]))
    return load_llama_cpp(stored, interpret(stored))

load().close()  # code and tables of the library, once
seen = [figures()]
writer = load()
writer.scores([1, 2, 3])
seen.append(figures())
writer.close()
writer = load()
del writer  # never closed
seen.append(figures())
print(json.dumps(seen))
"""


@pytest.mark.slow
def test_weights_are_in_memory_once_and_on_no_disk(smollm2_path: Path) -> None:
    """A loaded model costs its size in memory, writes nothing, and is freed closed or forgotten."""
    command = [sys.executable, "-c", MEASURE, str(smollm2_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    before, loaded, after = json.loads(done.stdout)
    size = smollm2_path.stat().st_size
    assert loaded["written"] - before["written"] < 4096
    assert 0.8 * size < loaded["RssAnon"] - before["RssAnon"] < 1.2 * size
    assert loaded["RssFile"] < before["RssFile"] + size / 10, "the mapped file is let go"
    assert after["RssAnon"] - before["RssAnon"] < size / 2
