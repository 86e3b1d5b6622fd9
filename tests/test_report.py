"""The report says what the figures say, in every format, whatever the names in it."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console
from synthetic_results import COMPLETION, attempt, candidate, scripted, write_sources

from sse_steps.errors import ControlError
from sse_steps.records import Completion, EquivalenceStatus, FinishReason, Outcome, Role, VerdictRow
from sse_steps.report.caveats import corpus_caveats
from sse_steps.report.chart import report_chart, task_chart
from sse_steps.report.html import render_html
from sse_steps.report.markdown import escape, render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Provenance, Report, load_report
from sse_steps.report.report_json import render_json
from sse_steps.report.rows import CorpusUse
from sse_steps.report.sections import sections
from sse_steps.report.standing_tables import ranking_table
from sse_steps.report.task_tables import level_table
from sse_steps.report.terminal import render_table
from sse_steps.report.wording import dollars, milliseconds, percent
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ModelRow, Sources

HOSTILE = "</script><img src=x onerror=alert(1)>|a\n--> ]]> [b](javascript:c) `d` $x$ \x1b[31m *e*"
SIZE_BYTES = 1_000_000

Make = Callable[..., Report]

NOTHING = Sources((), (), (), (), ())


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that takes attempts and models all the way to a loaded report."""

    def make_report(
        attempts: Sequence[tuple[Completion, VerdictRow]],
        models: Sequence[ModelRow] = (),
        options: ReportOptions | None = None,
        provenance: Provenance | None = None,
    ) -> Report:
        models = models or [candidate(name) for name in sorted({c.model for c, _ in attempts})]
        sources = write_sources(tmp_path, attempts, models) if attempts else NOTHING
        build_database(tmp_path / "results.duckdb", sources)
        return load_report(
            tmp_path / "results.duckdb",
            options or ReportOptions(),
            provenance or Provenance("0123abcd"),
        )

    return make_report


def test_divergences_are_listed_with_their_input(make: Make) -> None:
    """The comparison with the Python has a table of counts and one of smallest inputs."""
    equal, diverged, not_checked = scripted("model", ["ppp"])
    detail = f"f(1) gave {HOSTILE}"
    found = [
        _with(equal, EquivalenceStatus.EQUAL, 50),
        _with(diverged, EquivalenceStatus.DIVERGED, 7, detail),
        _with(not_checked, EquivalenceStatus.NOT_CHECKED, 0, "no annotations"),
    ]
    report = make(found)
    [task] = report.tasks
    [section] = [each for each in sections(report, task) if "do not show" in each.title]
    counts, divergences = section.tables
    assert counts.rows == (("model", "2", "57", "1", "1"),)
    assert divergences.rows == (("model", "e01", detail, "1 verdict"),)
    assert escape(HOSTILE) in render_markdown(report)
    rows = json.loads(render_json(report))["tasks"][0]
    assert rows["divergences"][0]["detail"] == detail
    assert rows["equivalence"][0]["equal"] == 1


def _with(
    pair: tuple[Completion, VerdictRow], status: EquivalenceStatus, inputs: int, detail: str = ""
) -> tuple[Completion, VerdictRow]:
    completion, verdict = pair
    compared = replace(
        verdict, equivalence=status, equivalence_inputs=inputs, equivalence_detail=detail
    )
    return completion, compared


def test_without_a_comparison_the_report_has_no_section_on_it(make: Make) -> None:
    """Where nothing was compared, nothing is said about it."""
    report = make(scripted("model", ["pw"]))
    titles = [section.title for section in sections(report, report.tasks[0])]
    assert "What the cases do not show" not in titles


