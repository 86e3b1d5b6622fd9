"""Write what README.md says of a real run anew: `python docs/generate_readme.py RESULTS`.

RESULTS is a folder of results, or a report.json. Written are the part of README.md between its
two marks, the picture docs/pareto.svg, and docs/report/report.json, the run that both are made
from; without RESULTS that recorded run is taken. A test holds the README against it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from pydantic import TypeAdapter

from sse_steps.report.chart_files import ChartFile, alternative_text, draw_charts
from sse_steps.report.markdown import escape, markdown_table
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.rows import ModelMetrics
from sse_steps.report.standing_tables import ranking_table
from sse_steps.report.table import Table
from sse_steps.report.wording import size

ROOT = Path(__file__).parents[1]
README = Path("README.md")
PICTURE = Path("docs/pareto.svg")
RECORDED = Path("docs/report/report.json")
BEGIN, END = "<!-- a real run: docs/generate_readme.py writes this part -->", "<!-- its end -->"


def load_recorded(text: str) -> Report:
    """Return the report that a report.json holds.

    Raises:
        pydantic.ValidationError: it does not hold the records of this version.
    """
    records = json.loads(text)
    held = {name: value for name, value in records.items() if name not in ("$schema", "schema")}
    return TypeAdapter(Report).validate_python(held)


def measured_part(task: TaskReport) -> str:
    """Return table, sentence and picture of a task, as the README has them."""
    ranking = ranking_table(task)
    models = [_described(standing.metrics) for standing in task.standings]
    rows = tuple((model, *row[1:]) for model, row in zip(models, ranking.rows, strict=True))
    table = markdown_table(Table(ranking.caption, ranking.columns, rows))
    sentence = f"*{escape(task.headline.answer)}. {escape(task.headline.sentence)}*"
    picture = f"![{escape(alternative_text(ChartFile.COST_ACCURACY, task))}]({PICTURE})"
    # The site's Markdown knows no escaped dollar, and GitHub's needs none here.
    return "\n\n".join((table, sentence, picture)).replace("\\$", "$")


def _described(model: ModelMetrics) -> str:
    """Return a model's name, with what its size and its latency are to be read with."""
    batch = model.latency_batch_size or 1
    parts = [
        *([size(model.size_bytes)] if model.size_bytes else []),
        *([f"in batches of {batch}"] if batch > 1 else []),
    ]
    return f"{model.model} ({', '.join(parts)})" if parts else model.model


def picture(report: Report) -> str:
    """Return the Pareto chart as SVG, as the report of that run has it."""
    options = ReportOptions(title=report.title)
    charts = draw_charts(report, width=options.chart_width, height=options.chart_height)
    return charts[ChartFile.COST_ACCURACY]


def with_part(readme: str, part: str) -> str:
    """Return the README with the part between its marks replaced.

    Raises:
        ValueError: the marks are not there, once each.
    """
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if (readme.count(BEGIN), readme.count(END), len(marked.findall(readme))) != (1, 1, 1):
        raise ValueError(f"README.md has to hold '{BEGIN}' and '{END}', once each")
    return marked.sub(lambda _: f"{BEGIN}\n\n{part}\n\n{END}", readme)


def generate(root: Path, results: Path | None = None) -> None:
    """Write README.md, its picture and the record of the run below `root`."""
    source = root / RECORDED if results is None else results
    recorded = (source / "report.json" if source.is_dir() else source).read_text(encoding="utf-8")
    report = load_recorded(recorded)
    readme = (root / README).read_text(encoding="utf-8")
    (root / RECORDED).write_text(recorded, encoding="utf-8")
    (root / PICTURE).write_text(picture(report), encoding="utf-8")
    (root / README).write_text(with_part(readme, measured_part(report.tasks[0])), encoding="utf-8")


if __name__ == "__main__":
    generate(ROOT, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
