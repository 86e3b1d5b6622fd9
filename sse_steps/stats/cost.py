"""What a pass costs."""

from __future__ import annotations


def cost_adjusted_pass_rate(
    pass_rate: float, usd_per_attempt: float, *, attempts: int = 1
) -> float | None:
    """Return passes per dollar: the pass rate over what its attempts cost; None where that is 0.

    `attempts` is how many each example gets: 1 for pass@1, k for pass@k.

    Source: Kapoor et al., "AI agents that matter" (arXiv 2407.01502), for dollars beside accuracy.
    """
    cost = attempts * usd_per_attempt
    return pass_rate / cost if cost > 0 else None
