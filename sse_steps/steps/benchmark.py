"""Step: how a corpus spreads over the ten Py2Rs levels. Nothing is run and nothing is written."""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sse_steps.corpus.levels import LEVELS
from sse_steps.corpus.overview import Overview, overview_of
from sse_steps.corpus.reading import read_corpus
from sse_steps.printable import printable

_BAR_WIDTH = 20


def run(root: Path, *, corpus: str, verbose: bool, json: bool) -> bool:
    """Print the distribution over levels, the difficulties, the coverage, and maybe each example.

    Args:
        root: the folder that a relative path starts from.
        corpus: a folder or a file.
        verbose: print a line for each example too.
        json: print JSON instead of tables.

    Raises:
        CorpusError: there is no corpus at the path.
    """
    place = root / corpus
    overview = overview_of(read_corpus(place))
    if json:
        data = _to_json(place, overview, verbose=verbose)
        sys.stdout.write(f"{json_format.dumps(data, indent=1)}\n")
    else:
        _print(place, overview, verbose=verbose)
    return True


def _print(path: Path, overview: Overview, *, verbose: bool) -> None:
    console = Console(file=sys.stdout)
    console.print(
        f"Py2Rs levels of {path}: {len(overview.examples):,} examples, "
        f"{len(overview.unusable):,} unusable entries",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    console.print(_distribution(overview))
    console.print(_difficulties(overview))
    console.print(f"Levels 1-10: {overview.coverage()}  (● has examples, ○ empty)", highlight=False)
    if verbose:
        console.print(_examples(overview))


def _to_json(path: Path, overview: Overview, *, verbose: bool) -> dict[str, object]:
    data: dict[str, object] = {
        "corpus": str(path),
        "examples": len(overview.examples),
        "unusable": len(overview.unusable),
        "levels": [
            {**asdict(share.level), "examples": share.examples, "share": share.share}
            for share in overview.levels()
        ],
        "difficulties": overview.difficulties(),
        "coverage": overview.coverage(),
    }
    listed = [asdict(example) for example in overview.examples]
    return data | {"by_example": listed} if verbose else data


def _bar(share: float) -> str:
    """Return a bar; a share above zero shows at least one block."""
    blocks = max(round(share * _BAR_WIDTH), int(share > 0))
    return "█" * blocks + "░" * (_BAR_WIDTH - blocks)


def _distribution(overview: Overview) -> Table:
    table = Table("Level", "Name", "Distribution", title="Level distribution", title_justify="left")
    table.add_column("Share", justify="right")
    table.add_column("Examples", justify="right")
    for share in overview.levels():
        table.add_row(
            f"L{share.level.level}",
            share.level.name,
            _bar(share.share),
            f"{100 * share.share:.1f} %",
            f"{share.examples:,}",
        )
    return table


def _difficulties(overview: Overview) -> Table:
    table = Table("Difficulty", "Levels", title="Difficulty", title_justify="left")
    table.add_column("Share", justify="right")
    table.add_column("Examples", justify="right")
    whole = len(overview.examples) or 1
    for name, count in overview.difficulties().items():
        levels = [f"L{level.level}" for level in LEVELS if level.difficulty == name]
        table.add_row(name, " ".join(levels), f"{100 * count / whole:.1f} %", f"{count:,}")
    return table


def _examples(overview: Overview) -> Table:
    table = Table("Example", "Level", "Kind", title="Examples", title_justify="left")
    table.add_column("Cases found", justify="right")
    table.add_column("Lines", justify="right")
    for example in sorted(overview.examples, key=lambda each: (each.level, each.id)):
        name = LEVELS[example.level - 1].name
        table.add_row(
            escape(printable(example.id)),
            f"L{example.level} {name}",
            example.kind,
            f"{example.cases_found:,}",
            f"{example.lines_of_code:,}",
        )
    return table
