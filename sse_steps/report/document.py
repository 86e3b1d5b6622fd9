"""A short document of headings, sentences and tables, as Markdown and as an HTML page."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from sse_steps.printable import on_one_line
from sse_steps.report.markdown import escape, markdown_table
from sse_steps.report.table import Table


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, sentences below it, tables, and what limits them."""

    title: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A title and parts. All of it is plain text, escaped by whoever renders it."""

    title: str
    parts: tuple[Part, ...]

    def to_markdown(self) -> str:
        """Return the document as GitHub-flavoured Markdown."""
        lines = [f"# {escape(self.title)}"]
        for part in self.parts:
            lines += [f"## {escape(part.title)}", *map(escape, part.sentences)]
            for table in part.tables:
                lines += [f"**{escape(table.caption)}**", markdown_table(table)]
                lines += [f"<sub>{escape(table.note)}</sub>"] if table.note else []
            if part.caveats:
                lines.append("\n".join(f"- {escape(caveat)}" for caveat in part.caveats))
        return "\n\n".join(lines) + "\n"

    def to_html(self) -> str:
        """Return the document as a page that loads nothing."""
        environment = Environment(
            loader=PackageLoader("sse_steps.report", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: on_one_line(value) if type(value) is str else value,
        )
        return environment.get_template("document.html.jinja").render(document=self)
