"""The report as JSON, for other programs, and the schema that it keeps to."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files

from sse_steps.report.report_data import Report

VERSION = 1


def render_json(report: Report, *, schema: str = "report.schema.json") -> str:
    """Return the report's records as JSON: rates are shares of 1, null is not measured.

    `schema` is the place of the JSON Schema, relative to the report's.
    """
    head = {"$schema": schema, "schema": VERSION}
    return json.dumps({**head, **asdict(report)}, indent=2, allow_nan=False) + "\n"


def render_schema() -> str:
    """Return the JSON Schema (draft 2020-12) that `render_json` keeps to."""
    file = files("sse_steps.report.schema") / "report.schema.json"
    return file.read_text(encoding="utf-8")