class Page(HTMLParser):
    """Collects a page's elements and text, and checks that what opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be the one named."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def page_of(report: Report) -> Page:
    """Render and parse the page."""
    page = Page()
    page.feed(render_html(report, ReportOptions()))
    assert page.open == []
    return page


def terminal_text(report: Report, *, width: int = 100) -> str:
    """Print the terminal table as to a file."""
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(render_table(report))
    return capture.get()


def every_rendering(report: Report) -> list[str]:
    """Render the report in every format."""
    options = ReportOptions()
    return [
        render_markdown(report),
        render_html(report, options),
        render_json(report),
        report_chart(report, width=options.chart_width, height=options.chart_height),
        terminal_text(report),
    ]


def rivals() -> list[tuple[Completion, VerdictRow]]:
    """Return a small model with 9 of 20 passed, and a dearer, slower rival with 10 of 20."""
    dear = replace(COMPLETION, cost_usd=0.1, latency_s=2.0)
    return scripted("small", ["p" * 9 + "w" * 11] * 5) + scripted(
        "big", ["p" * 10 + "c" * 10] * 5, template=dear
    )


def sized() -> list[ModelRow]:
    """Declare the two, the small one with a size."""
    return [candidate("small", size_bytes=SIZE_BYTES), candidate("big")]


def hostile_report(make: Make) -> Report:
    """Put the hostile text wherever the report shows text that comes from elsewhere."""
    completion = replace(
        COMPLETION, task=HOSTILE, model=HOSTILE, engine=HOSTILE, rust=HOSTILE, reply=HOSTILE
    )
    failed, verdict = attempt(replace(completion, example="e2"), Outcome.COMPILE_ERROR)
    verdict = replace(verdict, error_code=HOSTILE, diagnostics=HOSTILE, isolation=HOSTILE)
    passed, passing = attempt(completion)
    other = replace(completion, model="rival", cost_usd=1.0)
    model = replace(candidate(HOSTILE), description=HOSTILE, engine=HOSTILE, price_note=HOSTILE)
    return make(
        [
            (failed, verdict),
            (passed, replace(passing, isolation=HOSTILE)),
            *(
                (completed, replace(judged, isolation=HOSTILE))
                for completed, judged in (
                    attempt(other, Outcome.WRONG_ANSWER),
                    attempt(replace(other, example="e2"), Outcome.WRONG_ANSWER),
                )
            ),
        ],
        [model, candidate("rival")],
        ReportOptions(title=HOSTILE),
        Provenance(HOSTILE, ((HOSTILE, HOSTILE),)),
    )


def test_html_holds_hostile_text_as_text(make: Make) -> None:
    """No name, note or error code can open an element or carry a handler into the page."""
    page = page_of(hostile_report(make))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "link"}
    assert not [name for _, attributes in page.elements for name in attributes if name[:2] == "on"]
    assert page.text.count("</script><img src=x onerror=alert(1)>|a") > 10


def test_svg_holds_hostile_text_as_text(make: Make) -> None:
    """Both charts are well-formed XML whose only new text is the name, dollar signs included."""
    report = hostile_report(make)
    for document in (
        report_chart(report, width=8, height=4),
        task_chart(report.tasks[0], width=8, height=4),
    ):
        root = ET.fromstring(document)  # noqa: S314 -- our own output
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not names & {"script", "img", "image", "foreignObject"}
        assert "$x$" in "".join(root.itertext())


def test_markdown_holds_hostile_text_as_text(make: Make) -> None:
    """Markup, pipes, newlines and links of a name are escaped, so that each row keeps its cells."""
    text = render_markdown(hostile_report(make))
    assert "<img" not in text
    assert "[b](" not in text
    assert "\x1b" not in text
    assert "onerror=alert(1)&gt;\\|a --" in text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("a\nb\r\nc", "a b  c"),
        ("smollm2_135m", "smollm2_135m"),
        ("_x_", r"\_x\_"),
        ("`*[$", r"\`\*\[\$"),
        (r"\|", r"\\\|"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
    ],
)
def test_markdown_escapes_a_cell(text: str, escaped: str) -> None:
    """A cell shows its text as it is, on one line, in one cell."""
    assert escape(text) == escaped


def test_markdown_rows_have_as_many_cells_as_their_header(make: Make) -> None:
    """Every table is rectangular, with hostile names too."""
    widths: list[int] = []
    for line in render_markdown(hostile_report(make)).splitlines():
        if line.startswith("|"):
            widths.append(line.replace("\\|", "").count("|"))
        else:
            assert len(set(widths)) <= 1
            widths = []


def test_terminal_holds_hostile_text_as_text(make: Make) -> None:
    """Names are neither control sequences nor rich's markup."""
    report = make(scripted("[red]name\x1b[31m", ["pw"]))
    text = terminal_text(report)
    assert "[red]name" in text
    assert "\x1b" not in text


