"""The figures of the precision gate, against scipy and against what they must be."""

from __future__ import annotations

from collections.abc import Callable

import gguf
import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sse_steps.models import precision
from sse_steps.models.convert_gates import PrecisionKept
from sse_steps.models.precision import Encoded, Precision, compare, limit_of
from sse_steps.models.quantization import Quantization
from sse_steps.models.quantize import encoded
from sse_steps.models.stored_model import FloatArray

F32 = gguf.GGMLQuantizationType.F32
# Whole numbers: their float32 sums and multiples are exact, so that equal stays equal.
SMALL = st.integers(-1000, 1000).map(float)
TENSORS = st.integers(1, 40).flatmap(lambda size: arrays(np.float32, size, elements=SMALL))
PAIRS = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        arrays(np.float32, size, elements=SMALL), arrays(np.float32, size, elements=SMALL)
    )
)


def measured(source: FloatArray, written: FloatArray, *, limit: float = 1e-2) -> Precision:
    """Return the figures of two tensors in float32."""
    pair = (Encoded(np.asarray(each).view(np.uint8), F32) for each in (source, written))
    return compare("t", *pair, limit=limit)


def smoothed(values: FloatArray) -> NDArray[np.float64]:
    """Return the distribution that the docstring defines, written down once more: its sum is 1."""
    size = np.abs(values.astype(np.float64))
    weights = size / size.mean() + 1 if size.any() else np.ones(len(size))
    distribution: NDArray[np.float64] = weights / weights.sum()
    return distribution


@given(PAIRS)
def test_divergence_is_scipys(pair: tuple[FloatArray, FloatArray]) -> None:
    """scipy.stats.entropy of the two smoothed distributions is our divergence."""
    expected = scipy.stats.entropy(*map(smoothed, pair))
    assert measured(*pair).kl == pytest.approx(expected, rel=1e-9, abs=1e-13)


@given(PAIRS)
def test_divergence_is_never_below_zero(pair: tuple[FloatArray, FloatArray]) -> None:
    """Gibbs' inequality holds for every pair, zeros among them."""
    assert measured(*pair).kl >= 0


@given(TENSORS, st.integers(1, 1000), st.sampled_from([-1, 1]))
def test_divergence_is_zero_where_equal_up_to_a_factor(
    tensor: FloatArray, factor: int, sign: int
) -> None:
    """A factor leaves no divergence, and shows in scale and cosine."""
    found = measured(tensor, tensor * np.float32(factor * sign))
    assert found.kl < 1e-15
    if tensor.any():
        assert found.scale == pytest.approx(factor)
        assert found.cosine == pytest.approx(sign)


@given(PAIRS)
def test_divergence_is_above_zero_where_not(pair: tuple[FloatArray, FloatArray]) -> None:
    """Two tensors whose distributions differ have a divergence."""
    one, other = map(smoothed, pair)
    if np.abs(one - other).max() > 1e-6:
        assert measured(*pair).kl > 0


@given(TENSORS)
def test_equal_bytes_are_exactly_equal(tensor: FloatArray) -> None:
    """The same bytes give 0, 1 and 1, not what rounding makes of them."""
    found = measured(tensor, tensor.copy())
    assert (found.kl, found.cosine, found.scale) == (0.0, 1.0, 1.0)


def test_equal_values_in_another_encoding_are_exactly_equal() -> None:
    """Half precision widened to float32 has lost nothing."""
    halves = np.random.default_rng(0).standard_normal(1000).astype(np.float16)
    source = Encoded(halves.view(np.uint8), gguf.GGMLQuantizationType.F16)
    written = Encoded(halves.astype(np.float32).view(np.uint8), F32)
    found = compare("t", source, written, limit=1e-7)
    assert found.kl == 0.0
    assert found.within


def test_where_nothing_may_be_lost_the_bytes_decide() -> None:
    """The sign of a zero, and the last bit of a tiny weight, show in no figure and are seen."""
    source = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    source[[0, 1]] = 0.0, 1e-30
    for place, value in ((0, -0.0), (1, np.nextafter(np.float32(1e-30), np.float32(1)))):
        written = source.copy()
        written[place] = value
        found = measured(source, written, limit=0.0)
        assert found.kl == 0.0
        assert found.cosine == pytest.approx(1, abs=1e-15)
        assert found.scale == 1.0
        assert not found.within
        assert not PrecisionKept((found,)).check().passed
    assert measured(source, source.copy(), limit=0.0).within


