"""report.json keeps to its published schema, which describes every field."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest
from synthetic_results import COMPLETION, candidate, scripted, write_sources

from sse_steps.report.options import ReportOptions
from sse_steps.report.provenance_data import Asked, Digest, Provenance
from sse_steps.report.report_data import Report, load_report
from sse_steps.report.report_json import render_json, render_schema
from sse_steps.report.schema.generate import generated_schema
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ConversionRow, Criterion, CriterionRow, Sources

PROVENANCE = Provenance(
    "0123",
    facts=(("Machine", "m"),),
    command="doit",
    prices=(("date", "2026-01-01"),),
    digests=(Digest("Weights of a", "ab"),),
    asked=(Asked("task", "a", 0.7, 64, (1, 2)),),
)


def parsed(folder: Path, sources: Sources) -> dict[str, Any]:
    """Return the JSON of a report on made-up results; NaN and infinities are refused."""
    build_database(folder / "results.duckdb", sources)
    report = load_report(folder / "results.duckdb", ReportOptions(), PROVENANCE)
    found: dict[str, Any] = json.loads(render_json(report), parse_constant=pytest.fail)
    return found


def synthetic(folder: Path) -> Sources:
    """Return results with something of everything: free, unpriced, uncounted, quantised."""
    attempts = [
        *scripted("a", ["ppwn", "pwcc"]),
        *scripted("b", ["wwww", "wwww"], template=replace(COMPLETION, cost_usd=None)),
        *scripted("c", ["pppp", "pppp"], template=replace(COMPLETION, cost_usd=0.0)),
        *scripted("d", ["pwww", "pppp"], template=replace(COMPLETION, prompt_tokens=None)),
    ]
    models = [candidate(name, size_bytes=10) for name in "abcd"]
    conversion = ConversionRow("a", "s", "none", 9, 0.0, 1.0, 4, "ab", 1.0, 0.0, "engine")
    criteria = tuple(CriterionRow(criterion, 0.5) for criterion in Criterion)
    return replace(
        write_sources(folder, attempts, models), conversions=(conversion,), criteria=criteria
    )


def test_a_report_keeps_to_the_schema(tmp_path: Path) -> None:
    """A report with something of everything is valid, and names its schema and the version."""
    found = parsed(tmp_path, synthetic(tmp_path))
    schema = json.loads(render_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema, cls=jsonschema.Draft202012Validator)
    assert (found["$schema"], found["schema"]) == ("report.schema.json", 1)
    assert found["tasks"][0]["acceptances"][0]["criteria"]


def test_an_empty_report_keeps_to_the_schema(tmp_path: Path) -> None:
    """Without a single row the report is valid as well."""
    found = parsed(tmp_path, Sources((), (), (), (), ()))
    jsonschema.validate(found, json.loads(render_schema()), cls=jsonschema.Draft202012Validator)
    assert found["tasks"] == []


@pytest.mark.parametrize(
    ("key", "value"), [("tasks", [{}]), ("title", None), ("surplus", 1), ("schema", 2)]
)
def test_the_schema_refuses_what_is_no_report(tmp_path: Path, key: str, value: object) -> None:
    """A field that is missing, surplus or of another type is an error."""
    found = parsed(tmp_path, synthetic(tmp_path))
    found[key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, json.loads(render_schema()))


def test_the_published_schema_is_that_of_the_records() -> None:
    """The schema in the package is what the records give; if not, run sse_steps.report.schema."""
    assert render_schema() == generated_schema()


def records(kind: type[Any], found: dict[str, type[Any]]) -> dict[str, type[Any]]:
    """Collect a record and every record inside it, by name."""
    found[kind.__name__] = kind
    for hint in get_type_hints(kind).values():
        for inner in (hint, *get_args(hint)):
            if isinstance(inner, type) and is_dataclass(inner) and inner.__name__ not in found:
                records(inner, found)
    return found


def test_every_field_of_every_record_is_described() -> None:
    """The schema has each record that the report holds, with each of its fields in words."""
    schema = json.loads(render_schema())
    known = {"Report": schema, **schema["$defs"]}
    seen = records(Report, {})
    assert len(seen) > 20
    for name, kind in seen.items():
        properties = known[name]["properties"]
        names = {field.name for field in fields(kind)}
        assert names <= set(properties)
        assert all(len(properties[each]["description"]) > 8 for each in names), name
        assert set(known[name]["required"]) >= names
