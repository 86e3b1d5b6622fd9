"""Tables that SQL cannot compute: SciPy's, from the marts, written beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import duckdb

from sse_steps.sql.pair_statistics import pair_rows, power_rows
from sse_steps.sql.pass_matrices import pass_matrices
from sse_steps.sql.relations import load_rows
from sse_steps.sql.score_statistics import interval_rows, pass_at_k_rows, spread_row
from sse_steps.sql.scores import Scores, scores
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
    tables = chain(_tables(matrices), _score_tables(scores(connection, matrices)))
    for name, record_type, rows in tables:
        load_rows(connection, name, record_type, rows, temporary=False)


def _tables(matrices: Sequence[PassMatrix]) -> Iterator[Table]:
    pairs = tuple(map(pair_rows, matrices))
    yield "pairwise_tests", PairRow, tuple(chain.from_iterable(pairs))
    yield "power", PowerRow, tuple(chain.from_iterable(map(power_rows, pairs)))
    yield "frontier_probability", FrontierProbabilityRow, ()
    yield "hypervolume", HypervolumeRow, ()


def _score_tables(candidates: Sequence[Scores]) -> Iterator[Table]:
    yield "intervals", IntervalRow, tuple(chain.from_iterable(map(interval_rows, candidates)))
    yield "spread", SpreadRow, tuple(map(spread_row, candidates))
    yield "pass_at_k", PassAtKRow, tuple(chain.from_iterable(map(pass_at_k_rows, candidates)))
