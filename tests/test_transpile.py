"""The step that asks models: what a reply costs, and which replies are kept."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from stand_ins import StandIns, on_path
from tiny_model import TinyModel

from sse_steps.build_files import TranspileFiles
from sse_steps.corpus.examples_file import write_examples
from sse_steps.errors import ModelFormatError, RecordingError
from sse_steps.infer.command_line import tool_version
from sse_steps.infer.engine import Sampling
from sse_steps.infer.prompt import build_request
from sse_steps.infer.recording import Asked, Recorded, RecordedReply
from sse_steps.infer.tool import JsonPaths, Tool
from sse_steps.models.line import Skip, StageRecord
from sse_steps.prices import Price, PriceSettings, TokenPrice, price_of
from sse_steps.records import Case, Completion, Example, FinishReason, Skipped
from sse_steps.settings import ModelSettings
from sse_steps.slices import Origin, TranspileSlice
from sse_steps.steps import transpile
from sse_steps.store import read_parquet, sha256_of, write_json_lines, write_text
from sse_steps.tasks import Prompts

ROOT = Path(__file__).parents[1]
PATHS = JsonPaths("text", ("read",), ("written",), ("dollars",))
LOCAL = Tool(("tool", "--version"), hosted=False, json=PATHS)
HOSTED = replace(LOCAL, hosted=True)
PRICED = replace(HOSTED, model="priced")
PRICES = PriceSettings(
    date="2026-01-01",
    machine="a machine at a tenth of a cent a second",
    usd_per_hour=3.6,
    source="somewhere",
    tokens=(TokenPrice("priced", 1.0, 10.0, "2026-01-01", "somewhere"),),
)
TELLS = """print('{"text": "fn main() {}", "read": 1000, "written": 100, "dollars": 0.5}')"""
COUNTS = """print('{"text": "fn main() {}", "read": 1000, "written": 100}')"""
SILENT = """print('{"text": "fn main() {}"}')"""
PROMPTS = Prompts("Be right.", "{python_code}")
SAMPLING = Sampling(temperature=1.0, max_tokens=100, timeout_s=20.0, seed=1)
EXAMPLES = [
    Example(name, 1, f"def {name}(): return 1", (Case(name, (), 1),), f"pub fn {name}() -> i64")
    for name in ("good", "bad")
]


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIns]:
    """Return an empty folder of executables; versions are asked anew."""
    tool_version.cache_clear()
    yield on_path(tmp_path, monkeypatch)
    tool_version.cache_clear()


def files_in(folder: Path) -> TranspileFiles:
    """Return what a run reads and writes in a folder."""
    written = (folder / "completions.parquet", folder / "skipped.parquet")
    return TranspileFiles(folder / "examples.jsonl", *written)


def completed(
    folder: Path, model: ModelSettings, *, sampling: Sampling = SAMPLING, file: Path | None = None
) -> list[Completion]:
    """Let a model write all examples."""
    settings = TranspileSlice(
        Origin("task", "model", 1),
        PROMPTS,
        model,
        sampling,
        price_of(model.tool, PRICES),
        allow_weak_isolation=False,
    )
    write_examples(EXAMPLES, folder / "examples.jsonl")
    files = files_in(folder)
    transpile.run(settings, files, None, file, folder / "cache")
    return read_parquet(files.completions, Completion)


def recorded(example: Example, *, text: str = "x", cost_usd: float | None = None) -> Recorded:
    """Return one line of a recording."""
    return Recorded(
        version=1,
        asked=Asked.of(build_request(example, PROMPTS), SAMPLING),
        reply=RecordedReply(
            text=text,
            finish_reason=FinishReason.STOP,
            latency_s=2.5,
            cold=False,
            prompt_tokens=None,
            completion_tokens=None,
            cost_usd=cost_usd,
            error=None,
        ),
        engine="tool: 1.0",
        asked_at=None,
        machine="Linux x86_64, 2 processors",
    )


def tool(settings: Tool) -> ModelSettings:
    """Return a model that is an installed tool."""
    return ModelSettings("A tool.", "command_line", command=("tool", "{model}"), tool=settings)


@pytest.mark.parametrize("settings", [LOCAL, HOSTED, PRICED])
def test_what_a_tool_says_that_it_cost_counts(
    stand_ins: StandIns, tmp_path: Path, settings: Tool
) -> None:
    """Dollars that the tool tells go before prices and before the machine's."""
    stand_ins.add("tool", TELLS)
    assert [row.cost_usd for row in completed(tmp_path, tool(settings))] == [0.5, 0.5]


def test_tokens_cost_what_they_are_declared_to(stand_ins: StandIns, tmp_path: Path) -> None:
    """Without dollars of the tool's own, tokens read and written have their prices."""
    stand_ins.add("tool", COUNTS)
    expected = pytest.approx((1000 * 1.0 + 100 * 10.0) / 1e6)
    assert [row.cost_usd for row in completed(tmp_path, tool(PRICED))] == [expected] * 2


