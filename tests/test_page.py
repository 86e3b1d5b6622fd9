"""The interactive page in a real browser: what it loads, what it says, and what stays text."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, opened
from page_results import (
    COSTS,
    LATENCIES,
    RUNS,
    Attempts,
    programs_of,
    three_candidates,
    write_page,
)
from playwright.sync_api import Browser, Locator, Page, expect
from synthetic_results import COMPLETION, attempt, candidate, converted, scripted

from sse_steps.records import Outcome
from sse_steps.report.html import render_html
from sse_steps.report.options import ReportOptions
from sse_steps.report.page_data import load_explorers
from sse_steps.report.wording import dollars, milliseconds, percent, percent_range
from sse_steps.sql.sources import TaskRow
from sse_steps.stats.intervals import clustered_wilson_interval

MARKUP = "</script><img src=x onerror=alert(1)><!-- ]]> &amp; <svg onload=alert(2)>"
TURNED = "a\u202eb\u0007c"  # reads from right to left, and rings


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of three candidates."""
    attempts = three_candidates()
    sized = [
        candidate(name, size_bytes=size) for name, size in (("small", 10**6), ("large", 10**9))
    ]
    page, _ = write_page(
        tmp_path_factory.mktemp("page"),
        attempts,
        models=[*sized, candidate("unpriced")],
        programs=programs_of(attempts),
    )
    return page


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """Return the page, opened; it must neither ask for anything nor complain."""
    with opened(browser, file) as page:
        yield page


def point(page: Page, model: str, pair: str = "cost-rate") -> Locator:
    """Return a candidate's mark in the chart of a pair."""
    return page.locator(f"[data-pair={pair}] .point", has_text=model).first


def cell(page: Page, example: str, model: str) -> Locator:
    """Return a cell of the pass matrix."""
    row = page.locator("table.matrix tbody tr", has=page.locator("th", has_text=example))
    return row.locator(f"button[aria-label^='{model}:']")


def figures(model: str, places: range) -> str:
    """Compute what a mark has to say of a candidate, over some of the examples."""
    runs = [[letters[place] == "p" for place in places] for letters in RUNS[model]]
    rate = sum(map(sum, runs)) / len(runs) / len(places)
    interval = clustered_wilson_interval(np.array(runs, dtype=float).T)
    assert interval is not None
    cost = COSTS[model]
    return (
        f"Passes {percent(rate)} of {len(places)} examples of level {places[0] // 2 + 1}; "
        f"95 % interval {percent_range(interval.low, interval.high)}; "
        f"Per example {'cost not known' if cost is None else dollars(cost)}; "
        f"Latency p50 {milliseconds(1000 * LATENCIES[model])}"
    )


def plain(text: str | None) -> str:
    """Return text with ordinary spaces."""
    return (text or "").replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_asks_for_nothing_and_complains_of_nothing(page: Page) -> None:
    """It loads as one file under a policy that forbids everything else, without an error."""
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    expect(page.locator(".pareto")).to_have_count(4)
    expect(page.locator(".static:visible")).to_have_count(0)


def test_the_policy_is_enforced(browser: Browser, file: Path) -> None:
    """A script or a handler that found its way into the page would not run."""
    with opened(browser, file, but_for="Content Security Policy") as page:
        blocked = page.evaluate(
            """() => new Promise(resolve => {
                const seen = [];
                document.addEventListener("securitypolicyviolation", event => {
                    seen.push(event.effectiveDirective);
                    if (seen.length === 2) resolve(seen.sort());
                });
                const script = document.createElement("script");
                script.textContent = "window.wasRun = true";
                const button = document.createElement("button");
                document.body.append(script, button);
                button.setAttribute("onclick", "window.wasRun = true");
            })"""
        )
        assert blocked == ["script-src-attr", "script-src-elem"]
        assert page.evaluate("window.wasRun") is None


