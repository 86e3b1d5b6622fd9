"""What is embedded in the page: figures, texts within their budget, and nothing that is markup."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_results import COSTS, LATENCIES, RUNS, programs_of, three_candidates, write_page
from synthetic_results import COMPLETION, attempt, candidate, scripted, write_sources

from sse_steps.records import Outcome, Role
from sse_steps.report.options import ReportOptions
from sse_steps.report.page_assets import (
    content_policy,
    embedded_json,
    page_script,
    page_style,
    styles_as_classes,
)
from sse_steps.report.page_data import Explorer, load_explorers
from sse_steps.report.page_texts import bundle, by_turns
from sse_steps.report.report_data import Provenance, load_report
from sse_steps.sql.database import build_database
from sse_steps.sql.page_queries import read_attempt_grid, read_level_points, read_texts

HOSTILE_TEXT = st.text() | st.sampled_from(
    ["</script>", "<!--", "<script>", "]]>", "&amp;", "\u2028", "\u2029", "</SCRIPT x>"]
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | HOSTILE_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(HOSTILE_TEXT, inner),
    max_leaves=20,
)


class Scripts(HTMLParser):
    """Collects the text of script elements, and the names of all elements."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.texts.append(data)


@given(DATA)
def test_embedded_json_is_one_text_that_says_the_same(data: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever the data, a parser of HTML finds one script, and a parser of JSON the data."""
    parser = Scripts()
    parser.feed(f'<script type="application/json">{embedded_json(data)}</script>')
    parser.close()
    assert parser.tags == ["script"]
    text = "".join(parser.texts)
    assert json.loads(text) == data
    assert not re.search("[<>&\u2028\u2029]", text)


@given(st.lists(st.none() | st.integers(1, 10), max_size=60))
def test_examples_are_taken_by_turns(levels: list[int | None]) -> None:
    """Each example is taken once, and at any moment no level is more than one ahead of another.

    A level that has no more examples is out of the comparison.
    """
    order = by_turns(levels)
    assert sorted(order) == list(range(len(levels)))
    total, taken = Counter(levels), Counter[int | None]()
    for place in order:
        taken[levels[place]] += 1
        waiting = [taken[level] for level in total if taken[level] < total[level]]
        assert max(taken.values()) - min(waiting, default=max(taken.values())) <= 1


def explorer_of(folder: Path, *, page_mb: float = 15) -> Explorer:
    """Return the explorer of the three candidates."""
    attempts = three_candidates()
    write_page(folder, attempts, programs=programs_of(attempts))
    database, options = folder / "results.duckdb", ReportOptions()
    report = load_report(database, options, Provenance(""))
    return load_explorers(database, report, page_mb=page_mb)["task"]


def unpacked(explorer: Explorer) -> dict[str, Any]:
    """Return every bundle by its example's place."""
    bundles: dict[str, Any] = {}
    for chunk in explorer.texts:
        bundles |= json.loads(zlib.decompress(base64.b64decode(chunk)))
    return bundles


def test_letters_are_the_attempts(tmp_path: Path) -> None:
    """Each letter of a run stands for the outcome of its example, candidates as ranked."""
    data = explorer_of(tmp_path).data
    names = {"p": "passed", "w": "wrong_answer", "c": "compile_error", "n": "no_code"}
    assert [model["name"] for model in data["models"]] == ["large", "small", "unpriced"]
    for model, runs in zip(data["models"], data["outcomes"], strict=True):
        found = [[data["outcomeNames"][ord(letter) - 49] for letter in run] for run in runs]
        assert found == [[names[letter] for letter in run] for run in RUNS[model["name"]]]
    assert data["errorCodes"] == ["E0308"]
    assert data["errors"][1] == ["000100", "000100", "000100"]


def test_only_candidates_and_tested_examples_are_explored(tmp_path: Path) -> None:
    """Controls and examples without a case are no part of the matrix, as of the figures."""
    untested = [
        (completion, replace(verdict, tests_total=0, tests_run=0, tests_passed=0))
        for completion, verdict in (
            attempt(replace(COMPLETION, model=model, example="zz"), Outcome.UNTESTED)
            for model in ("a", "control")
        )
    ]
    models = [candidate("a"), candidate("control", role=Role.CONTROL_FAIL)]
    attempts = [*scripted("a", ["pp"]), *scripted("control", ["ww"]), *untested]
    sources = write_sources(tmp_path, attempts, models)
    build_database(tmp_path / "results.duckdb", sources)
    grid = read_attempt_grid(tmp_path / "results.duckdb", "task")
    assert grid is not None
    assert grid.examples == ("e00", "e01")
    assert grid.models == ("a",)
    assert read_attempt_grid(tmp_path / "results.duckdb", "another") is None


def test_texts_are_kept_once(tmp_path: Path) -> None:
    """A bundle holds each text once, and every attempt's texts are found in it."""
    bundles = unpacked(explorer_of(tmp_path))
    assert len(bundles) == 6
    first = bundles["0"]
    assert len(first["texts"]) == len(set(first["texts"]))
    attempts = first["attempts"]
    assert len(attempts["model"]) == 9
    rust = {first["texts"][place] for place in attempts["rust"]}
    assert rust == {"// small 0 p", "// large 0 p", "// unpriced 0 w", "// unpriced 0 p"}
    assert first["texts"][first["prompt"]] == "Rewrite number 0."
    assert bundle(None, [])["attempts"]["model"] == []


def test_texts_stay_within_their_budget(tmp_path: Path) -> None:
    """What is packed is no larger than allowed; an example without room names no chunk."""
    whole = sum(map(len, explorer_of(tmp_path / "whole").texts))
    exact = explorer_of(tmp_path / "exact", page_mb=whole / 1e6)
    assert sum(map(len, exact.texts)) == whole
    less = explorer_of(tmp_path / "less", page_mb=(whole - 1) / 1e6)
    assert sum(map(len, less.texts)) < whole
    assert None in less.data["textsOf"]


def test_long_texts_are_cut_where_they_are_read(tmp_path: Path) -> None:
    """No text comes out of the database longer than asked, and its length is said."""
    long = replace(COMPLETION, rust="x" * 5000)
    database = tmp_path / "results.duckdb"
    build_database(database, write_sources(tmp_path, [attempt(long)], [candidate("model")]))
    _, (row,) = read_texts(database, "task", ["e1"], longest=100)
    assert (len(row.rust or ""), row.longest_text) == (100, 5000)


def test_points_of_one_level_are_the_models_own(tmp_path: Path) -> None:
    """Where every example has one level, its cost and latency are those of model_metrics."""
    attempts = [
        (replace(completion, level=3), replace(verdict, level=3))
        for completion, verdict in three_candidates()
    ]
    write_page(tmp_path, attempts)
    points = {row.model: row for row in read_level_points(tmp_path / "results.duckdb", "task")}
    with duckdb.connect(tmp_path / "results.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select model, usd_per_example, latency_p50_ms from model_metrics"
        ).fetchall()
    assert {row[0] for row in rows} == set(points)
    for model, cost, latency in rows:
        assert (points[model].usd_per_example, points[model].latency_p50_ms) == (cost, latency)
        assert cost == (None if COSTS[model] is None else pytest.approx(COSTS[model]))
        assert latency == pytest.approx(1000 * LATENCIES[model])


def test_nothing_inlined_ends_its_element_or_evaluates_text() -> None:
    """Script and style hold no end tag of theirs, and no eval, innerHTML or network call."""
    script = page_script()
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert "</style" not in page_style().lower()
    ours = "".join(
        entry.read_text(encoding="utf-8")
        for entry in (files("sse_steps.report") / "templates").iterdir()
        if entry.name.endswith(".js")
    )
    for word in (".innerHTML", "outerHTML", "insertAdjacentHTML", "fetch(", "XMLHttp", "import("):
        assert word not in ours
    assert not re.search(r"\beval\(|new Function|document\.write", script)
    assert "Permission to use, copy, modify" in script


def test_the_script_is_smaller_than_a_megabyte() -> None:
    """What every page carries besides its data stays small."""
    assert len(page_script()) + len(page_style()) < 200_000


def test_the_policy_names_the_very_script_and_style() -> None:
    """One letter more, and the policy is another; without a script there is to be none."""
    assert content_policy("a", "b") != content_policy("a ", "b")
    assert "script-src 'none'" in content_policy("", "b")


def test_style_attributes_become_classes_and_text_stays() -> None:
    """Equal styles share a class; what looks like a style in a text is left alone."""
    markup = '<g><a style="x: 1"/><b style="x: 1"/><c style="y: 2">style="z: 3"</c></g>'
    bare, rules = styles_as_classes(f"<style>*{{}}</style>{markup}")
    assert bare.count("style=") == 1
    assert 'style="z: 3"</c>' in bare
    assert len(rules) == 2
    first, second = re.findall(r'class="(\w+)"', bare)[:2]
    assert first == second


def colours(block: str) -> dict[str, str]:
    """Return the variables of a block of the style sheet."""
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", block))


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.1 of `#rgb` or `#rrggbb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.1."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_the_contrast_of_wcag_aa() -> None:
    """Text has 4.5 to 1 on every ground that it stands on, marks and edges of controls 3 to 1."""
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    blocks = [colours(block) for block in re.findall(r":root \{(.*?)\}", page_style(), re.DOTALL)]
    assert len(blocks) == 3  # light, dark, paper
    for block in blocks:
        for ground in ("paper", "wash"):
            for text in ("ink", "muted", "accent"):
                assert contrast(block[text], block[ground]) >= 4.5, (text, ground, block)
        assert contrast(block["wrong"], block["paper"]) >= 4.5
        assert contrast(block["edge"], block["paper"]) >= 3


def test_marks_are_told_apart_without_colour() -> None:
    """Each outcome has a rule of its own shape in the style sheet."""
    style = page_style()
    for outcome in Outcome:
        assert f".mark.{outcome}" in style or outcome is Outcome.COMPILE_ERROR


def test_headings_do_not_skip_a_rank(tmp_path: Path) -> None:
    """Headings go down one rank at a time."""
    page, _ = write_page(tmp_path, three_candidates())
    ranks = [int(rank) for rank in re.findall(r"<h(\d)", page.read_text(encoding="utf-8"))]
    assert ranks[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(ranks))