@pytest.mark.parametrize(("settings", "body"), [(PRICED, SILENT), (HOSTED, COUNTS)])
def test_an_unknown_cost_is_neither_zero_nor_the_machine_s(
    stand_ins: StandIns, tmp_path: Path, settings: Tool, body: str
) -> None:
    """A hosted tool that tells too little costs nobody knows what."""
    stand_ins.add("tool", body)
    assert [row.cost_usd for row in completed(tmp_path, tool(settings))] == [None, None]


def test_a_tool_on_this_machine_costs_its_seconds(stand_ins: StandIns, tmp_path: Path) -> None:
    """Where this machine does the work, its declared price is multiplied with the time."""
    stand_ins.add("tool", f"time.sleep(0.2); {SILENT}")
    for row in completed(tmp_path, tool(LOCAL)):
        assert row.latency_s >= 0.2
        assert row.cost_usd == pytest.approx(row.machine_s * 0.001)


def test_a_replay_costs_what_it_cost_then(tmp_path: Path) -> None:
    """A recorded cost stands, and an unknown one is not made up from the machine's price."""
    costs = zip(EXAMPLES, (0.25, None), strict=True)
    lines = [recorded(example, cost_usd=cost) for example, cost in costs]
    path = tmp_path / "recording.jsonl"
    write_json_lines([asdict(line) for line in lines], path)
    model = replace(tool(PRICED), engine="replay", recording="recording.jsonl")
    rows = completed(tmp_path, model, file=path)
    assert [row.cost_usd for row in rows] == [0.25, None]
    assert {(row.latency_s, row.engine, row.replayed) for row in rows} == {(2.5, "tool: 1.0", True)}


def test_a_recording_that_changed_is_read_again(tmp_path: Path) -> None:
    """Kept replies of a replay belong to the bytes of its recording."""
    path = tmp_path / "recording.jsonl"
    model = ModelSettings("A replay.", "replay", recording="recording.jsonl")
    for text in ("one", "two"):
        line = recorded(EXAMPLES[0], text=text)
        write_json_lines([asdict(line)], path)
        known, unknown = completed(tmp_path, model, file=path)
        assert known.reply == text
        assert unknown.finish_reason == "error"


def test_failures_of_tools_are_rows_and_are_not_kept(stand_ins: StandIns, tmp_path: Path) -> None:
    """A failed call is a row with its reason; asked again, only that call is made again."""
    stand_ins.add("tool", f"sys.exit('offline') if b'bad' in heard else {SILENT}")
    good, bad = completed(tmp_path, tool(HOSTED))
    assert (good.error, bad.error) == (None, "exit code 1: offline")
    assert len(stand_ins.calls("tool")) == 2
    stand_ins.add("tool", f"sys.exit('still') if b'bad' in heard else {SILENT}")
    good, bad = completed(tmp_path, tool(HOSTED))
    assert (good.error, bad.error) == (None, "exit code 1: still")
    assert len(stand_ins.calls("tool")) == 3
    stand_ins.add("tool", SILENT)
    assert [row.error for row in completed(tmp_path, tool(HOSTED))] == [None, None]
    assert [row.error for row in completed(tmp_path, tool(HOSTED))] == [None, None]
    assert len(stand_ins.calls("tool")) == 4


