"""Decoding: batches against sequences alone, and every way that a sequence can end."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_model import TinyModel

from sse_steps.infer.attention import Block, Cache
from sse_steps.infer.decoding import Continuation, Prompt, StopTexts, only_repeats
from sse_steps.infer.generation import Generator, chunks, shared_length
from sse_steps.infer.transformer import forward, logits
from sse_steps.infer.weights import Weights, load_weights
from sse_steps.records import FinishReason

HOUR = 3600.0
MODEL = TinyModel(context_length=64)


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Return the weights of a tiny random model."""
    return load_weights(MODEL.hyperparameters, MODEL.tensors())


def random_prompts(count: int, *, shared: int = 0, max_tokens: int = 20) -> list[Prompt]:
    """Return prompts of different lengths that begin with the same `shared` tokens."""
    random = np.random.default_rng(count)
    vocabulary = MODEL.hyperparameters.vocabulary_size
    prefix = random.integers(0, vocabulary, shared)
    prompts = []
    for index in range(count):
        own = random.integers(0, vocabulary, 1 + 3 * index)
        tokens = tuple(int(token) for token in (*prefix, *own))
        prompts.append(Prompt(tokens, max_tokens=max_tokens, timeout_s=HOUR, seed=7))
    return prompts


def slow_greedy(weights: Weights, prompt: Prompt, stop_ids: frozenset[int]) -> list[int]:
    """Take the likeliest token again and again, recomputing the whole text each time."""
    written: list[int] = []
    room = min(prompt.max_tokens, weights.model.context_length - len(prompt.tokens))
    while len(written) < room:
        text = np.array([*prompt.tokens, *written])
        cache = Cache.empty(weights.model, slots=1, capacity=len(text))
        block = Block(slice(0, len(text)), slice(0, 1), np.arange(len(text))[None])
        token = int(logits(weights, forward(weights, cache, text, [block]))[-1].argmax())
        if token in stop_ids:
            break
        written.append(token)
    return written


def tokens_of(continuations: list[Continuation]) -> list[list[int]]:
    """Return what was written."""
    return [list(continuation.tokens) for continuation in continuations]


