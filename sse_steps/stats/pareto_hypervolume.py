"""How much of what could be achieved the frontier covers, in one figure."""

from __future__ import annotations

import numpy as np
from moocore import hypervolume as dominated_volume

from sse_steps.stats.pareto import BoolArray, Candidates, FloatArray


def hypervolume(candidates: Candidates) -> float:
    """Return the share of the box of accuracy, cost and latency that the candidates dominate.

    The box goes from accuracy 0 and the largest known cost and latency to accuracy 1 and nothing
    spent, so the dearest and the slowest add nothing. Who has no known cost or latency counts for
    nothing; where all spend nothing, nothing is all that can be spent.

    Source: Zitzler and Thiele, IEEE Transactions on Evolutionary Computation 3 (1999); Fonseca,
    Paquete and López-Ibáñez, CEC 2006, as moocore has it.
    """
    return _volume(_scaled(candidates))


def hypervolume_without(candidates: Candidates) -> FloatArray:
    """Return the share of the same box that is left without each candidate, [n]."""
    scaled, known = _scaled(candidates), is_known(candidates)
    left = np.full(len(candidates), _volume(scaled))
    for row, index in enumerate(np.flatnonzero(known)):
        left[index] = _volume(np.delete(scaled, row, axis=0))
    return left


def is_known(candidates: Candidates) -> BoolArray:
    """Return whose cost and latency are both known, [n]."""
    known: BoolArray = np.isfinite(candidates.cost) & np.isfinite(candidates.latency)
    return known


def _scaled(candidates: Candidates) -> FloatArray:
    """Return the known candidates in the unit box, [known, 3]; down is better."""
    objectives = candidates.objectives[is_known(candidates)]
    objectives[:, 0] += 1
    largest = objectives[:, 1:].max(axis=0, initial=0)
    objectives[:, 1:] /= np.where(largest > 0, largest, 1)
    return objectives


def _volume(scaled: FloatArray) -> float:
    return float(dominated_volume(scaled, ref=np.ones(3))) if len(scaled) else 0.0