def test_a_longer_time_limit_asks_only_for_what_ran_into_the_shorter_one(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    """Replies that were in time are not paid for again."""
    stand_ins.add("tool", f"time.sleep(3 if b'bad' in heard else 0); {SILENT}")
    hasty = replace(SAMPLING, timeout_s=1.5)
    good, bad = completed(tmp_path, tool(HOSTED), sampling=hasty)
    assert (good.finish_reason, bad.finish_reason) == ("stop", "timeout")
    rows = completed(tmp_path, tool(HOSTED))
    assert [row.finish_reason for row in rows] == ["stop", "stop"]
    assert len(stand_ins.calls("tool")) == 3


def test_a_tool_s_reply_ends_before_a_stop_text(stand_ins: StandIns, tmp_path: Path) -> None:
    """What a setting asks of every model is done for tools as well, and without it nothing is."""
    stand_ins.add("tool", """print('{"text": "fn main() {} // END and more"}')""")
    stopping = replace(SAMPLING, stop=("// END", "more"))
    whole = {row.reply for row in completed(tmp_path, tool(HOSTED))}
    cut = {row.reply for row in completed(tmp_path, tool(HOSTED), sampling=stopping)}
    assert (whole, cut) == ({"fn main() {} // END and more"}, {"fn main() {} "})


# ---- models that take no part ----
def asked(folder: Path, model: ModelSettings, *, run: int = 1, **files: Path) -> list[Skipped]:
    """Let a model write all examples, and return what is said about its absence."""
    settings = TranspileSlice(
        Origin("task", "model", run),
        PROMPTS,
        model,
        SAMPLING,
        Price(None, 0.001, ""),
        allow_weak_isolation=False,
    )
    write_examples(EXAMPLES, folder / "examples.jsonl")
    places = (files.get("record"), files.get("file"))
    transpile.run(settings, files_in(folder), *places, folder / "cache")
    return read_parquet(folder / "skipped.parquet", Skipped)


def validated(folder: Path, skip: Skip | None, sha256: str = "") -> Path:
    """Write the record that the validate step leaves."""
    record = StageRecord("model", "validate", (), skip, {} if skip else {"sha256": sha256})
    write_text(json.dumps(asdict(record)), folder / "record.json")
    return folder / "record.json"


def test_a_tool_that_is_not_installed_takes_no_part(
    stand_ins: StandIns, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No rows of zeros: one row says why, the terminal says it once, and a tool put in is asked."""
    for run in (1, 2):
        (skipped,) = asked(tmp_path, tool(HOSTED), run=run)
        assert (skipped.task, skipped.model, skipped.run) == ("task", "model", run)
        assert skipped.gate is None
        assert "'tool' is not installed" in skipped.reason
        assert "recording" in skipped.remedy
        assert read_parquet(tmp_path / "completions.parquet", Completion) == []
    assert capsys.readouterr().err.count("'model' is skipped.") == 1
    stand_ins.add("tool", SILENT)
    tool_version.cache_clear()
    assert asked(tmp_path, tool(HOSTED)) == []
    assert len(read_parquet(tmp_path / "completions.parquet", Completion)) == 2


def test_a_model_that_a_gate_skipped_takes_no_part(tmp_path: Path) -> None:
    """The record of the line decides; weights are not even looked for."""
    record = validated(tmp_path, Skip("C2", "It is no model.", "Use another."))
    model = ModelSettings("Weights.", "numpy", source="x.gguf")
    (skipped,) = asked(tmp_path, model, record=record, file=tmp_path / "none.apr")
    assert (skipped.gate, skipped.reason, skipped.remedy) == (
        *("C2", "It is no model.", "Use another."),
    )
    assert read_parquet(tmp_path / "completions.parquet", Completion) == []


def test_weights_that_were_not_validated_are_not_run(tmp_path: Path) -> None:
    """A file that changed after it was let in stops the step; nothing is written."""
    weights = TinyModel(context_length=4096).write(tmp_path / "tiny.gguf")
    record = validated(tmp_path, None, sha256_of(weights))
    model = ModelSettings("Weights.", "numpy", source="tiny.gguf")
    assert asked(tmp_path, model, record=record, file=weights) == []
    (tmp_path / "completions.parquet").unlink()
    TinyModel(context_length=4096, seed=1).write(weights)
    with pytest.raises(ModelFormatError, match="is not the file that was validated"):
        asked(tmp_path, model, record=record, file=weights)
    assert not (tmp_path / "completions.parquet").exists()


# ---- what a reply is found by ----
def imported(path: Path) -> Iterator[Path]:
    """Yield the files of the package that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sse_steps."):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            files = [ROOT / f"{str(name).replace('.', '/')}.py" for name in names]
            yield from (file for file in files if file.is_file())


def test_a_reply_is_found_by_all_code_that_reads_models() -> None:
    """Every file that an engine reads a model with is in the identity of its replies."""
    engines = ("text_engine", "numpy_engine", "llama_cpp_engine", "llama_cpp_model")
    waiting = [ROOT / f"sse_steps/infer/{name}.py" for name in engines]
    seen: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += imported(file)
    models = {path.stem for path in seen if path.parent.name == "models"}
    assert models == set(transpile.READING)


def test_what_a_model_is_called_is_not_asked_again(stand_ins: StandIns, tmp_path: Path) -> None:
    """Another name, description or price asks nothing again; another prompt, model or seed does."""
    stand_ins.add("tool", SILENT)
    completed(tmp_path, tool(HOSTED))
    write_examples(EXAMPLES, tmp_path / "examples.jsonl")
    price = Price(None, 9.9, "another price")
    same = TranspileSlice(
        Origin("other", "name", 3),
        PROMPTS,
        tool(HOSTED),
        SAMPLING,
        price,
        allow_weak_isolation=True,
    )
    changes = [
        same,
        replace(same, sampling=replace(SAMPLING, seed=2)),
        replace(same, prompts=Prompts("Be quick.", "{python_code}")),
        replace(same, model=tool(replace(HOSTED, model="another"))),
    ]
    calls = []
    for settings in changes:
        transpile.run(settings, files_in(tmp_path), None, None, tmp_path / "cache")
        calls.append(len(stand_ins.calls("tool")))
    assert calls == [2, 4, 6, 8]


def test_a_recording_that_is_not_there_is_two_lines(tmp_path: Path) -> None:
    """A replay without its file says which, and what to do."""
    model = ModelSettings("A replay.", "replay", recording="none.jsonl")
    with pytest.raises(RecordingError, match=r"none\.jsonl.*is not there"):
        completed(tmp_path, model, file=tmp_path / "none.jsonl")
