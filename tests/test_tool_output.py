"""What tools print: JSON that is right, odd, broken or hostile, escapes of terminals, secrets."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.infer.tool import JsonPaths
from sse_steps.infer.tool_output import (
    Said,
    ToolOutputError,
    last_words,
    plain_text,
    read_output,
    without_secrets,
)

PATHS = JsonPaths(
    text="result",
    prompt_tokens=("usage.input_tokens", "usage.cached"),
    completion_tokens=("usage.output_tokens",),
    cost_usd=("total_cost_usd",),
    failed="is_error",
)
GOOD = {
    "result": "fn main() {}",
    "is_error": False,
    "usage": {"input_tokens": 7, "cached": 3, "output_tokens": 5},
    "total_cost_usd": 0.25,
}


def said(data: object, paths: JsonPaths = PATHS) -> Said:
    """Return what is read from a JSON document."""
    return read_output(json.dumps(data).encode(), paths)


def with_usage(**changes: object) -> dict[str, object]:
    """Return a good document with other figures."""
    return {**GOOD, "usage": {"input_tokens": 7, "cached": 3, "output_tokens": 5, **changes}}


def test_json_gives_text_tokens_and_dollars() -> None:
    """Each figure is found at its path, and several paths are added up."""
    assert said(GOOD) == Said("fn main() {}", 10, 5, 0.25)


def test_paths_lead_through_lists_and_stars() -> None:
    """A number is a position in a list, and a star stands for every entry, dots in it or not."""
    data = [{"text": "hi", "models": {"a-2.5": {"n": [1, 2]}, "b": {"n": [4]}}}]
    paths = JsonPaths(text="0.text", prompt_tokens=("0.models.*.n.*",))
    assert said(data, paths) == Said("hi", 7)


def test_output_without_paths_is_the_reply() -> None:
    """A tool that prints text is taken at its word, JSON or not."""
    assert read_output(b'{"a": 1}\n', None).text == '{"a": 1}\n'


UNTOLD = {
    "no usage": {**GOOD, "usage": None},
    "usage elsewhere": {**GOOD, "usage": []},
    "a part is missing": {**GOOD, "usage": {"input_tokens": 7, "output_tokens": 5}},
    "a part is null": with_usage(cached=None),
}


@pytest.mark.parametrize("data", UNTOLD.values(), ids=UNTOLD.keys())
def test_a_figure_that_is_not_told_is_unknown(data: object) -> None:
    """A figure of which a part is missing is None, never a part of it and never zero."""
    found = said(data)
    assert found.prompt_tokens is None
    assert found.unusable is None


@pytest.mark.parametrize(
    "value", ["7", -1, 1.5, True, [], {}, 10**30, 2**53 + 1, 1e308, [[[]]], "NaN"]
)
def test_a_count_that_is_none_is_unknown_and_said(value: object) -> None:
    """A count of the wrong type or range is None, with a note that names the place."""
    found = said(with_usage(cached=value))
    assert found.prompt_tokens is None
    assert found.completion_tokens == 5
    assert found.unusable is not None
    assert "usage.cached" in found.unusable


@pytest.mark.parametrize("value", ["0.25", -0.01, True, [], {}, 10**400, 1e300])
def test_dollars_that_are_none_are_unknown_and_said(value: object) -> None:
    """Dollars of the wrong type or range are None; the reply and its tokens stay."""
    found = said({**GOOD, "total_cost_usd": value})
    assert (found.cost_usd, found.prompt_tokens, found.text) == (None, 10, "fn main() {}")
    assert found.unusable is not None
    assert "total_cost_usd" in found.unusable


BROKEN = {
    "nothing": b"",
    "text": b"Hello!",
    "half": b'{"result": "fn',
    "two": b'{"result": "a"}{"result": "b"}',
    "garbage": b"\xff\xfe\x00\x80",
    "not a number": b'{"result": "a", "total_cost_usd": NaN}',
    "infinity": b'{"result": "a", "total_cost_usd": -Infinity}',
    "deep": b"[" * 200_000,
    "deep and whole": b"[" * 200_000 + b"]" * 200_000,
    "a number of a million digits": b'{"result": "a", "total_cost_usd": ' + b"9" * 1_000_000 + b"}",
    "a list": b"[]",
    "a string": b'"fn main() {}"',
    "no text": b"{}",
    "text is null": b'{"result": null}',
    "text is a number": b'{"result": 12}',
    "text is empty": b'{"result": " \\n"}',
}


@pytest.mark.parametrize("output", BROKEN.values(), ids=BROKEN.keys())
def test_output_that_is_no_reply_is_refused(output: bytes) -> None:
    """Broken JSON, and JSON without a text, give one short reason."""
    with pytest.raises(ToolOutputError) as caught:
        read_output(output, PATHS)
    assert 0 < len(str(caught.value)) < 2500


def test_a_tool_that_says_it_failed_did() -> None:
    """A text that the tool calls an error is no reply, whatever the exit code was."""
    with pytest.raises(ToolOutputError, match="Not logged in"):
        said({**GOOD, "is_error": True, "result": "Not logged in"})
    with pytest.raises(ToolOutputError):
        said({**GOOD, "is_error": "yes"})
    assert said({**GOOD, "is_error": None}).text == "fn main() {}"
    assert said(GOOD, replace(PATHS, failed="no.such")).text == "fn main() {}"


ESCAPES = {
    "colours": "\x1b[1;31mfn\x1b[0m main",
    "a spinner": "\x1b[?25l\x1b[2K\x1b[1Gfn main\x1b[?25h",
    "a title": "\x1b]0;owned\x07fn main",
    "a title that ends otherwise": "\x1b]0;owned\x1b\\fn main",
    "a link": "\x1b]8;;http://x\x1b\\fn\x1b]8;;\x1b\\ main",
    "short ones": "\x1b=\x1b(Bfn main\x1b>",
    "eight bits": "\x9b31mfn main",
}


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES.keys())
def test_escapes_are_taken_out(text: str) -> None:
    """What a tool says to a terminal is no part of its reply."""
    assert plain_text(text.encode()) == "fn main"
    assert said({**GOOD, "result": text}).text == "fn main"


def test_an_escape_without_an_end_takes_no_more_than_its_line() -> None:
    """A reply that begins a title and never ends it keeps its other lines."""
    assert plain_text(b"a\x1b]0;b\nfn main() {}\n") == "a\nfn main() {}\n"


@pytest.mark.parametrize("piece", [b"\x1b[", b"\x1b]", b"\x1b", b"\x9b", b"\x1b[0;", b"\x1bP\x1b"])
def test_many_escapes_take_no_time(piece: bytes) -> None:
    """Megabytes of beginnings of escapes are read in time that grows with their length."""
    started = time.perf_counter()
    plain_text(piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - started < 10.0


@given(st.binary(max_size=300))
def test_any_bytes_become_text(output: bytes) -> None:
    """Whatever bytes a tool prints, its words can be shown: no escapes, no invalid text."""
    words = last_words(output)
    assert words
    assert "\x1b" not in words
    words.encode()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["result", "usage", "input_tokens", "x"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(data: object) -> None:
    """No document makes reading fail in another way, and no figure is ever out of range."""
    try:
        found = said(data, JsonPaths("result", ("usage.*",), ("*.x",), ("usage.input_tokens", "x")))
    except ToolOutputError:
        return
    assert found.text.strip()
    for figure in (found.prompt_tokens, found.completion_tokens, found.cost_usd):
        assert figure is None or 0 <= figure < 1e18


def test_secrets_of_the_environment_are_blacked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that prints the user's key does not bring it into the results."""
    monkeypatch.setenv("SOME_API_KEY", "sk-123456789")
    assert plain_text(b"bad key sk-123456789!") == "bad key [SOME_API_KEY]!"
    assert "sk-123" not in last_words(b"bad key sk-123456789!")
    assert said({**GOOD, "result": "sk-123456789"}).text == "[SOME_API_KEY]"


def test_short_values_and_other_variables_are_no_secrets() -> None:
    """A word that happens to be a variable's value stays."""
    environment = {"KEYBOARD": "us", "HOME": "/home/someone", "API_TOKEN": "abcdefgh"}
    assert without_secrets("us /home/someone abcdefgh", environment) == (
        "us /home/someone [API_TOKEN]"
    )


def test_last_words_are_short_and_come_from_where_there_are_any() -> None:
    """The end of the first stream that holds anything, and never nothing."""
    assert last_words(b" \n", b"x" * 5000 + b"end").endswith("end")
    assert len(last_words(b"x" * 5000)) == 2000
    assert last_words(b"", b"") == "it said nothing"
