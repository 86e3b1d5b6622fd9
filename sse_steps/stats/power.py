"""How small a difference a corpus can show, by the exact McNemar test; computed, not approximated.

The discordant examples, which one of two candidates passes and the other does not, are binomial;
of these, those that the better one passes are binomial as well. The probability that the test
rejects is added up over every number of discordant examples that can occur.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

FloatArray = NDArray[np.float64]

_NEGLIGIBLE = 1e-12


def mcnemar_power(
    difference: float, *, examples: int, discordant: float, alpha: float = 0.05
) -> float:
    """Return the probability that the two-sided exact McNemar test has p at most `alpha`.

    `difference` of pass rates and `discordant`, the expected share of examples that only one of the
    two passes, are shares of 1 with 0 <= |difference| <= discordant.

    Raises:
        ValueError: the difference is larger than the discordant share.

    Source: Duffy, "Asymptotic and exact power for the McNemar test and its analogue with R controls
    per case", Biometrics 40 (1984).
    """
    if abs(difference) > discordant:
        raise ValueError(f"a difference of {difference} needs more than {discordant} discordant")
    if discordant == 0:
        return 0.0
    pairs = stats.binom(examples, discordant)
    counts = np.arange(pairs.ppf(_NEGLIGIBLE), pairs.isf(_NEGLIGIBLE) + 1)
    least = _critical(counts, alpha)
    wins = stats.binom(counts, (1 + difference / discordant) / 2)
    rejects = wins.cdf(least) + wins.sf(counts - least - 1)
    return float(pairs.pmf(counts) @ rejects)


def smallest_difference(
    *, examples: int, discordant: float, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Return the smallest difference that the test shows with probability `power`.

    None where even a candidate that wins every discordant example is found out less often.
    """
    if mcnemar_power(discordant, examples=examples, discordant=discordant, alpha=alpha) < power:
        return None
    return float(
        optimize.brentq(
            lambda difference: (
                mcnemar_power(difference, examples=examples, discordant=discordant, alpha=alpha)
                - power
            ),
            0.0,
            discordant,
            xtol=1e-6,
        )
    )


def least_wins(alpha: float = 0.05) -> int:
    """Return how many examples one must win, and lose none, for p to be at most `alpha`."""
    return math.ceil(1 - math.log2(alpha))


def _critical(counts: FloatArray, alpha: float) -> FloatArray:
    """Return the most wins of the worse one, of `counts` pairs, that reject; -1 where none do."""
    coin = stats.binom(counts, 0.5)
    least = coin.ppf(alpha / 2)
    critical: FloatArray = np.where(coin.cdf(least) <= alpha / 2, least, least - 1)
    return critical