def test_a_tooltip_comes_on_hover_and_on_focus(page: Page) -> None:
    """A mark explains itself to the mouse and to the keyboard; Escape and leaving end that."""
    tooltip = page.locator("[role=tooltip]")
    expect(tooltip).to_be_hidden()
    point(page, "large").locator(".dot").hover()
    expect(tooltip).to_contain_text("large")
    expect(tooltip).to_contain_text("$0.010")
    page.mouse.move(2, 2)
    expect(tooltip).to_be_hidden()
    point(page, "small").focus()
    expect(tooltip).to_contain_text("44.4")
    expect(tooltip).to_contain_text("$0")
    page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()


def test_a_tooltip_comes_on_touch(browser: Browser, file: Path) -> None:
    """A tap on a mark explains it; a tap beside it ends that."""
    with opened(browser, file, has_touch=True, viewport={"width": 390, "height": 800}) as page:
        point(page, "large").locator(".dot").tap()
        expect(page.locator("[role=tooltip]")).to_contain_text("$0.010")
        page.locator("h1").tap()
        expect(page.locator("[role=tooltip]")).to_be_hidden()


def test_a_level_recomputes_the_figures(page: Page) -> None:
    """Chosen, a level changes every figure to what Python computes from the same attempts."""
    boxes = page.locator("select[name=level]")
    for level in (1, 2, 3):
        boxes.first.select_option(str(level))
        places = range(2 * level - 2, 2 * level)
        for model in RUNS:
            label = point(page, model, "latency-rate").get_attribute("aria-label")
            assert plain(label).startswith(f"{model}: {figures(model, places)}")
        expect(page.locator("[data-part=charts] [role=status]")).to_contain_text(
            "computed in this page from 2 examples in 3 runs"
        )
        assert boxes.last.input_value() == str(level)
        assert page.locator("table.matrix tbody tr").count() == 2


def test_without_a_level_the_figures_are_the_tables(page: Page) -> None:
    """All levels show what the database says, and the runs' rates are Python's."""
    page.locator("select[name=level]").first.select_option("2")
    page.locator("select[name=level]").first.select_option("")
    ranking = page.locator("table", has=page.locator("caption", has_text="Ranking")).locator(
        "tbody tr"
    )
    for row in ranking.all():
        name, rate = row.locator("th").inner_text(), row.locator("td").first.inner_text()
        label = point(page, name, "latency-rate").get_attribute("aria-label")
        assert plain(label).startswith(f"{name}: Passes {plain(rate)} of 6 examples;")
    for model, runs in RUNS.items():
        said = page.locator(".spread .point", has_text=model).get_attribute("aria-label")
        rates = [
            f"Run {run} {percent(letters.count('p') / 6)}" for run, letters in enumerate(runs, 1)
        ]
        assert plain(said) == f"{model}: {'; '.join(rates)}"


def test_what_has_no_place_on_an_axis_is_said(page: Page) -> None:
    """A cost of zero stands at a mark of its own; an unknown one is named and not drawn."""
    chart = page.locator("[data-pair=cost-rate]")
    expect(chart.locator("figcaption")).to_contain_text("Not known, so not drawn: unpriced")
    expect(chart.locator(".point")).to_have_count(2)
    expect(chart.locator(".grid text").first).to_have_text("$0")
    expect(chart).to_contain_text("small ($0)")
    expect(page.locator("[data-pair=cost-rate] .convex")).to_have_count(1)


