"""Rows of `pairwise_tests` and `power`: what the candidates of one task show beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from sse_steps.sql.statistic_rows import PairRow, PowerRow
from sse_steps.stats.comparison import Comparison, compare
from sse_steps.stats.correction import bonferroni, holm
from sse_steps.stats.pass_matrix import PassMatrix
from sse_steps.stats.power import least_wins, smallest_difference

_ALPHA = 0.05
_POWER = 0.8


def pair_rows(matrix: PassMatrix) -> tuple[PairRow, ...]:
    """Return a row for every two candidates that share an example; corrected over all of them."""
    compared = tuple(_compared(matrix))
    p_values = [comparison.p_mcnemar for _, _, comparison in compared]
    corrected = zip(compared, bonferroni(p_values), holm(p_values), strict=True)
    return tuple(
        PairRow(
            task=matrix.task,
            model=model,
            other=other,
            examples=found.examples,
            only_model=found.only_first,
            only_other=found.only_second,
            difference=found.difference,
            low=found.low,
            high=found.high,
            p_mcnemar=found.p_mcnemar,
            p_bonferroni=p_bonferroni,
            p_holm=p_holm,
            is_significant=p_holm <= _ALPHA and not found.is_contradicted,
            p_paired_t=found.p_paired_t,
            p_welch=found.p_welch,
            effect_size=found.effect_size,
            note=found.note,
        )
        for (model, other, found), p_bonferroni, p_holm in corrected
    )


def power_rows(pairs: Sequence[PairRow]) -> Iterator[PowerRow]:
    """Yield what the pairs of one task leave to be found; nothing where there is no pair."""
    if not pairs:
        return
    examples = min(pair.examples for pair in pairs)
    alpha = _ALPHA / len(pairs)
    shares = [(pair.only_model + pair.only_other) / pair.examples for pair in pairs]
    discordant = sum(shares) / len(shares)
    smallest = smallest_difference(
        examples=examples, discordant=discordant, alpha=alpha, power=_POWER
    )
    yield PowerRow(
        task=pairs[0].task,
        examples=examples,
        pairs=len(pairs),
        alpha=alpha,
        discordant=discordant,
        smallest_difference=smallest,
        note=_power_note(alpha, is_possible=smallest is not None),
    )


def _compared(matrix: PassMatrix) -> Iterator[tuple[str, str, Comparison]]:
    candidates = zip(matrix.models, matrix.passed, strict=True)
    for (model, passed), (other, other_passed) in combinations(candidates, 2):
        # A pair without a common example is for the data checks to report, which come after this.
        if np.isfinite([passed, other_passed]).any(axis=2).all(axis=0).any():
            yield model, other, compare(passed, other_passed)


def _power_note(alpha: float, *, is_possible: bool) -> str:
    wins = least_wins(alpha)
    least = f"The least that can be significant: {wins} examples won and none lost."
    if is_possible:
        return f"Computed exactly, for the pairs' mean share of discordant examples. {least}"
    return f"So few examples tell the models apart that no difference can be shown. {least}"