@pytest.mark.parametrize("shared", [0, 1, 11])
@pytest.mark.parametrize("chunk", [5, 256])
def test_batch_equals_recomputing_each_alone(weights: Weights, shared: int, chunk: int) -> None:
    """A batch with cache, shared prefix and compaction writes what the slow version writes."""
    limits = (20, 8, 14, 5, 17, 11)  # they leave at different times, the last and first alike
    prompts = [
        replace(prompt, max_tokens=limit)
        for prompt, limit in zip(random_prompts(6, shared=shared), limits, strict=True)
    ]
    slow = [slow_greedy(weights, prompt, frozenset()) for prompt in prompts]
    stop_ids = frozenset(tokens[len(tokens) // 3] for tokens in slow[::2])
    expected = [slow_greedy(weights, prompt, stop_ids) for prompt in prompts]
    generator = Generator(weights, stop_ids, chunk=chunk)
    assert tokens_of(generator.generate(prompts)) == expected


def test_identical_prompts_share_all_but_one_token(weights: Weights) -> None:
    """Prompts that are the same to the end still get a token of their own to continue from."""
    [prompt] = random_prompts(1, shared=9)
    together = tokens_of(Generator(weights, frozenset()).generate([prompt] * 3))
    assert together == [slow_greedy(weights, prompt, frozenset())] * 3


def test_same_batch_gives_the_same_bytes(weights: Weights) -> None:
    """Nothing in a batch depends on the clock or on earlier batches."""
    prompts = [replace(prompt, temperature=1.0) for prompt in random_prompts(4)]
    generator = Generator(weights, frozenset())
    first = tokens_of(generator.generate(prompts))
    generator.generate(random_prompts(2))
    assert tokens_of(generator.generate(prompts)) == first


def test_stop_token_ends_a_sequence_and_is_not_written(weights: Weights) -> None:
    """The stop token is no part of the text, and the reason is STOP."""
    [prompt] = random_prompts(1)
    free = slow_greedy(weights, prompt, frozenset())
    [stopped] = Generator(weights, frozenset([free[4]])).generate([prompt])
    assert list(stopped.tokens) == free[: free.index(free[4])]
    assert stopped.finish_reason is FinishReason.STOP


def test_max_tokens_is_kept_to_each_prompt(weights: Weights) -> None:
    """Each prompt has its own limit, and reaching it is LENGTH."""
    prompts = [replace(p, max_tokens=1 + i) for i, p in enumerate(random_prompts(3))]
    written = Generator(weights, frozenset()).generate(prompts)
    assert [len(one.tokens) for one in written] == [1, 2, 3]
    assert {one.finish_reason for one in written} == {FinishReason.LENGTH}


def test_stop_text_ends_a_sequence_as_soon_as_it_is_whole(weights: Weights) -> None:
    """A text that straddles tokens ends its sequence; the batch mate without one goes on."""
    [prompt] = random_prompts(1)
    free = slow_greedy(weights, prompt, frozenset())
    stop = StopTexts((f"{free[6]},{free[7]},".encode(),), lambda token: f"{token},".encode())
    stopping = replace(prompt, stop=stop)
    stopped, other = Generator(weights, frozenset()).generate([stopping, prompt])
    assert list(stopped.tokens) == free[:8]
    assert stopped.finish_reason is FinishReason.STOP
    assert list(other.tokens) == free


def test_last_scores_are_the_scores_of_shorter_texts(weights: Weights) -> None:
    """The scores after each of the last tokens, in one reading, are those of texts cut there."""
    text = [int(token) for token in np.random.default_rng(0).integers(0, 200, 23)]
    generator = Generator(weights, frozenset(), chunk=7)
    together = generator.last_scores(text, 4)
    apart = [generator.scores(text[:end]) for end in (20, 21, 22, 23)]
    np.testing.assert_allclose(together, apart, atol=1e-4)


@pytest.mark.parametrize("length", [0, 65])
def test_scores_beyond_the_context_are_a_callers_error(weights: Weights, length: int) -> None:
    """A text that is empty or longer than the context has no scores."""
    with pytest.raises(ValueError, match=f"{length} tokens, not 1 to 64"):
        Generator(weights, frozenset()).scores([1] * length)


def test_full_context_is_length(weights: Weights) -> None:
    """A text that fills the context ends with LENGTH, however many tokens were asked for."""
    prompt = Prompt(tuple(range(60)), max_tokens=1000, timeout_s=HOUR)
    [written] = Generator(weights, frozenset()).generate([prompt])
    assert len(written.tokens) == 4
    assert written.finish_reason is FinishReason.LENGTH


@pytest.mark.parametrize("length", [0, 64, 65])
def test_prompts_without_room_are_a_callers_error(weights: Weights, length: int) -> None:
    """Empty prompts, and those that leave no room, are refused before anything runs."""
    prompt = Prompt(tuple([1] * length), max_tokens=5, timeout_s=HOUR)
    with pytest.raises(ValueError, match=f"a prompt of {length} tokens, not 1 to 63"):
        Generator(weights, frozenset()).generate([prompt])


def test_no_prompts_give_no_continuations(weights: Weights) -> None:
    """An empty batch is no fault."""
    assert Generator(weights, frozenset()).generate([]) == []


def test_each_prompt_has_its_own_time_limit(weights: Weights) -> None:
    """With a clock that gains a second a look, the impatient stops early and the others go on."""
    ticks = itertools.count()
    prompts = [replace(p, timeout_s=t) for p, t in zip(random_prompts(2), (6, HOUR), strict=True)]
    impatient, patient = Generator(weights, frozenset(), clock=lambda: float(next(ticks))).generate(
        prompts
    )
    assert impatient.finish_reason is FinishReason.TIMEOUT
    assert 0 < len(impatient.tokens) < len(patient.tokens)
    assert patient.finish_reason is FinishReason.LENGTH


def test_time_over_while_reading_prompts_is_a_timeout(weights: Weights) -> None:
    """A batch whose prompts take all its time is given up between chunks, with nothing written."""
    ticks = itertools.count()
    prompts = [replace(prompt, timeout_s=0.5) for prompt in random_prompts(4)]
    written = Generator(weights, frozenset(), clock=lambda: float(next(ticks)), chunk=2).generate(
        prompts
    )
    assert {one.finish_reason for one in written} == {FinishReason.TIMEOUT}
    assert {one.tokens for one in written} == {()}


def test_machine_time_adds_up_to_the_batch(weights: Weights) -> None:
    """All shares together are the time of the batch, and the last latency is all of it."""
    prompts = [replace(p, max_tokens=1 + 4 * i) for i, p in enumerate(random_prompts(4))]
    written = Generator(weights, frozenset()).generate(prompts)
    longest = max(one.latency_s for one in written)
    assert sum(one.machine_s for one in written) == pytest.approx(longest)
    assert [one.latency_s for one in written] == sorted(one.latency_s for one in written)


def test_long_prompts_pay_more_than_short_ones(weights: Weights) -> None:
    """Reading is charged by tokens, where a shared prefix is split evenly."""
    ticks = itertools.count()
    short, long = (Prompt(tuple(range(n)), max_tokens=1, timeout_s=HOUR) for n in (12, 32))
    written = Generator(weights, frozenset(), clock=lambda: float(next(ticks))).generate(
        [short, long]
    )
    shared, (own_short, own_long) = 11, (1, 21)
    assert written[0].machine_s / written[1].machine_s == pytest.approx(
        (shared / 2 + own_short) / (shared / 2 + own_long)
    )


def test_finished_sequences_are_reported(weights: Weights) -> None:
    """The hook hears of every sequence once."""
    heard: list[int] = []
    prompts = [replace(p, max_tokens=1 + i // 2) for i, p in enumerate(random_prompts(5))]
    Generator(weights, frozenset()).generate(prompts, heard.append)
    assert heard == [2, 2, 1]


def test_draws_do_not_depend_on_batch_mates(weights: Weights) -> None:
    """A sampled sequence is the same alone, in a batch, and at another place of the batch."""
    prompts = [replace(prompt, temperature=0.8) for prompt in random_prompts(4)]
    generator = Generator(weights, frozenset())
    alone = [tokens_of(generator.generate([prompt]))[0] for prompt in prompts]
    assert tokens_of(generator.generate(prompts)) == alone
    assert tokens_of(generator.generate(prompts[::-1])) == alone[::-1]


def test_seeds_change_the_draws(weights: Weights) -> None:
    """Another seed writes another text; at temperature 0 the seed has no say."""
    [prompt] = random_prompts(1)
    generator = Generator(weights, frozenset())
    for temperature, differing in ((1.0, 3), (0.0, 1)):
        texts = {
            generator.generate([replace(prompt, seed=seed, temperature=temperature)])[0].tokens
            for seed in range(3)
        }
        assert len(texts) == differing


@given(st.lists(st.lists(st.integers(0, 1), min_size=1), min_size=1))
def test_shared_length_leaves_one_token_to_each(prompts: list[list[int]]) -> None:
    """The shared part is common to all, cannot be longer, and is shorter than every prompt."""
    length = shared_length(prompts)
    assert len({tuple(prompt[:length]) for prompt in prompts}) == 1
    longer = {tuple(prompt[: length + 1]) for prompt in prompts}
    assert length == min(map(len, prompts)) - 1 or len(longer) > 1


@given(st.lists(st.integers(0, 30)), st.integers(1, 12))
def test_chunks_cover_everything_in_order(lengths: list[int], size: int) -> None:
    """Passes hold every position once, in order, and only the last has fewer rows than allowed."""
    passes = list(chunks(lengths, size))
    covered = [(slot, position) for spans in passes for slot, span in spans for position in span]
    assert covered == [(slot, i) for slot, length in enumerate(lengths) for i in range(length)]
    rows = [sum(len(span) for _, span in spans) for spans in passes]
    assert all(count == size for count in rows[:-1])
    assert all(0 < count <= size for count in rows)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([7] * 128, True),
        ([7] * 127, False),
        (list(range(42)) * 4, True),
        (list(range(43)) * 4, False),
        ([*range(500), *([1, 2, 3] * 43)], True),
        ([*([1, 2, 3] * 43), 4], False),
    ],
)
def test_only_long_runs_of_short_patterns_count_as_repetition(
    tokens: list[int], *, expected: bool
) -> None:
    """A reply counts as repeating itself when its last 128 tokens have a period of at most 42."""
    assert only_repeats(tokens) is expected


def test_a_reply_that_repeats_itself_is_ended(weights: Weights) -> None:
    """A loop ends the reply as REPETITION, unless that is switched off."""
    wide = replace(weights.model, context_length=512)
    looping = replace(weights, model=wide, head=np.zeros_like(weights.head))  # always token 0
    prompt = Prompt((5, 6), max_tokens=200, timeout_s=1e9)
    endless = replace(prompt, stop_repetition=False)
    first, second = Generator(looping, frozenset()).generate([prompt, endless])
    assert (first.finish_reason, len(first.tokens)) == (FinishReason.REPETITION, 128)
    assert (second.finish_reason, len(second.tokens)) == (FinishReason.LENGTH, 200)