def test_json_is_the_report(make: Make) -> None:
    """The JSON holds the records, names unchanged, and no figure that JSON does not have."""
    report = hostile_report(make)
    parsed = json.loads(render_json(report), parse_constant=pytest.fail)
    assert parsed["schema"] == 1
    assert parsed["tasks"][0]["task"] == HOSTILE
    assert parsed["tasks"] == json.loads(json.dumps(asdict(report)))["tasks"]


def test_nothing_evaluated(make: Make) -> None:
    """Without a single row every format says so."""
    report = make([])
    markdown, html, _, chart, terminal = every_rendering(report)
    for text in (markdown, html, terminal):
        assert "Nothing was evaluated." in text
    assert "No candidate was evaluated." in chart


def test_controls_only(make: Make) -> None:
    """With controls alone there is no candidate to rank, and the answer is not known."""
    report = make(scripted("reference", ["pp"]), [candidate("reference", role=Role.CONTROL_PASS)])
    assert report.tasks[0].standings == ()
    assert report.tasks[0].headline.answer == "Not known"
    assert all("No candidate was evaluated" in text for text in every_rendering(report))


def test_nothing_passed(make: Make) -> None:
    """Where no candidate passes anything the answer is no, and nothing is saved."""
    report = make(scripted("small", ["wwcn"]) + scripted("big", ["wwcc"]), sized())
    headline = report.tasks[0].headline
    assert headline.answer == "No"
    assert headline.sentence == "None of the 2 candidates passes any of 4 examples."
    every_rendering(report)


def test_a_single_model_and_run(make: Make) -> None:
    """One model in one run has a rate, no interval over runs, and nothing to be compared with."""
    report = make(scripted("only", ["ppw"]), [candidate("only", size_bytes=SIZE_BYTES)])
    headline = report.tasks[0].headline
    assert headline.answer == "Not known"
    assert headline.sentence.startswith("only passes 66.7 % of 3 examples (95 % interval 20.8")
    assert "no rival measured" in headline.sentence
    assert any("Fewer than 5 runs: only." in caveat for caveat in report.tasks[0].caveats)
    every_rendering(report)


def test_headline_says_what_the_small_model_saves(make: Make) -> None:
    """Within the tolerated gap and above the least accuracy the answer is yes, with both ratios."""
    report = make(rivals(), sized(), ReportOptions(least_accuracy=0.4, tolerated_gap=0.05))
    headline = report.tasks[0].headline
    assert headline.answer == "Yes"
    assert headline.sentence.endswith(
        "big passes 50 %. An example costs 100× less and takes 4× less time."  # noqa: RUF001 -- times
    )


def test_headline_says_who_answers_in_batches(make: Make) -> None:
    """A latency that is the wait for a batch is told as one, where the rival does not wait so."""
    alone = replace(COMPLETION, batch_size=1)
    attempts = [*scripted("big", ["pppp"]), *scripted("small", ["ppww"], template=alone)]
    sentence = make(attempts, sized()).tasks[0].headline.sentence
    assert "(big answers 8 at once)" in sentence