def test_other_bytes_of_an_unknown_encoding_are_outside() -> None:
    """Where nothing can be decoded, equal bytes pass and others fail the gate, not the program."""
    kind = gguf.GGMLQuantizationType.Q8_1
    zeros, ones = (np.full(36, value, np.uint8) for value in (0, 1))
    assert compare("t", Encoded(zeros, kind), Encoded(zeros.copy(), kind), limit=0.0).within
    assert not compare("t", Encoded(zeros, kind), Encoded(ones, kind), limit=1e-2).within


ENCODINGS = [gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.Q4_0]
WRONG: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "all signs": lambda tensor, _: -tensor,
    "signs of one row in four": lambda tensor, _: np.where(
        np.arange(len(tensor))[:, None] % 4 == 0, -tensor, tensor
    ),
    "a factor of 1.2": lambda tensor, _: tensor * np.float32(1.2),
    "rows shuffled": lambda tensor, _: tensor[::-1],
    "columns shuffled": lambda tensor, _: tensor[:, ::-1],
    "turned": lambda tensor, _: tensor.T,
    "halves of rows not interleaved": lambda tensor, _: (
        tensor.reshape(2, -1, 192).swapaxes(0, 1).reshape(192, 192)
    ),
    "zeros": lambda tensor, _: np.zeros_like(tensor),
    "another tensor": lambda _, other: other,
    "one block late": lambda tensor, _: np.roll(tensor, 32),
    "one row in six lost": lambda tensor, _: np.where(
        np.arange(len(tensor))[:, None] % 6 == 0, 0, tensor
    ),
}


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda each: each.name)
@pytest.mark.parametrize("wrong", [None, *WRONG])
def test_a_wrong_conversion_halts_and_a_right_one_does_not(
    wrong: str | None, encoding: gguf.GGMLQuantizationType
) -> None:
    """Weights encoded as they are pass the gate; what a converter can do wrong does not."""
    random = np.random.default_rng(0)
    tensor, other = random.standard_normal((2, 192, 192), np.float32) / np.float32(50)
    meant = tensor if wrong is None else WRONG[wrong](tensor, other)
    written = encoded(np.ascontiguousarray(meant, np.float32).reshape(-1), encoding)
    limit = limit_of(Quantization.Q4_0, encoding)
    source = Encoded(tensor.reshape(-1).view(np.uint8), F32)
    found = PrecisionKept((compare("t", source, Encoded(written, encoding), limit=limit),)).check()
    assert found.passed == (wrong is None), found.found


def test_tensors_of_zeros_are_defined() -> None:
    """Nothing against nothing is equal; something against nothing is not within any limit."""
    zeros, ones = np.zeros(8, np.float32), np.arange(8, dtype=np.float32)
    assert measured(zeros, -zeros).within
    assert not measured(ones, zeros).within
    assert not measured(zeros, ones).within


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_outside(wrong: float) -> None:
    """One value that is no number is never within a limit."""
    tensor = np.arange(1, 9, dtype=np.float32)
    broken = tensor.copy()
    broken[3] = wrong
    assert not measured(tensor, broken).within
    assert not measured(broken, tensor).within


def test_signs_and_factors_are_outside() -> None:
    """What the divergence cannot see, cosine and scale do."""
    tensor = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    assert measured(tensor, -tensor).kl == 0
    assert not measured(tensor, -tensor).within
    assert not measured(tensor, 2 * tensor).within


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamed in chunks or taken whole, the figures are the same to the last digits."""
    random = np.random.default_rng(1)
    source = random.standard_normal(5000, np.float32)
    written = source + random.standard_normal(5000, np.float32) / np.float32(100)
    whole = measured(source, written)
    monkeypatch.setattr("sse_steps.models.source_model.CHUNK_VALUES", 256)
    parts = measured(source, written)
    assert parts.kl == pytest.approx(whole.kl, rel=1e-12)
    assert parts.cosine == pytest.approx(whole.cosine, rel=1e-12)
    assert parts.scale == pytest.approx(whole.scale, rel=1e-12)


def test_limits_are_those_of_the_design() -> None:
    """fp32 1e-7, fp16 1e-5, q8_0 1e-3, four bits 1e-2, and nothing where nothing is quantised."""
    kinds = gguf.GGMLQuantizationType
    q8_0, q4_k_m = Quantization.Q8_0, Quantization.Q4_K_M
    limits = [limit_of(q8_0, kinds[name]) for name in ("F32", "F16", "Q8_0")]
    assert limits == [1e-7, 1e-5, 1e-3]
    assert [limit_of(q4_k_m, kinds[name]) for name in ("Q4_0", "Q4_K", "Q6_K")] == [1e-2] * 3
    assert (
        limit_of(Quantization.NONE, kinds.F32)
        == precision.limit_of(Quantization.NONE, kinds.Q8_0)
        == 0
    )
