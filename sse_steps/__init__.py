"""Measure what small language models give up and save at turning Python into Rust.

The public API is what `__all__` names; see docs/api.md. It is imported when it is first used, so
that a build with nothing to do loads next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sse_steps.corpora import load_corpus
    from sse_steps.errors import UserError
    from sse_steps.pareto_analysis import EvalResult, ParetoAnalysis, analyze_pareto
    from sse_steps.records import Case, Failure, Method, Outcome, ProgramCase, Verdict
    from sse_steps.report_builder import BuiltReport, ReportBuilder
    from sse_steps.rust.sandbox import Limits
    from sse_steps.tasks import load_tasks
    from sse_steps.verifier import CompilerVerifier

__all__ = [
    "BuiltReport",
    "Case",
    "CompilerVerifier",
    "EvalResult",
    "Failure",
    "Limits",
    "Method",
    "Outcome",
    "ParetoAnalysis",
    "ProgramCase",
    "ReportBuilder",
    "UserError",
    "Verdict",
    "analyze_pareto",
    "load_corpus",
    "load_tasks",
]

_HOMES = {
    "BuiltReport": "report_builder",
    "Case": "records",
    "CompilerVerifier": "verifier",
    "EvalResult": "pareto_analysis",
    "Failure": "records",
    "Limits": "rust.sandbox",
    "Method": "records",
    "Outcome": "records",
    "ParetoAnalysis": "pareto_analysis",
    "ProgramCase": "records",
    "ReportBuilder": "report_builder",
    "UserError": "errors",
    "Verdict": "records",
    "analyze_pareto": "pareto_analysis",
    "load_corpus": "corpora",
    "load_tasks": "tasks",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
