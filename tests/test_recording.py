"""Recordings: written by the step, read with distrust, and replayed as they were measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.errors import ConfigError, RecordingError
from sse_steps.infer.engine import Request, Sampling
from sse_steps.infer.factory import Surroundings, build_engine
from sse_steps.infer.recording import Asked, Recorded, RecordedReply, read_recording
from sse_steps.infer.replay import ReplayEngine
from sse_steps.records import Case, Example, FinishReason, Reply
from sse_steps.rust.sandbox import Sandbox
from sse_steps.settings import ModelSettings

SAMPLING = Sampling(temperature=1.0, max_tokens=100, timeout_s=20.0, seed=2)
REQUEST = Request(Example("l/e", 3, "x = 1", (Case("f", (), 1),)), "system", "user")
RECORDED = Recorded(
    version=1,
    asked=Asked.of(REQUEST, SAMPLING),
    reply=RecordedReply(
        text="fn main() {}",
        finish_reason=FinishReason.STOP,
        latency_s=1.5,
        cold=True,
        prompt_tokens=10,
        completion_tokens=5,
        cost_usd=0.25,
        error=None,
    ),
    engine="tool: 1.2",
    asked_at="2026-11-21T10:00:00+00:00",
    machine="Linux x86_64, 2 processors",
)


def write(folder: Path, *lines: object) -> Path:
    """Write a recording of JSON documents, or of lines as they are."""
    path = folder / "recording.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


def replayed(path: Path, *requests: Request, sampling: Sampling = SAMPLING) -> list[Reply]:
    """Return what a recording replies to some requests."""
    asked = requests or (REQUEST,)
    (batch,) = ReplayEngine(path).complete(asked, sampling, on_finish=lambda _: None)
    return list(batch)


def test_a_reply_comes_back_as_it_was_measured(tmp_path: Path) -> None:
    """Text, tokens, dollars, latency, date and the tool's version are those of then, and marked."""
    (reply,) = replayed(write(tmp_path, asdict(RECORDED)))
    assert reply == Reply(
        "fn main() {}",
        FinishReason.STOP,
        1.5,
        1.5,
        cold=True,
        prompt_tokens=10,
        completion_tokens=5,
        cost_usd=0.25,
        replayed=True,
        engine="tool: 1.2",
        asked_at="2026-11-21T10:00:00+00:00",
    )


def test_what_was_not_known_then_is_not_known_now(tmp_path: Path) -> None:
    """Unknown tokens and dollars stay unknown, and a failure stays one."""
    reply = replace(
        RECORDED.reply,
        text="",
        finish_reason=FinishReason.TIMEOUT,
        prompt_tokens=None,
        completion_tokens=None,
        cost_usd=None,
        error="too slow",
    )
    (found,) = replayed(write(tmp_path, asdict(replace(RECORDED, reply=reply))))
    assert (found.prompt_tokens, found.completion_tokens, found.cost_usd) == (None, None, None)
    assert (found.finish_reason, found.error) == (FinishReason.TIMEOUT, "too slow")


def test_the_time_limit_is_no_part_of_a_request(tmp_path: Path) -> None:
    """A recording serves whatever time limit the replay is given."""
    path = write(tmp_path, asdict(RECORDED))
    (reply,) = replayed(path, sampling=replace(SAMPLING, timeout_s=0.001))
    assert reply.text == "fn main() {}"


def test_a_request_that_is_not_recorded_is_an_error_and_no_missing_row(tmp_path: Path) -> None:
    """Every request gets a reply; one without a recording says what is recorded instead."""
    other = replace(REQUEST, user="another prompt")
    known, unknown = replayed(write(tmp_path, asdict(RECORDED)), REQUEST, other)
    assert known.finish_reason is FinishReason.STOP
    assert (unknown.finish_reason, unknown.text, unknown.replayed) == (FinishReason.ERROR, "", True)
    assert unknown.error == "the recording has no reply to this prompt; it holds 1 others"
    assert unknown.cost_usd is None


def test_other_settings_are_named(tmp_path: Path) -> None:
    """A prompt that is recorded with other settings says which they are."""
    path = write(tmp_path, asdict(RECORDED))
    (reply,) = replayed(path, sampling=replace(SAMPLING, seed=1, temperature=0.0))
    assert reply.finish_reason is FinishReason.ERROR
    assert reply.error == (
        "the recording has this prompt, but with temperature 1.0, not 0.0, seed 2, not 1"
    )


def test_recordings_are_joined_by_writing_one_behind_the_other(tmp_path: Path) -> None:
    """Lines stand for themselves: order, blank lines and repeated lines change nothing."""
    other = replace(RECORDED, asked=replace(RECORDED.asked, user="other"))
    first, second = asdict(RECORDED), asdict(other)
    joined = read_recording(write(tmp_path, first, b"", second, first, second))
    assert joined == read_recording(write(tmp_path, second, first))
    assert len(joined) == 2


