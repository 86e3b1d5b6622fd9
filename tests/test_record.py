"""The step that writes recordings, from completions as a build leaves them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from synthetic_results import COMPLETION

from sse_steps.build_files import TranspileFiles
from sse_steps.corpus.examples_file import write_examples
from sse_steps.infer.engine import Sampling
from sse_steps.infer.prompt import build_request
from sse_steps.infer.recording import Asked, read_recording
from sse_steps.infer.replay import ReplayEngine
from sse_steps.prices import Price
from sse_steps.records import Case, Completion, Example, FinishReason
from sse_steps.settings import ModelSettings
from sse_steps.slices import Origin, RecordSlice, TranspileSlice
from sse_steps.steps import record
from sse_steps.store import write_parquet
from sse_steps.tasks import Prompts

PROMPTS = Prompts(system="Be right.", user_template="Rewrite {python_code}")
EXAMPLES = [
    Example(name, 1, f"def {name}(): return 1", (Case(name, (), 1),), f"pub fn {name}() -> i64")
    for name in ("e1", "e2")
]
GREEDY = Sampling(temperature=0.0, max_tokens=100, timeout_s=5.0)
ROWS = [
    replace(COMPLETION, example="e1", reply="one 🦀", asked_at="2026-11-21T10:00:00+00:00"),
    replace(COMPLETION, example="e2", reply="two", cost_usd=None, prompt_tokens=None),
]


def run_of(sampling: Sampling, number: int = 1) -> TranspileSlice:
    """Return what one run depends on."""
    return TranspileSlice(
        origin=Origin("task", "model", number),
        prompts=PROMPTS,
        model=ModelSettings(description="", engine="command_line"),
        sampling=sampling,
        price=Price(None, 1.0, ""),
        allow_weak_isolation=False,
    )


def recorded(folder: Path, *runs: tuple[Sampling, list[Completion]]) -> Path:
    """Write the recording of some runs."""
    examples = folder / "examples.jsonl"
    write_examples(EXAMPLES, examples)
    written = []
    for number, (_, rows) in enumerate(runs, start=1):
        written.append(TranspileFiles(examples, folder / f"{number}.parquet", None))
        write_parquet(rows, Completion, written[-1].completions)
    settings = RecordSlice(tuple(run_of(each, n) for n, (each, _) in enumerate(runs, start=1)))
    target = folder / "recordings" / "model.jsonl"
    record.run(settings, written, target)
    return target


def test_a_recording_replays_what_was_completed(tmp_path: Path) -> None:
    """Every request of a run is found again in its recording, with all its figures."""
    path = recorded(tmp_path, (GREEDY, ROWS))
    requests = [build_request(example, PROMPTS) for example in EXAMPLES]
    (batch,) = ReplayEngine(path).complete(requests, GREEDY, on_finish=lambda _: None)
    one, two = batch
    assert (one.text, one.prompt_tokens, one.cost_usd) == ("one 🦀", 100, 0.001)
    assert (one.latency_s, one.asked_at) == (0.5, "2026-11-21T10:00:00+00:00")
    assert (two.text, two.prompt_tokens, two.cost_usd) == ("two", None, None)
    assert {reply.engine for reply in batch} == {"engine 1.0"}
    assert all(reply.replayed for reply in batch)


def test_a_recording_says_where_it_comes_from_and_no_more(tmp_path: Path) -> None:
    """Each line has version, engine, date and machine, and no names of machine or user."""
    path = recorded(tmp_path, (GREEDY, ROWS))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {line["version"] for line in lines} == {1}
    assert {line["engine"] for line in lines} == {"engine 1.0"}
    assert all("processors" in line["machine"] for line in lines)
    assert set(lines[0]) == {"version", "asked", "reply", "engine", "asked_at", "machine"}
    assert str(tmp_path) not in path.read_text(encoding="utf-8")


def test_runs_are_apart_by_their_seeds_and_one_where_they_are_equal(tmp_path: Path) -> None:
    """Runs that asked the same are one line; runs with seeds of their own have their own."""
    warm = [replace(GREEDY, temperature=1.0, seed=seed) for seed in (1, 2)]
    again = [replace(row, run=2, cached=True) for row in ROWS]
    apart = recorded(tmp_path, (warm[0], ROWS), (warm[1], again))
    assert len(read_recording(apart)) == 4
    same = recorded(tmp_path, (GREEDY, ROWS), (GREEDY, again))
    assert len(read_recording(same)) == 2


def test_a_failure_gives_way_to_a_reply(tmp_path: Path) -> None:
    """Of two answers to one request the one that is an answer is kept, whichever came first."""
    failed = replace(ROWS[0], reply="", finish_reason=FinishReason.ERROR, error="offline")
    asked = Asked.of(build_request(EXAMPLES[0], PROMPTS), GREEDY)
    for first, second in ((failed, ROWS[0]), (ROWS[0], failed)):
        path = recorded(tmp_path, (GREEDY, [first]), (GREEDY, [second]))
        assert read_recording(path)[asked].reply.text == "one 🦀"
    path = recorded(tmp_path, (GREEDY, [failed]))
    assert read_recording(path)[asked].reply.error == "offline"


def test_a_model_that_took_no_part_loses_no_recording(tmp_path: Path) -> None:
    """Without its tool a model has no rows, and what was recorded before stays."""
    before = recorded(tmp_path, (GREEDY, ROWS)).read_bytes()
    assert recorded(tmp_path, (GREEDY, [])).read_bytes() == before
    assert recorded(tmp_path / "new", (GREEDY, [])).read_bytes() == b""


def test_a_recording_repeats_its_bytes(tmp_path: Path) -> None:
    """The same completions give the same file."""
    path = recorded(tmp_path, (GREEDY, ROWS))
    first = path.read_bytes()
    assert recorded(tmp_path, (GREEDY, ROWS)).read_bytes() == first


@pytest.mark.parametrize("text", ["\x1b[2J", "\r\n\t", "\u2028", "\x00", "🦀", "\\", '"'])
def test_any_text_survives(tmp_path: Path, text: str) -> None:
    """A reply with letters that end lines elsewhere comes back as it was."""
    path = recorded(tmp_path, (GREEDY, [replace(ROWS[0], reply=text)]))
    (found,) = read_recording(path).values()
    assert found.reply.text == text
    assert asdict(found)["version"] == 1
