"""results.duckdb: built whole from Parquet files and declared relations, then read by the report."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import astuple, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args, get_type_hints

import duckdb

from sse_steps.records import Completion, Verdict
from sse_steps.sql.checks import raise_for_failures
from sse_steps.sql.scripts import in_order, scripts_in
from sse_steps.sql.sources import LevelRow, ModelRow, Sources
from sse_steps.stats.intervals import student_t_quantiles

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")