def test_two_different_replies_to_one_request_are_refused(tmp_path: Path) -> None:
    """A recording that contradicts itself names both lines."""
    other = replace(RECORDED, engine="tool: 1.3")
    path = write(tmp_path, asdict(RECORDED), b"", asdict(other))
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert f"Lines 1 and 3 of '{path}'" in caught.value.wrong


def changed(**changes: object) -> Callable[[dict[str, Any]], object]:
    """Return a change to a line: `reply__cost_usd=1` sets a key of `reply`."""

    def change(line: dict[str, Any]) -> object:
        for name, value in changes.items():
            *outer, last = name.split("__")
            place = line[outer[0]] if outer else line
            place[last] = value
        return line

    return change


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "no JSON": lambda _: b"{",
    "garbage": lambda _: b"\xff\x00\xfe",
    "deep": lambda _: b"[" * 100_000,
    "a list": lambda line: [line],
    "null": lambda _: None,
    "empty": lambda _: {},
    "another version": changed(version=2),
    "an unknown key": changed(extra=1),
    "an unknown key that acts up": lambda line: {**line, "\x1b[2J\nevil": 1},
    "an unknown key inside": changed(reply__extra=1),
    "no engine": changed(engine=None),
    "a text that is none": changed(reply__text=12),
    "another end": changed(reply__finish_reason="perfect"),
    "negative time": changed(reply__latency_s=-1.0),
    "time without end": lambda line: json.dumps(line).replace("1.5", "Infinity").encode(),
    "no number": lambda line: json.dumps(line).replace("1.5", "NaN").encode(),
    "huge time": changed(reply__latency_s=1e300),
    "time as text": changed(reply__latency_s="1.5"),
    "negative dollars": changed(reply__cost_usd=-0.01),
    "dollars that are true": changed(reply__cost_usd=True),
    "half a token": changed(reply__prompt_tokens=1.5),
    "huge tokens": changed(reply__completion_tokens=10**40),
    "a long number": lambda line: json.dumps(line).replace("1.5", "1" * 10_000).encode(),
    "cold as text": changed(reply__cold="yes"),
    "half a letter": changed(reply__text="\ud800"),
    "stop as text": changed(asked__stop="x"),
    "a seed that is text": changed(asked__seed="2"),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_line_that_does_not_fit_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    """Whatever a stranger writes gives two lines that name the line, and nothing is half used."""
    line = change(json.loads(json.dumps(asdict(RECORDED))))
    path = write(tmp_path, asdict(RECORDED), line)
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert f"Line 2 of '{path}'" in caught.value.wrong
    assert len(str(caught.value).splitlines()) == 2
    assert str(caught.value).replace("\n", "").isprintable()
    with pytest.raises(RecordingError):
        replayed(path)


def test_a_line_without_end_is_not_read(tmp_path: Path) -> None:
    """A line longer than any reply is refused at the limit."""
    path = tmp_path / "recording.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 31)  # sparse: it takes no room
    with pytest.raises(RecordingError, match="Line 1 of"):
        read_recording(path)


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir], ids=["missing", "a folder"])
def test_a_recording_that_is_not_there_is_an_error(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """A path that leads nowhere is an error in two lines that says how a recording is made."""
    path = tmp_path / "recording.jsonl"
    make(path)
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert str(path) in caught.value.wrong
    assert "docs/baselines.md" in caught.value.remedy


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_in_two_lines(tmp_path: Path, data: bytes) -> None:
    """No file makes reading fail in another way."""
    path = tmp_path / "recording.jsonl"
    path.write_bytes(data)
    try:
        assert read_recording(path) == {}
    except RecordingError as fault:
        assert len(str(fault).splitlines()) == 2


def no_sandbox() -> Sandbox:
    """Fail: a replay runs nothing."""
    raise AssertionError("a sandbox was asked for")


def test_a_replay_without_a_recording_is_refused(tmp_path: Path) -> None:
    """A model that replays needs a recording that is there; it is not read before it is asked."""
    model = ModelSettings(description="", engine="replay")
    with pytest.raises(ConfigError, match="recording"):
        build_engine("mine", model, Surroundings(None, no_sandbox))
    named = replace(model, recording="replies.jsonl")
    place = Surroundings(tmp_path / "replies.jsonl", no_sandbox)
    with pytest.raises(RecordingError, match="is not there"):
        build_engine("mine", named, place)
    (tmp_path / "replies.jsonl").write_text("not read yet", encoding="utf-8")
    assert build_engine("mine", named, place).version == "replay 1"


def test_what_a_replay_depends_on_is_plain_data(tmp_path: Path) -> None:
    """The identity of a request changes with its prompt and its sampling, not with its time."""
    engine = ReplayEngine(tmp_path)
    one = engine.inputs(REQUEST, SAMPLING)
    assert one == engine.inputs(REQUEST, replace(SAMPLING, timeout_s=1.0))
    assert one != engine.inputs(replace(REQUEST, user="other"), SAMPLING)
    assert one != engine.inputs(REQUEST, replace(SAMPLING, seed=9))
    json.dumps(one)