def test_time_that_ran_out_is_told_in_the_headline(make: Make) -> None:
    """Where most requests ran out of time nothing is known, and the headline says why."""
    late = replace(COMPLETION, finish_reason=FinishReason.TIMEOUT)
    report = make(scripted("slow", ["nnnn"], template=late), [candidate("slow")])
    headline = report.tasks[0].headline
    assert headline.answer == "Not known"
    assert "Out of time: slow in 4 of 4 requests; run.timeout_ms=" in headline.sentence


def test_headline_is_no_below_the_least_accuracy(make: Make) -> None:
    """Close to the best is not good enough where the best is poor."""
    assert make(rivals(), sized()).tasks[0].headline.answer == "No"


def test_headline_is_no_beyond_the_tolerated_gap(make: Make) -> None:
    """Cheap is not good enough where too much accuracy is given up."""
    options = ReportOptions(least_accuracy=0.4, tolerated_gap=0.04)
    assert make(rivals(), sized(), options).tasks[0].headline.answer == "No"


def test_headline_is_no_where_nothing_is_saved(make: Make) -> None:
    """A small model that is as good but dearer saves nothing."""
    dear = replace(COMPLETION, cost_usd=0.1)
    attempts = scripted("small", ["pppw"], template=dear) + scripted("big", ["pppw"])
    headline = make(attempts, sized()).tasks[0].headline
    assert headline.answer == "No"
    assert "costs 100× more and takes the same time" in headline.sentence  # noqa: RUF001 -- times


def test_headline_where_the_small_model_is_best(make: Make) -> None:
    """The most accurate of all is good enough if it passes enough, and the next one is named."""
    attempts = scripted("small", ["pppw"]) + scripted("big", ["pwww"])
    headline = make(attempts, sized()).tasks[0].headline
    assert headline.answer == "Yes"
    assert "no candidate passes more. Next is big with 25 %" in headline.sentence


def test_cost_of_zero(make: Make) -> None:
    """What costs nothing is drawn and labelled as zero, and worded without a ratio."""
    free = replace(COMPLETION, cost_usd=0.0)
    attempts = scripted("small", ["pppw"], template=free) + scripted("big", ["pppp"])
    report = make(attempts, sized(), ReportOptions(tolerated_gap=0.3))
    assert "costs nothing instead of $0.0010" in report.tasks[0].headline.sentence
    assert report.tasks[0].headline.answer == "Yes"
    chart = report_chart(report, width=8, height=4)
    assert "small ($0)" in chart
    assert ">$0</text>" in chart
    every_rendering(report)


def test_all_costs_zero(make: Make) -> None:
    """A chart of free models alone has an axis and its points."""
    free = replace(COMPLETION, cost_usd=0.0)
    report = make(scripted("a", ["pw"], template=free) + scripted("b", ["pp"], template=free))
    assert report_chart(report, width=8, height=4).count("($0)") == 2


def test_ranking_is_by_accuracy_then_cost(make: Make) -> None:
    """The more accurate comes first, of equals the cheaper."""
    dear = replace(COMPLETION, cost_usd=0.1)
    attempts = (
        scripted("dear", ["pw"], template=dear) + scripted("cheap", ["pw"]) + scripted("z", ["pp"])
    )
    rows = ranking_table(make(attempts).tasks[0]).rows
    assert [row[0] for row in rows] == ["z", "cheap", "dear"]
    assert [row[-1] for row in rows] == ["on it", "behind z", "behind z"]


def test_levels_have_marks_and_counts(make: Make) -> None:
    """Half of a level earns its mark; a level without examples has none."""
    report = make(scripted("model", ["pwww"]))
    rows = {row[0]: row[1:] for row in level_table(report, report.tasks[0]).rows}
    assert rows["1 Hello"] == ("1", "● 1/2")
    assert rows["2 Variables"] == ("1.5", "○ 0/2")
    assert rows["10 Metaprogramming"][1] == "–"  # noqa: RUF001 -- the dash of an empty cell


