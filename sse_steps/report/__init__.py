"""The report: the results database told in Markdown, HTML, JSON, SVG and on a terminal."""
