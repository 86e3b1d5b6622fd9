"""Typed frames: what the judge sends comes back, and hostile bytes do no harm."""

from __future__ import annotations

import math
import struct
import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sse_steps.rust.compare import equal
from sse_steps.rust.frames import (
    Failed,
    FrameError,
    Unordered,
    UnrepresentableError,
    decode,
    encode,
)

INTEGERS = st.integers(-(2**127), 2**127 - 1)
TEXTS = st.text(max_size=8)
KEYS = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
PLAIN: st.SearchStrategy[object] = st.recursive(
    KEYS | st.frozensets(KEYS, max_size=3) | st.sets(KEYS, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=15,
)


def kinds(value: object) -> object:
    """Return the shape of a value with the type of each part, sets as frozensets."""
    if isinstance(value, dict):
        return [(kinds(key), kinds(item)) for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return frozenset(map(repr, value))
    if isinstance(value, list | tuple):
        return type(value), [kinds(item) for item in value]
    return type(value), repr(value)


def plain(value: object) -> object:
    """Return a decoded value with its sets and maps as Python's own."""
    if isinstance(value, Unordered) and value.is_map:
        pairs = [item for item in value.items if isinstance(item, tuple)]
        return {plain(key): plain(item) for key, item in pairs}
    if isinstance(value, Unordered):
        return {plain(item) for item in value.items}
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    return value


@given(PLAIN)
def test_plain_data_survives_a_frame(value: object) -> None:
    """Any plain value comes back equal, each part of the type that it had."""
    answer = plain(decode(encode(value)))
    assert answer == value
    assert kinds(answer) == kinds(value)


def test_nan_and_negative_zero_survive() -> None:
    """Floats travel bit by bit."""
    answer = decode(encode([math.nan, -0.0, math.inf]))
    assert repr(answer) == "[nan, -0.0, inf]"


@pytest.mark.parametrize("value", [2**127 - 1, -(2**127), 2**127, 2**128 - 1])
def test_integers_of_128_bits_survive(value: int) -> None:
    """The widest integers of Rust are carried."""
    assert decode(encode(value)) == value


@pytest.mark.parametrize("value", [2**128, -(2**127) - 1, object(), b"x", [1j], {"a": range(2)}])
def test_other_values_cannot_be_sent(value: object) -> None:
    """What the protocol has no bytes for raises instead of becoming something else."""
    with pytest.raises(UnrepresentableError):
        encode(value)


@given(st.binary(max_size=60))
@example(b"")
@example(b"s\x01\x00\x00\x00\xff")
@example(b"i\x00")
@example(b"m\x01\x00\x00\x00m\x00\x00\x00\x00n")
@example(b"u\x01\x00\x00\x00l\x01\x00\x00\x00m\x00\x00\x00\x00")
def test_random_bytes_are_a_value_or_a_frame_error(payload: bytes) -> None:
    """Bytes from anywhere decode to a value or raise FrameError, never anything else."""
    with suppress(FrameError):
        decode(payload)


@given(PLAIN, st.data())
def test_mutated_frames_are_a_value_or_a_frame_error(value: object, data: st.DataObject) -> None:
    """Honest bytes with a few changed, cut or repeated break nothing."""
    payload = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(payload)))
        payload[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    with suppress(FrameError):
        decode(bytes(payload))


@given(PLAIN, st.binary(min_size=1, max_size=4))
def test_bytes_behind_a_value_are_an_error(value: object, more: bytes) -> None:
    """A frame holds one value and nothing behind it."""
    with pytest.raises(FrameError):
        decode(encode(value) + more)


@given(PLAIN, st.data())
def test_a_frame_that_is_cut_is_an_error(value: object, data: st.DataObject) -> None:
    """No beginning of a frame is a frame."""
    payload = encode(value)
    with pytest.raises(FrameError):
        decode(payload[: data.draw(st.integers(0, len(payload) - 1))])


def nested(depth: int) -> bytes:
    """Return the bytes of `depth` lists around a None."""
    return b"l\x01\x00\x00\x00" * depth + b"n"


def test_depth_is_bounded() -> None:
    """Values nested 64 deep decode; deeper ones raise FrameError, never RecursionError."""
    decode(nested(64))
    for depth in (65, 1000, 100_000):
        with pytest.raises(FrameError, match="deep"):
            decode(nested(depth))


@pytest.mark.parametrize("tag", [b"l", b"t", b"u", b"m", b"s"])
def test_counts_are_bounded_by_what_was_received(tag: bytes) -> None:
    """A count beyond the frame raises at once instead of reserving memory for it."""
    started = time.perf_counter()
    with pytest.raises(FrameError, match="count of 4294967295"):
        decode(tag + b"\xff\xff\xff\xff" + b"n" * 100)
    assert time.perf_counter() - started < 1


def test_failed_is_its_own_answer() -> None:
    """An Err is told apart from None and from every value."""
    assert decode(b"e") == Failed()
    assert decode(b"n") is None


def test_sets_and_maps_are_not_hashed() -> None:
    """What is in a set or is a key stays as it was sent: a candidate could make it collide."""
    inner = b"l\x02\x00\x00\x00" + encode(1) + encode(2)
    found = decode(b"u" + struct.pack("<I", 1) + inner)
    assert found == Unordered(([1, 2],), is_map=False)
    found = decode(b"m" + struct.pack("<I", 1) + inner + b"n")
    assert found == Unordered((([1, 2], None),), is_map=True)


@pytest.mark.slow
def test_colliding_items_cost_no_more_than_others() -> None:
    """60,000 integers with one hash in Python are read and compared in seconds, not in minutes."""
    items = [number * (2**61 - 1) for number in range(60_000)]
    payload = b"u" + struct.pack("<I", len(items)) + b"".join(map(encode, items))
    started = time.perf_counter()
    assert not equal({0}, decode(payload))
    assert time.perf_counter() - started < 5
