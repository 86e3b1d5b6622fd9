"""The report: tables and charts from the results database as Markdown, HTML, JSON and for a terminal."""
