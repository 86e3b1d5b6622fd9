"""Write the answers in docs/sql.md anew: `python benchmarks/sql_answers.py DATABASE`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sse_steps.report.answer import plain_text
from sse_steps.sql.query import Answer, ask
from sse_steps.sql.questions import in_words, questions

PAGE = Path(__file__).parents[1] / "docs/sql.md"
MOST_ROWS, LONGEST_CELL = 10, 40


def section(name: str, words: str, answer: Answer) -> str:
    """Return a question's section: its words and its answer, shortened to fit a page."""
    shown = tuple(tuple(map(shortened, row)) for row in answer.rows[:MOST_ROWS])
    left = len(answer.rows) - MOST_ROWS
    more = f"... {left:,} more rows\n" if left > 0 else ""
    rows = plain_text(Answer(answer.columns, shown)) if shown else " ".join(answer.columns) + "\n"
    none = "" if answer.rows else "(no rows)\n"
    return f"### {name}\n{words}\n\n```\n{rows}{more}{none}```\n"


def shortened(value: object) -> object:
    """Return a figure with four digits, and a text without its end."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list):
        value = f"[{', '.join(map(str, value))}]"
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return f"{value[: LONGEST_CELL - 3]}..."
    return value


def main() -> None:
    """Replace every section of a question."""
    database = Path(sys.argv[1])
    sections = [
        section(each.name, in_words(each), ask(database, each.text)) for each in questions()
    ]
    page = PAGE.read_text(encoding="utf-8")
    before, heading, after = re.split(r"^(## The answers.*\n)", page, flags=re.MULTILINE)
    introduction = after.partition("\n### ")[0].rstrip()
    PAGE.write_text(f"{before}{heading}{introduction}\n\n" + "\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
