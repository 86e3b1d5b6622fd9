"""The published schema of report.json, made from the report's records.

`python -m sse_steps.report.schema` writes it anew after a record was changed.
"""
