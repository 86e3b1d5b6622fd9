"""The report's slice of the configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How the report is drawn and what it calls good enough. Lengths are inches, rates 0 to 1.

    A model is good enough that passes at least `least_accuracy` of the examples and at most
    `tolerated_gap` fewer than the most accurate model. Fewer runs than `least_runs` are flagged.
    The texts of attempts add at most `page_mb` megabytes to the page.
    """

    title: str = "Is the small model good enough, and what does it save?"
    chart_width: float = 8.0
    chart_height: float = 4.5
    tolerated_gap: float = 0.05
    least_accuracy: float = 0.5
    least_runs: int = 5
    page_mb: float = 15.0
