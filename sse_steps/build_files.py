"""The files of a build: which ones a step reads and writes together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sse_steps.turns import TurnFiles


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report goes. The Markdown names the charts by their file names alone."""

    markdown: Path
    html: Path
    json: Path
    schema: Path
    configuration: Path
    charts: tuple[Path, ...]  # one for each `ChartFile`, named so

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file of the report."""
        others = (self.markdown, self.html, self.json, self.schema, self.configuration)
        return (*others, *self.charts)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Files whose digests the report names; `root` is the checkout."""

    examples: dict[str, Path]  # by task
    weights: dict[str, Path]  # the last record of each model's line
    golden_prompts: Path
    root: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (*self.examples.values(), *self.weights.values(), self.golden_prompts)


@dataclass(frozen=True, slots=True)
class TranspileFiles:
    """What a run reads, where its completions go, and why the model took no part if it did not.

    A later turn has no `skipped` of its own, and begins with what the turns before it have left.
    """

    examples: Path
    completions: Path
    skipped: Path | None
    earlier: tuple[TurnFiles, ...] = ()

    @property
    def targets(self) -> list[Path]:
        """The files that are written."""
        return [path for path in (self.completions, self.skipped) if path is not None]

    @property
    def read(self) -> list[Path]:
        """The examples, and the files of earlier turns."""
        left = [path for each in self.earlier for path in (each.completions, each.verdicts)]
        return [self.examples, *left]


@dataclass(frozen=True, slots=True)
class CheckFiles:
    """What a check reads, and where its verdicts go and what it took to reach them."""

    examples: Path
    completions: Path
    verdicts: Path
    judgements: Path

    @property
    def targets(self) -> list[Path]:
        """The files that are written."""
        return [self.verdicts, self.judgements]


@dataclass(frozen=True, slots=True)
class Rows:
    """The Parquet files that metrics are computed from."""

    completions: tuple[Path, ...]
    skipped: tuple[Path, ...]
    verdicts: tuple[Path, ...]
    judgements: tuple[Path, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (*self.completions, *self.skipped, *self.verdicts, *self.judgements)

    def and_of(self, other: Rows) -> Rows:
        """Return these files and those of another build."""
        return Rows(
            completions=(*self.completions, *other.completions),
            skipped=(*self.skipped, *other.skipped),
            verdicts=(*self.verdicts, *other.verdicts),
            judgements=(*self.judgements, *other.judgements),
        )
