"""pass@k: the probability that at least one of k attempts passes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def pass_at_k(attempts: int, passed: int, k: int) -> float:
    """Return the unbiased estimate for one example, `passed` of whose `attempts` did.

    That is 1 - C(attempts - passed, k) / C(attempts, k), as a product that cannot overflow.

    Raises:
        ValueError: k is not between 1 and the number of attempts.

    Source: Chen et al., "Evaluating large language models trained on code" (arXiv 2107.03374), 2.1.
    """
    if not 1 <= k <= attempts:
        raise ValueError(f"k is {k}; {attempts} attempts allow 1 to {attempts}")
    if attempts - passed < k:
        return 1.0
    return 1 - float(np.prod(1 - k / np.arange(attempts - passed + 1, attempts + 1)))


def mean_pass_at_k(scores: FloatArray, k: int) -> float | None:
    """Return the mean over examples from `scores`, [examples, runs]: 1 passed, NaN no attempt.

    Only examples with at least k attempts count; None where there is no such example.
    """
    attempts = np.isfinite(scores).sum(axis=1)
    passed = (scores == 1).sum(axis=1)
    enough = attempts >= k
    if not enough.any():
        return None
    kinds, counts = np.unique(
        np.stack([attempts[enough], passed[enough]]), axis=1, return_counts=True
    )
    estimates = [pass_at_k(int(tried), int(right), k) for tried, right in kinds.T]
    return float(np.average(estimates, weights=counts))