def test_a_cell_opens_its_attempt_and_escape_closes_it(page: Page) -> None:
    """Prompt, Python, Rust and verdict are those of the cell, and the focus comes back to it."""
    button = cell(page, "e03", "small")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("h3")).to_have_text("e03")
    expect(dialog.locator(".verdict")).to_contain_text("Compile error")
    expect(dialog.locator(".verdict")).to_contain_text("E0308")
    expect(dialog.locator("section", has_text="Python").locator("pre").first).to_have_text(
        "def python_of_3(): ..."
    )
    expect(dialog.locator("section[aria-label=Rust] pre")).to_have_text("// small 3 c")
    dialog.locator("summary").click()
    expect(dialog.locator("section[aria-label=Prompt] pre")).to_have_text("Rewrite number 3.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    assert "#" not in page.url


def test_another_run_and_another_candidate_are_a_button_away(page: Page) -> None:
    """Within the dialog runs and candidates can be changed, and the focus stays where it was."""
    cell(page, "e03", "large").click()
    dialog = page.locator("dialog")
    expect(dialog.locator(".verdict")).to_contain_text("Passed")
    run = dialog.get_by_role("button", name=re.compile(r"^3\s*: compile error"))
    run.click()
    expect(dialog.locator(".verdict")).to_contain_text("Compile error")
    expect(dialog.locator("[data-keeps=run-2]")).to_be_focused()
    dialog.get_by_role("button", name="unpriced").click()
    expect(dialog.locator("section[aria-label=Rust] pre")).to_have_text("// unpriced 3 w")


def test_an_attempt_has_an_address(browser: Browser, file: Path) -> None:
    """The address of an opened attempt opens it again."""
    fragment = "#" + urlencode({"task": "task", "example": "e04", "model": "large", "run": 2})
    with opened(browser, file, fragment=fragment) as page:
        expect(page.locator("dialog h3")).to_have_text("e04")
        expect(page.locator("dialog .verdict")).to_contain_text("Wrong answer")
        expect(page.locator("dialog section[aria-label=Rust] pre")).to_have_text("// large 4 w")


def test_arrow_keys_move_through_the_matrix(page: Page) -> None:
    """One cell is in the order of Tab; arrows lead to the others."""
    assert page.locator("table.matrix button.cell[tabindex='0']").count() == 1
    page.locator("table.matrix button.cell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("({...document.activeElement.dataset})")
    assert focused == {"example": "1", "model": "1"}


def test_examples_are_selected_and_sorted(page: Page) -> None:
    """Selections, text and the order do what they say, and the number found is announced."""
    names = page.locator("table.matrix tbody th")
    found = page.locator("[data-part=attempts] [role=status]")
    select = page.locator("select[name=selection]")
    expected = {
        "nobody": [],
        "unsteady": ["e00", "e01", "e03", "e04", "e05"],
        "outcome:no_code": ["e05"],
        "outcome:compile_error": ["e03"],
    }
    for choice, examples in expected.items():
        select.select_option(choice)
        assert names.all_inner_texts() == examples
    select.select_option("all")
    page.locator("input[name=text]").fill("e0308")
    assert names.all_inner_texts() == ["e03"]
    expect(found).to_have_text("1 example of 6.")
    page.locator("input[name=text]").fill("")
    page.get_by_role("button", name="small", exact=True).click()
    assert names.all_inner_texts()[:2] == ["e04", "e00"]
    heading = page.locator("table.matrix th", has_text="small")
    expect(heading).to_have_attribute("aria-sort", "descending")


def test_a_large_matrix_has_pages(browser: Browser, tmp_path: Path) -> None:
    """Of many examples fifty are shown at once, and a selection starts at the first page."""
    file, _ = write_page(tmp_path, scripted("model", ["p" * 120 + "w" * 3], per_level=13))
    with opened(browser, file) as page:
        rows, status = (
            page.locator("table.matrix tbody tr"),
            page.locator("[data-part=attempts] [role=status]"),
        )
        expect(status).to_have_text("123 examples of 123, 1 to 50 shown.")
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Next").click()
        expect(status).to_have_text("123 examples of 123, 101 to 123 shown.")
        assert rows.count() == 23
        page.locator("select[name=selection]").select_option("nobody")
        assert rows.count() == 3


def test_tables_sort_by_their_figures(page: Page) -> None:
    """Clicked, a heading sorts by what the cells mean, whatever their unit; dashes stay last."""
    table = page.locator("table", has=page.locator("caption", has_text="Ranking"))
    table.get_by_role("button", name="Latency p50").click()
    assert table.locator("tbody th").all_inner_texts() == ["large", "unpriced", "small"]
    table.get_by_role("button", name="$ per example").click()
    assert table.locator("tbody th").all_inner_texts() == ["large", "small", "unpriced"]


def test_every_task_is_explored_apart(browser: Browser, tmp_path: Path) -> None:
    """With two tasks a level is chosen for one, and an address leads into the right one."""
    other = replace(COMPLETION, task="other")
    attempts = [*three_candidates(), *scripted("small", ["pc", "pp"], template=other)]
    file, _ = write_page(tmp_path, attempts, programs=programs_of(attempts, task="other"))
    fragment = "#" + urlencode({"task": "other", "example": "e01", "model": "small", "run": 1})
    with opened(browser, file, fragment=fragment) as page:
        expect(page.locator("dialog .verdict")).to_contain_text("Compile error")
        expect(page.locator("dialog section[aria-label=Rust] pre")).to_have_text("// small 1 c")
        page.keyboard.press("Escape")
        second, first = page.locator("article").all()  # by name
        first.locator("select[name=level]").first.select_option("2")
        expect(first.locator("table.matrix tbody tr")).to_have_count(2)
        expect(second.locator("table.matrix tbody tr")).to_have_count(2)
        expect(second.locator("select[name=level]")).to_have_count(0)
        # Matplotlib names a shape in its charts after its content, so equal ones share a name.
        named = page.locator("[id]:not(svg *)")
        names = named.evaluate_all("nodes => nodes.map(node => node.id)")
        assert len(names) == len(set(names))


def test_a_task_without_levels_has_no_level_to_choose(browser: Browser, tmp_path: Path) -> None:
    """Where examples have no level there is neither a box nor a column of levels."""
    attempts = three_candidates()
    file, report = write_page(tmp_path, attempts, programs=programs_of(attempts))
    options = ReportOptions()
    explorer = load_explorers(tmp_path / "results.duckdb", report, page_mb=1)["task"]
    data = explorer.data | {"levels": [None] * 6, "levelNames": {}}
    file.write_text(render_html(report, options, {"task": replace(explorer, data=data)}))
    with opened(browser, file) as page:
        expect(page.locator("select[name=level]")).to_have_count(0)
        expect(page.locator("table.matrix thead th")).to_have_count(4)
        cell(page, "e03", "small").click()
        expect(page.locator("dialog section[aria-label=Rust] pre")).to_have_text("// small 3 c")


def test_a_later_turn_has_a_mark_and_its_own_texts(browser: Browser, tmp_path: Path) -> None:
    """What a later turn passed is half marked and can be selected; the dialog shows both turns."""
    later = replace(COMPLETION, model="m", example="e01", turn=2, rust="// second try")
    attempts = [*scripted("m", ["pcc"]), attempt(later, Outcome.PASSED)]
    file, _ = write_page(tmp_path, attempts)
    with opened(browser, file) as page:
        marks = page.locator("table.matrix .mark.passed_at_a_later_turn")
        expect(marks).to_have_count(1)
        expect(cell(page, "e01", "m")).to_have_attribute(
            "aria-label",
            "m: passed in 0 of 1 run, compile error in 1; passed at a later turn in 1",
        )
        page.locator("select[name=selection]").select_option("later")
        assert page.locator("table.matrix tbody th").all_inner_texts() == ["e01"]
        cell(page, "e01", "m").click()
        expect(page.locator("dialog .verdict")).to_have_count(2)
        expect(page.locator("dialog section[aria-label=Rust] pre").last).to_have_text(
            "// second try"
        )


def test_without_later_turns_nothing_is_said_of_them(page: Page) -> None:
    """Neither the legend nor the selections name what did not happen."""
    assert "later" not in page.locator(".attempts").inner_text()
    expect(page.locator("select[name=selection] option[value=later]")).to_have_count(0)


def test_who_passes_nothing_is_on_no_frontier(browser: Browser, tmp_path: Path) -> None:
    """However cheap it is, it is hollow and said to pass nothing, as in the tables."""
    free = replace(COMPLETION, cost_usd=0.0, latency_s=0.001)
    attempts = [*scripted("good", ["pp"]), *scripted("idle", ["ww"], template=free)]
    file, _ = write_page(tmp_path, attempts)
    with opened(browser, file) as page:
        idle = point(page, "idle", "latency-rate")
        assert "leading" not in (idle.get_attribute("class") or "")
        assert (idle.get_attribute("aria-label") or "").endswith("Frontier passes nothing")


def test_a_task_of_labels_shows_answers_and_no_programs(browser: Browser, tmp_path: Path) -> None:
    """The dialog has prompt, reply, what was taken for the answer and the right one, as text."""
    row = replace(COMPLETION, model="m", example="e0", level=None, rust=None, reply=f"Oh {MARKUP}")
    _, verdict = attempt(row, Outcome.WRONG_ANSWER)
    judged = replace(verdict, level=None, compiles=None, answer=MARKUP, label="no", score=0.25)
    file, _ = write_page(
        tmp_path,
        [(row, judged)],
        programs=programs_of([(row, judged)]),
        declared={"tasks": (TaskRow("task", "labels", "f1", "[]", "[]"),)},
    )
    with opened(browser, file) as page:
        cell(page, "e0", "m").click()
        headings = page.locator("dialog h4").all_inner_texts()
        asked = ["System prompt", "Prompt"]
        assert headings == [*asked, "Reply", "Taken for the answer", "Right answer"]
        blocks = page.locator("dialog pre")
        expect(blocks.nth(2)).to_have_text(f"Oh {MARKUP}")
        expect(blocks.nth(3)).to_have_text(MARKUP)
        expect(blocks.nth(4)).to_have_text("no")
        expect(page.locator("dialog .verdict")).to_contain_text("score 0.25 of 1")
        expect(page.locator("select[name=level]")).to_have_count(0)


def test_quantisations_have_their_curves_with_and_without_script(
    browser: Browser, tmp_path: Path
) -> None:
    """The chart of sizes is in the page beside its table; those that the script draws are not."""
    attempts = [*scripted("m-q8", ["pp"]), *scripted("m-q4", ["pw"])]
    file, _ = write_page(
        tmp_path,
        attempts,
        models=[candidate("m-q8", size_bytes=2 * 10**8), candidate("m-q4", size_bytes=10**8)],
        declared={
            "conversions": (
                converted("m-q8", "q8_0", 200, 1e-4),
                converted("m-q4", "q4_0", 100, 1e-2),
            )
        },
    )
    chart = "figure:has([aria-label^='Size of the weights'])"
    for is_scripted in (True, False):
        with opened(browser, file, java_script_enabled=is_scripted) as page:
            expect(page.locator(chart)).to_be_visible()
            expect(page.locator(chart)).to_contain_text("q4_0")
            shown = page.locator("figure.static:visible").count()
            assert shown == (0 if is_scripted else 4)


def hostile_attempts() -> Attempts:
    """Put markup, control characters and a very long line wherever a stranger writes."""
    name = f"{MARKUP}{TURNED}"
    asked = replace(COMPLETION, task=MARKUP, model=name, engine=name)
    long = replace(asked, example=f"{name} long", rust="x" * 1_000_000, reply="")
    silent = replace(asked, example=f"{name} silent", rust=None, reply=f"{name}\n\n{TURNED}")
    wrong, verdict = attempt(
        replace(asked, example=name, rust=name, reply=name), Outcome.COMPILE_ERROR
    )
    judged = replace(verdict, diagnostics=name, error_code=MARKUP, equivalence_detail=name)
    return [(wrong, judged), attempt(long), attempt(silent, Outcome.NO_CODE)]


def test_hostile_text_stays_text(browser: Browser, tmp_path: Path) -> None:
    """Names, code, diagnostics and prompts are shown to the letter and become nothing else."""
    attempts = hostile_attempts()
    programs = programs_of(attempts, task=MARKUP, text=MARKUP + TURNED)
    file, _ = write_page(tmp_path, attempts, programs=programs, options=ReportOptions(title=MARKUP))
    with opened(browser, file) as page:
        page.locator("button.cell").first.click()
        dialog = page.locator("dialog")
        shown = MARKUP + "aU+202EbU+0007c"
        for name in ("Rust", "What the judge said", "Beside the Python"):
            assert dialog.locator(f"section[aria-label='{name}'] pre").text_content() == shown
        dialog.locator("summary").click()
        assert (
            dialog.locator("section[aria-label=Prompt] pre").text_content()
            == f"Rewrite number 0.{shown}"
        )
        assert MARKUP in (dialog.locator("h3").text_content() or "")
        page.keyboard.press("Escape")
        point_label = page.locator(".point").first.get_attribute("aria-label") or ""
        assert MARKUP in point_label
        assert "\u202e" not in page.locator("main").inner_text()
        assert page.locator("img, iframe, [onerror], [onload], svg svg").count() == 0
        page.locator("button.cell").nth(1).click()
        expect(dialog.locator("section[aria-label=Rust] pre")).to_have_text("x" * 16_000)
        expect(dialog).to_contain_text("A longer text was cut here")


def test_what_has_no_room_is_said(browser: Browser, tmp_path: Path) -> None:
    """Without room for texts a cell still has its verdict, and the query that shows the rest."""
    attempts = scripted("it's", ["pc"])
    file, _ = write_page(tmp_path, attempts, options=ReportOptions(page_mb=0))
    with opened(browser, file) as page:
        page.locator("button.cell").nth(1).click()
        dialog = page.locator("dialog")
        expect(dialog.locator(".verdict")).to_contain_text("Compile error, E0308")
        expect(dialog).to_contain_text("the texts of 0 of 2 examples")
        expect(dialog.locator("pre")).to_contain_text("model = 'it''s'")


def test_without_javascript_it_is_a_document(browser: Browser, file: Path) -> None:
    """Headline, tables and the chart are there; what needs a script is not."""
    with opened(browser, file, java_script_enabled=False) as page:
        expect(page.locator(".answer")).to_be_visible()
        expect(page.locator(".static .wide svg")).to_be_visible()
        expect(page.locator("[data-part=attempts]")).to_be_hidden()
        expect(page.locator("noscript p")).to_be_visible()
        expect(page.get_by_role("link", name="Every attempt")).to_be_hidden()


def test_on_paper_there_are_charts_and_tables_alone(page: Page) -> None:
    """Printed, the page has no controls, and ink on white also where the screen is dark."""
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".pareto svg").first).to_be_visible()
    expect(page.locator("table").first).to_be_visible()
    for control in page.locator(".controls, .contents").all():
        expect(control).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, file: Path, width: int) -> None:
    """Wide tables scroll in themselves; the page does not."""
    with opened(browser, file, viewport={"width": width, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cell(page, "e00", "small").click()
        expect(page.locator("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser: Browser, file: Path, scheme: str) -> None:
    """The checks of axe-core for WCAG 2.1 AA pass, with the dialog closed and open."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
    with opened(browser, file, color_scheme=scheme) as page:
        closed = Axe().run(page, options=rules)
        assert closed.violations_count == 0, closed.generate_report()
        cell(page, "e00", "small").click()
        expect(page.locator("dialog")).to_be_visible()
        inside = Axe().run(page, options=rules)
        assert inside.violations_count == 0, inside.generate_report()


def test_frontiers_in_the_browser_equal_brute_force(browser: Browser) -> None:
    """Both frontiers that the page draws are those of comparing all pairs, ties included."""
    chance = random.Random(5)  # noqa: S311 - made-up points, no secret
    grid = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
    sets = [
        [[chance.choice(grid), chance.choice(grid)] for _ in range(chance.randint(1, 9))]
        for _ in range(400)
    ]
    code = (files("sse_steps.report") / "templates/figures.js").read_text(encoding="utf-8")
    page = browser.new_page()
    found = page.evaluate(
        f"sets => {{ {code}\nreturn sets.map(set => [nonDominated(set), convexFrontier(set)]); }}",
        sets,
    )
    page.close()
    for points, (kept, convex) in zip(sets, found, strict=True):
        best = {tuple(point) for point in points if not any(beats(each, point) for each in points)}
        assert sorted(map(tuple, kept)) == sorted(best)
        assert {tuple(point) for point in convex} == {
            point for point in best if not beaten_by_mixture(point, best)
        }


def beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one has no more x and no less gain, and is not the same."""
    return one[0] <= other[0] and one[1] >= other[1] and tuple(one) != tuple(other)


def beaten_by_mixture(point: tuple[float, ...], others: set[tuple[float, ...]]) -> bool:
    """Whether two others, mixed to the same x, gain more."""
    return any(
        low[1] + (high[1] - low[1]) * (point[0] - low[0]) / (high[0] - low[0]) > point[1] + 1e-9
        for low in others
        for high in others
        if low[0] < point[0] < high[0]
    )
