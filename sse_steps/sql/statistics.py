"""Tables that SQL cannot compute: SciPy's, from the marts, written beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import duckdb

from sse_steps.sql.frontier_statistics import frontier_probability_rows, hypervolume_rows
from sse_steps.sql.pass_matrices import pass_matrices
from sse_steps.sql.relations import load_rows
from sse_steps.sql.statistic_rows import (
    FrontierProbabilityRow,
    HypervolumeRow,
    IntervalRow,
    PairRow,
    PassAtKRow,
    PowerRow,
    SpreadRow,
)
from sse_steps.stats.pass_matrix import PassMatrix

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = tuple[str, type["DataclassInstance"], Sequence["DataclassInstance"]]


def create_statistics(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of `sse_steps.sql.statistic_rows`, which are computed from the marts."""
    matrices = tuple(pass_matrices(connection))
    for name, record_type, rows in _tables(matrices):
        load_rows(connection, name, record_type, rows, temporary=False)
    volumes = tuple(hypervolume_rows(connection))
    load_rows(connection, "hypervolume", HypervolumeRow, volumes, temporary=False)


def _tables(matrices: Sequence[PassMatrix]) -> Iterator[Table]:
    yield "intervals", IntervalRow, ()
    yield "spread", SpreadRow, ()
    yield "pass_at_k", PassAtKRow, ()
    yield "pairwise_tests", PairRow, ()
    yield "power", PowerRow, ()
    chances = tuple(chain.from_iterable(map(frontier_probability_rows, matrices)))
    yield "frontier_probability", FrontierProbabilityRow, chances
