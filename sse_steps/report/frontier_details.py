"""What the tables around the frontier say of one task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sse_steps.sql.database import read_records
from sse_steps.sql.statistic_rows import FrontierProbabilityRow, HypervolumeRow


@dataclass(frozen=True, slots=True)
class DominationRow:
    """A row of `dominations`: a candidate and a member of the frontier that dominates it."""

    task: str
    model: str
    dominated_by: str
    accuracy_gain: float
    cost_ratio: float | None
    latency_ratio: float | None


@dataclass(frozen=True, slots=True)
class MixtureRow:
    """A row of `mixtures`: a candidate, and who beats it; `probability` is that of `cheaper`."""

    task: str
    model: str
    cheaper: str
    dearer: str | None
    probability: float
    accuracy: float
    usd_per_example: float
    accuracy_gain: float


@dataclass(frozen=True, slots=True)
class ValueLeader:
    """A row of `value_leaders`: the best buy by a measure; `figure` is None where it is free."""

    task: str
    measure: str
    model: str
    figure: float | None


@dataclass(frozen=True, slots=True)
class FrontierDetails:
    """Rows of one task; each field is a table of that name."""

    dominations: tuple[DominationRow, ...]
    mixtures: tuple[MixtureRow, ...]
    value_leaders: tuple[ValueLeader, ...]
    frontier_probability: tuple[FrontierProbabilityRow, ...]
    hypervolume: tuple[HypervolumeRow, ...]


def frontier_details(database: Path, task: str) -> FrontierDetails:
    """Read what surrounds the frontier of one task from the results database."""
    return FrontierDetails(
        dominations=read_records(database, "dominations", DominationRow, task=task),
        mixtures=read_records(database, "mixtures", MixtureRow, task=task),
        value_leaders=read_records(database, "value_leaders", ValueLeader, task=task),
        frontier_probability=read_records(
            database, "frontier_probability", FrontierProbabilityRow, task=task
        ),
        hypervolume=read_records(database, "hypervolume", HypervolumeRow, task=task),
    )
