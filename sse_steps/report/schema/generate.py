"""Make the JSON Schema of report.json from the records, with a description of every field."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import yaml
from pydantic import TypeAdapter

from sse_steps.report.report_data import Report
from sse_steps.report.report_json import VERSION

Node = dict[str, Any]


class UndescribedFieldError(Exception):
    """A field of a record has no entry in fields.yaml, or an entry has no field."""


def generated_schema() -> str:
    """Return the schema (draft 2020-12) as JSON.

    Raises:
        UndescribedFieldError: fields.yaml does not fit the records.
    """
    schema = TypeAdapter(Report).json_schema(mode="serialization")
    words: dict[str, str] = yaml.safe_load(
        (files("sse_steps.report.schema") / "fields.yaml").read_text(encoding="utf-8")
    )
    used: set[str] = set()
    records = {"Report": schema, **schema["$defs"]}
    for name, record in records.items():
        if "properties" in record:
            _close(name, record, words, used)
    missing, idle = sorted(_undescribed(records)), sorted(set(words) - used)
    if missing or idle:
        raise UndescribedFieldError(f"fields.yaml lacks {missing} and has {idle} for nothing.")
    return json.dumps(_headed(schema), indent=2, ensure_ascii=False) + "\n"


def _close(name: str, record: Node, words: dict[str, str], used: set[str]) -> None:
    """Describe every field of a record; all are there, and no other."""
    record["additionalProperties"] = False
    record["required"] = list(record["properties"])
    record["description"] = " ".join(record.get("description", "").split())
    for field, node in record["properties"].items():
        for key in (f"{name}.{field}", field):
            if key in words:
                used.add(key)
                node["description"] = words[key]
                break
        node.pop("title", None)
        node.pop("default", None)


def _undescribed(records: dict[str, Node]) -> list[str]:
    return [
        f"{name}.{field}"
        for name, record in records.items()
        for field, node in record.get("properties", {}).items()
        if "description" not in node
    ]


def _headed(schema: Node) -> Node:
    about = {
        "$schema": {"type": "string", "description": "The file of this schema."},
        "schema": {
            "const": VERSION,
            "description": "Its version. Fields may be added to one; none is renamed or removed.",
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:single-shot-eval:report:{VERSION}",
        **schema,
        "title": "Report of single-shot-eval",
        "properties": {**about, **schema["properties"]},
        "required": [*about, *schema["required"]],
    }
