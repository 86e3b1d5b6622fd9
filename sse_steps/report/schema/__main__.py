"""Write the schema of report.json beside this file."""

from __future__ import annotations

from pathlib import Path

from sse_steps.report.schema.generate import generated_schema
from sse_steps.store import write_text

if __name__ == "__main__":
    write_text(generated_schema(), Path(__file__).with_name("report.schema.json"))
