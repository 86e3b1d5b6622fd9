"""A report handed over: one of its formats, under a name of the user's."""

from __future__ import annotations

from pathlib import Path

from sse_steps.build_files import ReportFiles
from sse_steps.store import write_text


def hand_over(files: ReportFiles, target: Path) -> Path:
    """Copy the report of the target's format to it and return where it lies.

    Markdown takes its charts along, into a folder of their own: `report.md` has `report-charts/`.

    Args:
        files: a whole report.
        target: a file that ends in .md, .html or .json.
    """
    source = {".md": files.markdown, ".html": files.html, ".json": files.json}[target.suffix]
    if target.resolve() == source.resolve():
        return target
    text = source.read_text(encoding="utf-8")
    if target.suffix == ".md":
        folder = target.with_name(f"{target.stem}-charts")
        for chart in files.charts:
            write_text(chart.read_text(encoding="utf-8"), folder / chart.name)
            text = text.replace(f"({chart.name})", f"({folder.name}/{chart.name})")
    write_text(text, target)
    return target
