"""How far a converted tensor is from its source, in three figures.

**Divergence.** The absolute values of a tensor, divided by their sum, are a distribution over its
places; the Kullback-Leibler divergence (Kullback and Leibler 1951, "On information and
sufficiency", doi:10.1214/aoms/1177729694, eq. 2.4) says what is lost by taking the written one, Q,
for the source's, P:

    KL(P || Q) = sum_i p_i ln(p_i / q_i)

Every coarse encoding rounds small weights to zero, where q_i = 0 makes this infinite. So each place
gets a pseudo-weight of one mean absolute value before the division (additive smoothing with one
count a place, Laplace's rule of succession):

    p_i = (|a_i| / mean |a| + 1) / 2n

It stays zero where two tensors are equal up to a factor and above zero where not, and it is finite.
A tensor of zeros counts as uniform. A smaller pseudo-weight would measure mostly itself: for 4 bits
the zeroed places then decide the sum (docs/conversion.md has the figures).

The design gives the limits of the divergence and not what is done with zeros. The pseudo-weight is
our choice, made with the figures of correct encodings before us: with it they lie within limits.

**Cosine** sees signs, to which the divergence is blind; **scale**, the quotient of the mean
absolute values, sees a common factor, to which both are. Their limits are our choice too. All three
are means over a tensor: what is wrong with a few rows of a large one can stay within.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import gguf
import numpy as np
from numpy.typing import NDArray

from sse_steps.models.quantization import Quantization
from sse_steps.models.source_model import Bytes, decoded, in_chunks

Encoding = gguf.GGMLQuantizationType
Doubles = NDArray[np.float64]

# FACTS of the design, by what a tensor is written in; the rest are encodings of four bits and more.
_LIMITS: Final = {Encoding.F32: 1e-7, Encoding.F16: 1e-5, Encoding.BF16: 1e-5, Encoding.Q8_0: 1e-3}
_COARSEST: Final = 1e-2


@dataclass(frozen=True, slots=True)
class Precision:
    """A written tensor beside its source."""

    name: str
    encoding: str  # that it is written in
    kl: float  # nats
    cosine: float
    scale: float  # mean absolute value, written by source
    limit: float  # for kl
    same_bytes: bool = False  # in the same encoding

    @property
    def within(self) -> bool:
        """Whether all three figures are as near as the encoding allows.

        A relative error d of every weight makes a divergence of about d squared, so the scale may
        be off by the root of the limit. Neither figure passes where it is no number. Where nothing
        may be lost the bytes decide: a bit of a weight near zero is lost in the figures' rounding.
        """
        if self.same_bytes or self.limit == 0:
            return self.same_bytes
        signs = self.cosine >= 1 - 10 * self.limit
        return self.kl <= self.limit and signs and abs(self.scale - 1) <= self.limit**0.5


@dataclass(frozen=True, slots=True)
class Encoded:
    """A tensor's bytes and what they are."""

    data: Bytes
    encoding: Encoding

    def chunks(self) -> Iterator[Doubles]:
        """Yield the values in order, in float64."""
        for chunk in in_chunks(self.data, self.encoding):
            yield decoded(chunk, self.encoding).astype(np.float64)


def limit_of(quantization: Quantization, encoding: Encoding) -> float:
    """Return the largest divergence that is no fault; without quantisation there is none."""
    return 0.0 if quantization is Quantization.NONE else _LIMITS.get(encoding, _COARSEST)


def compare(name: str, source: Encoded, written: Encoded, *, limit: float) -> Precision:
    """Measure a written tensor against its source, both of the same number of values.

    Equal bytes are not decoded: their divergence is 0.0 exactly, even where they are no numbers.
    Others in an encoding that nothing here decodes have no figures (NaN), and fail the gate.
    """
    if source.encoding is written.encoding and _same_bytes(source, written):
        return Precision(name, written.encoding.name, 0.0, 1.0, 1.0, limit, same_bytes=True)
    try:
        with np.errstate(invalid="ignore", over="ignore"):  # what is no number fails the gate
            kl, cosine, scale = _figures(source, written)
    except NotImplementedError:
        kl = cosine = scale = math.nan
    return Precision(name, written.encoding.name, kl, cosine, scale, limit)


def _same_bytes(source: Encoded, written: Encoded) -> bool:
    pairs = zip(
        in_chunks(source.data, source.encoding),
        in_chunks(written.data, written.encoding),
        strict=True,
    )
    return all(np.array_equal(one, other) for one, other in pairs)


def _figures(source: Encoded, written: Encoded) -> tuple[float, float, float]:
    sums = np.zeros(5)  # |a|, |b|, a b, a a, b b
    count = 0
    for a, b in zip(source.chunks(), written.chunks(), strict=True):
        sums += (np.abs(a).sum(), np.abs(b).sum(), _dot(a, b), _dot(a, a), _dot(b, b))
        count += len(a)
    mean_a, mean_b = sums[:2] / count
    divergence = sum(
        _divergence(_weights(a, mean_a), _weights(b, mean_b))
        for a, b in zip(source.chunks(), written.chunks(), strict=True)
    )
    kl = float(divergence) / (2 * count)
    return kl, _cosine(*map(float, sums[2:])), _ratio(float(mean_b), float(mean_a))


def _weights(values: Doubles, mean: float) -> Doubles:
    """Return the smoothed distribution, times 2n."""
    return np.full_like(values, 2.0) if mean == 0 else np.abs(values) / mean + 1


def _divergence(p: Doubles, q: Doubles) -> float:
    """Return the sum of p ln(p/q) - p + q.

    The last two add up to nothing over the whole; with them no term is below zero, and what is
    summed is as small as the result: no digits are lost where the two are close.
    """
    relative = (q - p) / p
    return _dot(p, relative - np.log1p(relative))


def _dot(a: Doubles, b: Doubles) -> float:
    """Return the inner product, summed in pairs by one thread.

    A BLAS takes all threads for it, which costs a busy machine several times what it gains.
    """
    return float((a * b).sum())


def _cosine(dot: float, norm_a: float, norm_b: float) -> float:
    if norm_a == norm_b == 0:
        return 1.0
    return _ratio(dot, float(np.sqrt(norm_a) * np.sqrt(norm_b)))


def _ratio(above: float, below: float) -> float:
    """Return the quotient; of nothing by nothing it is one, of something by nothing zero."""
    if below == 0:
        return 1.0 if above == 0 else 0.0
    return above / below