def test_what_of_a_corpus_is_not_used_is_a_caveat() -> None:
    """What is not used is named with where the reasons are; of a whole corpus nothing is said."""
    part = CorpusUse("task", 164, 150, 6, 5, 3, 900, 1)
    (text,) = corpus_caveats([part])
    for words in (
        "164 entries",
        "5 could not be used",
        "6 had no case",
        "3 were not drawn",
        "1 case",
    ):
        assert words in text
    assert "corpus/task.unusable.json" in text
    assert corpus_caveats([CorpusUse("task", 9, 9, 0, 0, 0, 30, 0)]) == ()


def test_caveats_are_computed(make: Make) -> None:
    """Few runs, zero spread, reused rows and our own faults are each said where they hold."""
    repeated = [
        (replace(completion, cached=completion.run > 1), verdict)
        for completion, verdict in scripted("model", ["pw", "pw"])
    ]
    ours = [
        attempt(replace(COMPLETION, run=run, example="x"), Outcome.INFRASTRUCTURE_ERROR)
        for run in (1, 2)
    ]
    text = " ".join(make(repeated + ours).tasks[0].caveats)
    assert "Fewer than 5 runs: model." in text
    assert "Every run scored the same: model." in text
    assert "2 of 6 completions were reused" in text
    assert "fault of ours or the machine's: model 2." in text
    assert "No control was run" in text


def test_a_control_that_missed_stops_the_report(make: Make, tmp_path: Path) -> None:
    """A report is refused from a database whose control failed, however it came about."""
    control = [candidate("reference", role=Role.CONTROL_PASS)]
    with pytest.raises(ControlError):
        make(scripted("reference", ["pw"]), control)
    with pytest.raises(ControlError):
        load_report(tmp_path / "results.duckdb", ReportOptions(), Provenance(""))


def test_every_task_is_told(make: Make) -> None:
    """Two tasks have two articles, two rankings, and a panel each in the chart."""
    other = replace(COMPLETION, task="other")
    report = make(scripted("model", ["pw"]) + scripted("model", ["pp"], template=other))
    page = page_of(report)
    assert sum(tag == "article" for tag, _ in page.elements) == 2
    headings = [attributes["id"] for tag, attributes in page.elements if tag in {"h2", "h3"}]
    assert len(headings) == len(set(headings)) > 2
    assert ">other<" in report_chart(report, width=8, height=4)
    assert "## Task other" in render_markdown(report)


def test_the_page_is_self_contained(make: Make) -> None:
    """Nothing is loaded from elsewhere, and every reference stays inside the page."""
    page = page_of(make(rivals(), sized()))
    for _, attributes in page.elements:
        assert "src" not in attributes
        for name in ("href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")


def test_tables_can_be_read_aloud(make: Make) -> None:
    """Every table has a caption, every heading a scope, and the page its landmarks."""
    elements = page_of(make(rivals(), sized())).elements
    tags = [tag for tag, _ in elements]
    assert tags.count("table") == tags.count("caption") > 5
    assert all(
        attributes.get("scope") in {"col", "row"} for tag, attributes in elements if tag == "th"
    )
    assert {"main", "header", "figure", "figcaption"} <= set(tags)
    assert ("html", {"lang": "en"}) in elements


def test_every_rendering_is_deterministic(make: Make) -> None:
    """The same results give the same bytes in every format."""
    assert every_rendering(make(rivals(), sized())) == every_rendering(make(rivals(), sized()))


def test_a_model_named_like_a_colour_keeps_its_name(make: Make) -> None:
    """Recolouring the chart for the page leaves text alone."""
    chart = task_chart(make(scripted("#20262e", ["pw"])).tasks[0], width=8, height=4)
    assert ">#20262e<" in chart
    assert "var(--ink)" in chart


def test_terminal_table_fits_80_columns(make: Make) -> None:
    """On a narrow terminal every figure is whole."""
    text = terminal_text(make(rivals(), sized()), width=80)
    assert max(map(len, text.splitlines())) <= 80
    for figure in ("45 %", "25.8–65.8 %", "$0.0010", "500 ms", "380.0"):  # noqa: RUF001 -- a range
        assert figure in text


