"""Step: what a corpus holds, by reading it. Nothing is run and nothing is written."""

from __future__ import annotations

import json as json_format
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sse_steps.corpus.overview import Overview, overview_of
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Unusable
from sse_steps.printable import printable

_MOST_REASONS = 20


def run(root: Path, *, path: str, json: bool) -> bool:
    """Print the statistics of a corpus: entries, cases found, lines of code, levels, reasons.

    Args:
        root: the folder that a relative path starts from.
        path: the corpus, a folder or a file.
        json: print JSON, with every reason, instead of tables.

    Raises:
        CorpusError: there is no corpus at `path`.
    """
    place = root / path
    overview = overview_of(read_corpus(place))
    if json:
        sys.stdout.write(f"{json_format.dumps(to_json(place, overview), indent=1)}\n")
    else:
        _print(place, overview)
    return True


def _print(path: Path, overview: Overview) -> None:
    console = Console(file=sys.stdout)
    console.print(_counts(path, overview))
    console.print(_levels(overview))
    for title, reasons in (
        ("Unusable", overview.unusable),
        ("Cases left out", overview.left_out),
    ):
        if reasons:
            console.print(_reasons(title, reasons))


def to_json(path: Path, overview: Overview) -> dict[str, object]:
    """Return the statistics as plain data."""
    return {
        "corpus": str(path),
        "format": overview.format,
        "entries": overview.entries,
        "with_cases": overview.count("function") + overview.count("program"),
        "functions": overview.count("function"),
        "programs": overview.count("program"),
        "untested": overview.count("untested"),
        "unusable": len(overview.unusable),
        "cases_found": overview.cases_found,
        "lines_of_code": overview.lines_of_code,
        "levels": {str(share.level.level): share.examples for share in overview.levels()},
        "untested_examples": [each.id for each in overview.examples if each.kind == "untested"],
        "unusable_entries": [asdict(each) for each in overview.unusable],
        "cases_left_out": [asdict(each) for each in overview.left_out],
    }


def _counts(path: Path, overview: Overview) -> Table:
    table = Table("Corpus", escape(str(path)), title_justify="left")
    functions, programs = overview.count("function"), overview.count("program")
    rows = (
        ("Format", overview.format),
        ("Entries", f"{overview.entries:,}"),
        (
            "  with cases",
            f"{functions + programs:,} ({functions:,} functions, {programs:,} programs)",
        ),
        ("  untested (no case found)", f"{overview.count('untested'):,}"),
        ("  unusable", f"{len(overview.unusable):,}"),
        ("Cases found, not confirmed", f"{overview.cases_found:,}"),
        ("Lines of code", f"{overview.lines_of_code:,}"),
    )
    for name, value in rows:
        table.add_row(name, value)
    return table


def _levels(overview: Overview) -> Table:
    table = Table("Level", "Name", "Examples")
    for share in overview.levels():
        table.add_row(str(share.level.level), share.level.name, f"{share.examples:,}")
    return table


def _reasons(title: str, reasons: Sequence[Unusable]) -> Table:
    """Return the reasons, the first ones of many; each is in the JSON."""
    table = Table(f"{title}: where", f"why ({len(reasons):,} in all)")
    for reason in reasons[:_MOST_REASONS]:
        table.add_row(escape(printable(reason.origin)), escape(printable(reason.why)))
    rest = Counter(_kind_of(reason.why) for reason in reasons[_MOST_REASONS:])
    for kind, count in rest.most_common(_MOST_REASONS):
        table.add_row(f"{count:,} more", escape(printable(kind)))
    return table


def _kind_of(why: str) -> str:
    return why.split(":", maxsplit=1)[0][:60]
