"""Tables of the results database that SciPy fills, not SQL: fields are columns.

No figure is ever NaN or infinite: None is "not defined", and `note` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Uncertainty(StrEnum):
    """Where the uncertainty of a figure comes from."""

    RUNS = "between runs"
    EXAMPLES = "between examples"


class IntervalMethod(StrEnum):
    """How an interval was computed."""

    STUDENT_T = "Student's t"
    POOLED = "pooled within examples"
    WILSON = "Wilson"
    CLUSTERED_WILSON = "Wilson, clustered by example"
    PERCENTILE = "bootstrap, percentile"
    BCA = "bootstrap, BCa"


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A row of `intervals`: a 95 % interval of pass@1, a share of 1.

    `is_recommended` marks the one method to read for each kind of uncertainty.
    """

    task: str
    model: str
    uncertainty: Uncertainty
    method: IntervalMethod
    low: float | None
    high: float | None
    is_recommended: bool
    note: str


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """A row of `spread`: how far pass@1 varies, and with what. Shares of 1.

    `between_runs` is the standard deviation of the runs' pass rates; `between_examples` the
    standard error of pass@1 over examples; `within_examples` how much one example's verdict varies
    from run to run (the square root of the mean variance within an example).
    """

    task: str
    model: str
    runs: int
    examples: int
    pass_at_1: float
    cost_adjusted: float | None  # passes per dollar
    consistent: float | None  # share of examples with the same verdict in every run
    between_runs: float | None
    between_examples: float | None
    within_examples: float | None
    note: str


@dataclass(frozen=True, slots=True)
class PassAtKRow:
    """A row of `pass_at_k`: the unbiased estimate, for every k up to the number of runs."""

    task: str
    model: str
    k: int
    pass_at_k: float
    note: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """A row of `pairwise_tests`: two candidates of a task on the examples that both attempted.

    `difference` is the pass rate of `model` minus that of `other`, with its bootstrap interval
    (percentile) over examples. `p_mcnemar` is exact, over examples, of the first run (of an
    example's first attempt, where a run is missing); `p_paired_t` over examples
    (mean over runs), `p_welch` over runs. `p_holm` and `p_bonferroni` correct `p_mcnemar` over all
    pairs of the task; `is_significant` is `p_holm` at most 0.05 where the first run and all runs
    point the same way. `effect_size` is Cohen's d of the paired differences.
    """

    task: str
    model: str
    other: str
    examples: int
    only_model: int  # examples that only `model` passed in the first run
    only_other: int
    difference: float
    low: float | None
    high: float | None
    p_mcnemar: float
    p_bonferroni: float
    p_holm: float
    is_significant: bool
    p_paired_t: float | None
    p_welch: float | None
    effect_size: float | None
    note: str


@dataclass(frozen=True, slots=True)
class PowerRow:
    """A row of `power`: the smallest difference of pass rates that the task's corpus can show.

    With 80 % probability, at 5 % (`alpha` is that, divided by the number of pairs), where
    `discordant` is the share of examples that one model passes and the other does not.
    """

    task: str
    examples: int
    pairs: int
    alpha: float
    discordant: float
    smallest_difference: float | None
    note: str


@dataclass(frozen=True, slots=True)
class FrontierProbabilityRow:
    """A row of `frontier_probability`: how often a candidate is on the frontier.

    Over `resamples` draws of the task's examples with replacement, the same for every candidate.
    """

    task: str
    model: str
    on_frontier: float
    on_convex_frontier: float
    resamples: int
    note: str


@dataclass(frozen=True, slots=True)
class HypervolumeRow:
    """A row of `hypervolume`: the share of the box of accuracy, cost and latency that is dominated.

    The box goes from accuracy 0 and the largest cost and latency of the task's candidates to
    accuracy 1 and nothing spent. `without_model` is the share that is left when `model` is not
    there; a null `model` is the whole frontier.
    """

    task: str
    model: str | None
    hypervolume: float
    note: str