def test_the_terminal_says_who_differs_from_the_python(make: Make) -> None:
    """Passing programs that answer otherwise than their Python have a line; without them none."""
    one, two = scripted("model", ["pp"])
    found = [
        _with(one, EquivalenceStatus.EQUAL, 50),
        _with(two, EquivalenceStatus.DIVERGED, 7, "f(1)"),
    ]
    line = "Passing programs that differ from their Python on other inputs: model 1 of 2."
    assert line in terminal_text(make(found), width=120)
    assert "differ from their Python" not in terminal_text(make([one]), width=120)


def test_without_controls_there_is_no_table_of_them(make: Make) -> None:
    """Where no control was run a caveat says so, and no empty table stands there."""
    text = render_markdown(make(scripted("model", ["pw"])))
    assert "No control was run" in text
    assert "Must score" not in text


def test_who_passes_nothing_is_no_value_leader(make: Make) -> None:
    """However cheap it is, a model that passes nothing has no value score in any table."""
    free = replace(COMPLETION, cost_usd=1e-9, latency_s=1e-6)
    report = make(scripted("cheap", ["ww"], template=free) + scripted("good", ["pw"]))
    rows = {row[0]: row for row in ranking_table(report.tasks[0]).rows}
    assert rows["cheap"][5] == "–"  # noqa: RUF001 -- the dash of an empty cell
    assert rows["good"][5] == "1.0"


def test_replies_without_token_counts_are_told(make: Make) -> None:
    """Means over tokens are of the replies with counts, and a caveat says how many have none."""
    counted, *others = scripted("model", ["pppp"])
    none = [(replace(each, prompt_tokens=None, completion_tokens=None), v) for each, v in others]
    report = make([counted, *none])
    (standing,) = report.tasks[0].standings
    assert standing.metrics.without_tokens == 3
    assert standing.metrics.usd_per_1m_tokens == pytest.approx(1e6 * 0.001 / 150)
    assert any("model 3 of 4" in caveat for caveat in report.tasks[0].caveats)
    assert "| $0.0010 | $0.0010 | $6.67 | 100 | 50 |" in render_markdown(report).replace("\\$", "$")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "–"),  # noqa: RUF001 -- the dash of an empty cell
        (0, "$0"),
        (1234.5, "$1,234.50"),
        (0.25, "$0.25"),
        (0.0021, "$0.0021"),
        (2.1e-8, "$0.000000021"),
        (2.1e-12, "$2.1e-12"),
    ],
)
def test_dollars(amount: float | None, text: str) -> None:
    """Dollars keep two significant digits however small they are."""
    assert dollars(amount) == text


@pytest.mark.parametrize(
    ("latency", "text"), [(0.123, "0.12 ms"), (12.3, "12 ms"), (999.6, "1.0 s"), (12345, "12.3 s")]
)
def test_milliseconds(latency: float, text: str) -> None:
    """Latencies are milliseconds below a second, seconds above."""
    assert milliseconds(latency) == text


def test_percent() -> None:
    """Whole percentages lose their zero."""
    assert [percent(share) for share in (0.5, 0.216, 1.0)] == ["50 %", "21.6 %", "100 %"]


def test_the_labels_of_the_accuracy_axis_say_where_their_lines_are(make: Make) -> None:
    """Every label of the axis is a multiple of its step, none a rounded one."""
    runs = ["p" * 8 + "w" * 81]
    svg = report_chart(make(scripted("model", runs, per_level=9)), width=8, height=4.5)
    shares = [float(text) for text in re.findall(r">\s*(\d+(?:\.\d+)?) %\s*<", svg)]
    steps = {round(after - before, 6) for before, after in itertools.pairwise(shares)}
    assert len(shares) > 3
    assert len(steps) == 1
