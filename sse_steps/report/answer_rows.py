"""Rows about tasks and, where these have no code, about their answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """A row of `tasks`: what the task declares about its answers and its metrics."""

    task: str
    ground_truth: str
    answer_metric: str | None  # None: the compiler judges
    labels: list[str]  # empty: an answer is any text
    metrics: list[str]
    turns: int = 1  # that were allowed

    @property
    def is_code(self) -> bool:
        """Whether answers are programs, which are compiled and run."""
        return self.answer_metric is None


@dataclass(frozen=True, slots=True)
class AnswerMetrics:
    """A row of `answer_metrics`. Rates are 0 to 1, None where the task has no use for one."""

    task: str
    model: str
    verdicts: int
    exact_match: float
    mean_f1: float | None
    accuracy: float | None
    macro_f1: float | None
    answered: float


@dataclass(frozen=True, slots=True)
class LabelRates:
    """A row of `label_metrics`: a rate is None where it is not defined, and `note` says why."""

    task: str
    model: str
    label: str
    support: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None
    note: str
