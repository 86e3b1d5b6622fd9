"""The report as JSON, for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from sse_steps.report.report_data import Report


def render_json(report: Report) -> str:
    """Return the report's records as JSON: rates are shares of 1, null is not measured."""
    return json.dumps({"schema": 1, **asdict(report)}, indent=2, allow_nan=False) + "\n"
