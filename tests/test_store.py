"""Files that are whole or not there, rows in Parquet, and finished work in SQLite."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.records import Completion, FinishReason, Outcome, VerdictRow
from sse_steps.store import (
    RecordStore,
    content_key,
    read_parquet,
    sha256_of,
    write_json_lines,
    write_parquet,
    write_text,
    written_beside,
)

# Any Unicode but lone surrogates, which are no Unicode text, and the null character, below.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
COUNTS = st.integers(0, 2**62)
SECONDS = st.floats(0, allow_infinity=False)
MAYBE = st.none() | TEXTS

COMPLETIONS = st.builds(
    Completion,
    task=TEXTS,
    model=TEXTS,
    run=COUNTS,
    example=TEXTS,
    level=st.integers(1, 10),
    rust=MAYBE,
    reply=TEXTS,
    finish_reason=st.sampled_from(FinishReason),
    prompt_tokens=st.none() | COUNTS,
    completion_tokens=st.none() | COUNTS,
    latency_s=SECONDS,
    machine_s=SECONDS,
    batch_size=COUNTS,
    cold=st.booleans(),
    cost_usd=SECONDS,
    cached=st.booleans(),
    engine=TEXTS,
    error=MAYBE,
)
VERDICTS = st.builds(
    VerdictRow,
    task=TEXTS,
    model=TEXTS,
    run=COUNTS,
    example=TEXTS,
    level=st.integers(1, 10),
    outcome=st.sampled_from(Outcome),
    compiles=st.booleans(),
    tests_run=COUNTS,
    tests_passed=COUNTS,
    tests_total=COUNTS,
    error_code=MAYBE,
    diagnostics=TEXTS,
    isolation=TEXTS,
    not_enforced=TEXTS,
)
few_examples = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def completion(**changes: Any) -> Completion:  # noqa: ANN401 - fields of several types
    """Return a completion, with changes."""
    row = Completion(
        task="t",
        model="m",
        run=1,
        example="e",
        level=1,
        rust="fn main() {}",
        reply="reply",
        finish_reason=FinishReason.STOP,
        prompt_tokens=3,
        completion_tokens=4,
        latency_s=0.5,
        machine_s=0.25,
        batch_size=1,
        cold=False,
        cost_usd=0.0,
        cached=False,
        engine="stub 1",
        error=None,
    )
    return dataclasses.replace(row, **changes)


@few_examples
@given(st.lists(COMPLETIONS, max_size=5))
def test_completions_come_back_as_they_were(tmp_path: Path, rows: list[Completion]) -> None:
    """Any completions, also none at all, survive a Parquet file in their order."""
    write_parquet(rows, Completion, tmp_path / "rows.parquet")
    assert read_parquet(tmp_path / "rows.parquet", Completion) == rows


@few_examples
@given(st.lists(VERDICTS, max_size=5))
def test_verdicts_come_back_as_they_were(tmp_path: Path, rows: list[VerdictRow]) -> None:
    """Any verdicts, also none at all, survive a Parquet file in their order."""
    write_parquet(rows, VerdictRow, tmp_path / "rows.parquet")
    assert read_parquet(tmp_path / "rows.parquet", VerdictRow) == rows


def test_kinds_are_kept(tmp_path: Path) -> None:
    """Enumerations come back as members, and None stays apart from the empty text."""
    rows = [completion(rust=None, error=""), completion(rust="", error=None)]
    write_parquet(rows, Completion, tmp_path / "rows.parquet")
    first, second = read_parquet(tmp_path / "rows.parquet", Completion)
    assert isinstance(first.finish_reason, FinishReason)
    assert (first.rust, first.error, second.rust, second.error) == (None, "", "", None)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "NaN",
        "2026-11-21",
        "1e5",
        "true",
        '{"a": 1}',
        "'; drop table x; --",
        "a\r\nb",
        "\\n",
    ],
)
def test_texts_that_look_like_something_stay_texts(tmp_path: Path, text: str) -> None:
    """No text is taken for a number, a date, an escape or SQL."""
    row = completion(reply=text, rust=text, engine=text)
    write_parquet([row], Completion, tmp_path / "it's rows.parquet")
    assert read_parquet(tmp_path / "it's rows.parquet", Completion) == [row]


def test_a_null_character_survives(tmp_path: Path) -> None:
    """A model may write any character, the null character too."""
    row = completion(reply="a\0b")
    write_parquet([row], Completion, tmp_path / "rows.parquet")
    assert read_parquet(tmp_path / "rows.parquet", Completion) == [row]


def test_a_lone_surrogate_breaks_no_build(tmp_path: Path) -> None:
    """A text that is no Unicode is written all the same, whatever becomes of that character."""
    write_parquet([completion(reply="a\ud800b")], Completion, tmp_path / "rows.parquet")
    (row,) = read_parquet(tmp_path / "rows.parquet", Completion)
    assert row.reply.startswith("a")
    assert row.reply.endswith("b")


def test_a_long_reply_survives(tmp_path: Path) -> None:
    """A reply of many megabytes is one value."""
    row = completion(reply="é" * (20 << 20))
    write_parquet([row], Completion, tmp_path / "rows.parquet")
    assert read_parquet(tmp_path / "rows.parquet", Completion) == [row]


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    """Writing the same rows again gives the same file, which is what doit compares."""
    rows = [completion(run=number, reply="x" * number) for number in range(5000)]
    for name in ("a", "b"):
        write_parquet(rows, Completion, tmp_path / name)
    assert sha256_of(tmp_path / "a") == sha256_of(tmp_path / "b")
    assert [row.run for row in read_parquet(tmp_path / "a", Completion)] == list(range(5000))


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """A new file appears in folders that are made for it, readable, with nothing left beside it."""
    target = tmp_path / "a" / "b" / "file.txt"
    with written_beside(target) as partial:
        partial.write_text("new", encoding="utf-8")
        assert not target.exists()
        assert partial.parent == target.parent
    assert target.read_text(encoding="utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o644
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [None, "old"])
def test_a_writer_that_fails_changes_nothing(
    tmp_path: Path, fault: type[BaseException], old: str | None
) -> None:
    """Whatever ends the writer, the old file stays as it was, or none appears."""
    target = tmp_path / "file.txt"
    if old is not None:
        target.write_text(old, encoding="utf-8")
    with pytest.raises(fault), written_beside(target) as partial:
        partial.write_text("half", encoding="utf-8")
        raise fault
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == (
        [old] if old is not None else []
    )


def test_a_row_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    """Parquet that cannot be written leaves the old rows."""
    target = tmp_path / "rows.parquet"
    write_parquet([completion()], Completion, target)
    with pytest.raises(Exception, match=r".+"):
        write_parquet([completion(), completion(run="no number")], Completion, target)
    assert read_parquet(target, Completion) == [completion()]
    assert list(tmp_path.iterdir()) == [target]


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    """A process that is killed while it writes leaves the target as it was."""
    target = tmp_path / "file.txt"
    write_text("old", target)
    script = (
        "import os, pathlib, sys\n"
        "from sse_steps.store import written_beside\n"
        "with written_beside(pathlib.Path(sys.argv[1])) as partial:\n"
        "    partial.write_text('half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_text(encoding="utf-8") == "old"


def test_readers_see_the_old_or_the_new_file(tmp_path: Path) -> None:
    """Rewriting a file again and again, it is never seen half."""
    target = tmp_path / "file.txt"
    write_text("0" * 10000, target)
    script = (
        "import pathlib, sys\n"
        "from sse_steps.store import write_text\n"
        "for number in range(300):\n"
        "    write_text(str(number % 10) * 10000, pathlib.Path(sys.argv[1]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(target)]) as writer:
        while writer.poll() is None:
            text = target.read_text(encoding="utf-8")
            assert len(text) == 10000
            assert len(set(text)) == 1
            time.sleep(0.002)
    assert writer.returncode == 0


@given(st.lists(st.dictionaries(TEXTS, TEXTS | COUNTS | st.none(), max_size=3), max_size=4))
@few_examples
def test_json_lines_come_back(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    """One document a line, whatever the texts hold."""
    write_json_lines(rows, tmp_path / "rows.jsonl")
    data = (tmp_path / "rows.jsonl").read_bytes()
    assert [json.loads(line) for line in data.split(b"\n")[:-1]] == rows


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(PARTS, max_size=3), st.lists(PARTS, max_size=3))
def test_addresses_follow_from_content(one: list[object], other: list[object]) -> None:
    """Equal content has one address and different content two."""
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (content_key(*one) == content_key(*other)) == same


def test_addresses_do_not_run_together() -> None:
    """Where one part ends and the next begins counts."""
    keys = {content_key("ab", "c"), content_key("a", "bc"), content_key("abc"), content_key(["a"])}
    assert len(keys) == 4
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})


# The store of finished work

RECORDS = st.dictionaries(TEXTS, st.dictionaries(TEXTS, PARTS, max_size=3), max_size=5)


@few_examples
@given(RECORDS, RECORDS)
def test_the_first_record_of_a_key_stays(
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[str, dict[str, Any]],
    second: dict[str, dict[str, Any]],
) -> None:
    """A key is written once; a later record under it changes nothing, and others are added."""
    store = RecordStore(tmp_path_factory.mktemp("store") / "records.sqlite")
    store.put_many(first)
    store.put_many(second)
    keys = [*first, *second, "a key that nobody wrote"]
    assert store.get_many(keys) == {**second, **first}


def test_records_outlive_the_store(tmp_path: Path) -> None:
    """What one process has put, another finds; folders are made as needed."""
    path = tmp_path / "new" / "records.sqlite"
    RecordStore(path).put_many({"k": {"text": "Zoë \0 \ud800", "n": [1, None]}})
    assert RecordStore(path).get_many(["k"]) == {"k": {"text": "Zoë \0 \ud800", "n": [1, None]}}
    assert RecordStore(path).get_many([]) == {}


def test_a_batch_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    """A batch with a record that is no JSON adds none of its records."""
    store = RecordStore(tmp_path / "records.sqlite")
    with pytest.raises(TypeError):
        store.put_many({"good": {"x": 1}, "bad": {"x": object()}})
    assert store.get_many(["good", "bad"]) == {}


def write_many(path: Path, writer: int, ready: Any) -> None:  # noqa: ANN401 - a barrier
    """Open the store with all others at once and write shared keys and keys of its own."""
    ready.wait()
    store = RecordStore(path)
    for number in range(20):
        store.put_many(
            {f"shared {number}": {"by": writer}, f"own {writer} {number}": {"by": writer}}
        )
        assert store.get_many([f"own {writer} {number}"])


def test_writers_of_several_processes_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Processes that open and fill one store at once all succeed, and no record is lost."""
    path, count = tmp_path / "records.sqlite", 6
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(count)
    writers = [context.Process(target=write_many, args=(path, n, ready)) for n in range(count)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * count
    store = RecordStore(path)
    own = {f"own {writer} {n}": {"by": writer} for writer in range(count) for n in range(20)}
    assert store.get_many(own) == own
    shared = store.get_many(f"shared {n}" for n in range(20))
    assert len(shared) == 20
    assert all(record["by"] in range(count) for record in shared.values())


def test_a_killed_writer_keeps_what_it_finished(tmp_path: Path) -> None:
    """Records that were put before a kill are there, and the store goes on working."""
    path = tmp_path / "records.sqlite"
    script = (
        "import os, pathlib, sys\n"
        "from sse_steps.store import RecordStore\n"
        "store = RecordStore(pathlib.Path(sys.argv[1]))\n"
        "store.put_many({'done': {'x': 1}})\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, os.fspath(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    store = RecordStore(path)
    store.put_many({"more": {"x": 2}})
    assert store.get_many(["done", "more"]) == {"done": {"x": 1}, "more": {"x": 2}}
