"""Corpora that mean harm: each is read, or refused, within bounds, and touches nothing."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.corpus.overview import overview_of
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Corpus
from sse_steps.errors import CorpusError

GOOD = json.dumps({"id": "good", "python_code": "print(1)\n", "test_cases": []})
HARMLESS = 'print("harmless")\n'


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Fail a test whose corpus is not read within 20 seconds of processor time."""
    started = time.process_time()
    yield
    assert time.process_time() - started < 20


LINES: dict[str, bytes] = {
    "a huge number in a doctest": b'{"id": "x", "python_code": "def f(x):\\n    \\"\\"\\"\\n    '
    b'>>> f(0x' + b"f" * 4000 + b')\\n    1\\n    \\"\\"\\"\\n    return 1\\n"}',
    "no UTF-8": b'{"id": "x", "python_code": "caf\xe9"}',
    "UTF-16": '{"id": "x", "python_code": ""}'.encode("utf-16"),
    "null bytes": b"\0" * 100,
    "a null byte in the Python": b'{"id": "x", "python_code": "x = 1\\u0000"}',
    "half a character in the Python": b'{"id": "x", "python_code": "x = \\"\\ud800\\""}',
    "half a character in the id": b'{"id": "\\ud800", "python_code": "x = 1"}',
    "deep JSON": b'{"id": "x", "python_code": "", "test_cases": ' + b"[" * 10**6,
    "a number of a million digits": b'{"id": ' + b"9" * 10**6 + b', "python_code": "x"}',
    "a line of five megabytes": b'{"id": "x", "python_code": "' + b" " * (5 << 20) + b'"}',
    "a program of two megabytes": b'{"id": "x", "python_code": "' + b"x\\n" * (1 << 20) + b'"}',
    "deep Python": b'{"id": "x", "python_code": "' + b"(" * 5000 + b'"}',
    "deep signs": b'{"id": "x", "python_code": "x = ' + b"-" * 50000 + b'1"}',
    "a long sum": b'{"id": "x", "python_code": "x = ' + b"1+" * 50000 + b'1"}',
    "a chain of calls": b'{"id": "x", "python_code": "x' + b".a()" * 50000 + b'"}',
    "deep blocks": b'{"id": "x", "python_code": "'
    + b"".join(b" " * level + b"if x:\\n" for level in range(200))
    + b'"}',
    "Python as a list": b'{"id": "x", "python_code": ["import os"]}',
    "an id that is a list": b'{"id": ["x"], "python_code": "x = 1"}',
    "an id that is empty": b'{"id": " ", "python_code": "x = 1"}',
    "the id of another": GOOD.encode(),
    "an array": b'["id", "python_code"]',
    "a text": b'"id python_code"',
    "a carriage return": b'{"id": "x",\r"python_code": 3}',
}  # fmt: skip


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_a_hostile_line_costs_itself_alone(tmp_path: Path, line: bytes) -> None:
    """A line that cannot be used is listed with a short reason; the lines around it are read."""
    path = tmp_path / "c.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + line + b"\n" + GOOD.replace("good", "last").encode())
    corpus = read_corpus(path)
    assert [source.id for source in corpus.sources] == ["good", "last"]
    assert corpus.unusable
    for unusable in corpus.unusable:
        assert unusable.origin.startswith(f"{path}:2")
        assert len(unusable.why) < 500
    overview_of(corpus)


KEPT: dict[str, dict[str, object]] = {
    "arguments nested 500 deep": {
        "test_cases": [{"input": json.loads("[" * 500 + "]" * 500), "expected": 1}]
    },
    "cases that nest deeply": {"test_cases": [{"input": [[[[[[]]]]]], "expected": None}]},
    "cases of every kind": {"test_cases": [1, "x", None, [], {}, {"input": 1}, {"input": []}]},
    "a hundred thousand cases": {"test_cases": [{"input": [1], "expected": 1}] * 100_000},
    "a function that is no name": {"test_cases": [{"input": [1]}], "function": {"a": 1}},
    "a function with quotes": {"test_cases": [{"input": [1]}], "function": "f'); import os #"},
    "an id that looks like a path": {"id": "../../../etc/passwd"},
    "an id with markup": {"id": "[red]x[/red]\x1b[31m<script>"},
    "cases as a number": {"test_cases": 0},
}


@pytest.mark.parametrize("more", KEPT.values(), ids=KEPT.keys())
def test_strange_entries_are_kept(tmp_path: Path, more: dict[str, object]) -> None:
    """What is Python stays an entry, whatever else it says; its cases are read or listed."""
    data = {"id": "x", "python_code": "def f(a: int) -> int:\n    return a\n", **more}
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(data), encoding="utf-8")
    (source,) = read_corpus(path).sources
    assert source.id == str(data["id"])
    assert not list(tmp_path.parent.glob("passwd"))


def test_a_bomb_of_zeros_is_read_to_its_bound(tmp_path: Path) -> None:
    """Two gigabytes in two megabytes of gzip are not unpacked to their end."""
    path = tmp_path / "c.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(GOOD.encode() + b"\n")
        block = b"0" * (16 << 20)
        for _ in range(40):
            file.write(block)
    corpus = read_corpus(path)
    assert [source.id for source in corpus.sources] == ["good"]
    assert corpus.unusable


def test_a_damaged_archive_keeps_what_was_read(tmp_path: Path) -> None:
    """An archive that breaks off is an unusable rest behind the entries before it."""
    path = tmp_path / "c.jsonl.gz"
    noise = json.dumps({"id": "n", "python_code": "", "noise": os.urandom(200_000).hex()})
    packed = gzip.compress(f"{GOOD}\n{noise}\n".encode())
    path.write_bytes(packed[:-2000])
    corpus = read_corpus(path)
    assert [source.id for source in corpus.sources] == ["good"]
    assert "damaged" in corpus.unusable[0].why
    path.write_bytes(b"no archive at all")
    with pytest.raises(CorpusError):
        read_corpus(path)


def tool(root: Path, name: str = "example_x") -> Path:
    """Make the folder of one tool."""
    folder = root / name
    folder.mkdir()
    return folder


def link_to_password_file(root: Path) -> None:
    """Make a tool that is a link to a file of the system."""
    (tool(root) / "x.py").symlink_to("/etc/passwd")


def link_to_folder(root: Path) -> None:
    """Make an example that is a link to a folder outside."""
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "x.py").write_text("SECRET = 1\n", encoding="utf-8")
    (root / "example_x").symlink_to(outside)


def link_to_itself(root: Path) -> None:
    """Make an example that is a link to itself."""
    (root / "example_x").symlink_to(root / "example_x")


def link_that_leads_nowhere(root: Path) -> None:
    """Make a tool that is a link to nothing."""
    (tool(root) / "x.py").symlink_to("nowhere.py")


def pipe(root: Path) -> None:
    """Make a tool that is a pipe, which a reader would wait for."""
    os.mkfifo(tool(root) / "x.py")


def device(root: Path) -> None:
    """Make a tool that is a link to endless zeros."""
    (tool(root) / "x.py").symlink_to("/dev/zero")


def folder_in_place_of_a_file(root: Path) -> None:
    """Make a folder that is named like a tool."""
    (tool(root) / "x.py").mkdir()


def large_file(root: Path) -> None:
    """Make a tool of eight gigabytes, all of it a hole."""
    with (tool(root) / "x.py").open("wb") as file:
        file.truncate(8 << 30)


def other_encoding(root: Path) -> None:
    """Make a tool in Latin-1."""
    (tool(root) / "x.py").write_bytes(b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n")


def null_bytes(root: Path) -> None:
    """Make a tool of null bytes."""
    (tool(root) / "x.py").write_bytes(b"\0" * 1000)


def deep_python(root: Path) -> None:
    """Make a tool that is nested too deeply to be parsed."""
    (tool(root) / "x.py").write_text("x = " + "[" * 5000 + "]" * 5000, encoding="utf-8")


HOSTILE_TOOLS = (
    link_to_password_file, link_to_folder, link_to_itself, link_that_leads_nowhere, pipe, device,
    folder_in_place_of_a_file, large_file, other_encoding, null_bytes, deep_python,
)  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE_TOOLS, ids=lambda make: make.__name__)
def test_a_hostile_tool_is_unusable(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Nothing is followed out of the corpus, waited for or read without end."""
    root = tmp_path / "corpus"
    root.mkdir()
    (tool(root, "example_good") / "good.py").write_text(HARMLESS, encoding="utf-8")
    make(root)
    corpus = read_corpus(root)
    assert [source.id for source in corpus.sources] == ["example_good"]
    (unusable,) = corpus.unusable
    assert "example_x" in unusable.origin
    assert "SECRET" not in str(corpus)
    assert "root:" not in str(corpus)


@pytest.mark.parametrize("name", ["test_x.py", "README.md"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"\0", b"(" * 100_000, b">>> \n  >>> x\n" * 999])
def test_hostile_files_beside_a_tool_do_not_cost_it(
    tmp_path: Path, name: str, content: bytes
) -> None:
    """A test or a README that cannot be read leaves the tool readable."""
    folder = tool(tmp_path)
    (folder / "x.py").write_text(HARMLESS, encoding="utf-8")
    (folder / name).write_bytes(content)
    corpus = read_corpus(tmp_path)
    assert [source.python for source in corpus.sources] == [HARMLESS]


def test_a_folder_of_very_many_files_is_read_in_part(tmp_path: Path) -> None:
    """Of three thousand files beside a tool a bounded number is looked at."""
    folder = tool(tmp_path)
    for number in range(3000):
        (folder / f"z{number:04}.md").write_text("python x.py 1\n", encoding="utf-8")
    (folder / "x.py").write_text(HARMLESS, encoding="utf-8")
    (source,) = read_corpus(tmp_path).sources
    assert source.python == HARMLESS
    assert "2801 files beyond the first 200" in source.left_out[0].why


OUR_FORMAT = {
    "example.py": (b"x = 1\0", b"\xff", b"def f(:", b"(" * 5000, b"x" * (2 << 20)),
    "inputs.yaml": (b"\xff", b"\0", b"a: &a [*a]", b"runs: [" + b"{}," * 200_000 + b"]"),
    "reference.rs": (b"\xff", b"\xed\xa0\x80", b"x" * (2 << 20)),
}


@pytest.mark.parametrize(
    ("name", "content"),
    [(name, content) for name, contents in OUR_FORMAT.items() for content in contents],
    ids=lambda part: str(part)[:20],
)
def test_hostile_files_of_our_own_format(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that cannot be read makes its example unusable, and no other."""
    for example in ("good", "bad"):
        folder = tmp_path / "01_hello" / example
        folder.mkdir(parents=True)
        (folder / "example.py").write_text(HARMLESS, encoding="utf-8")
        (folder / "inputs.yaml").write_text("runs: [{}]", encoding="utf-8")
    (tmp_path / "01_hello" / "bad" / name).write_bytes(content)
    corpus = read_corpus(tmp_path)
    assert "01_hello/good" in [source.id for source in corpus.sources]
    assert corpus.entries == 2


@pytest.mark.parametrize("name", ["example.py", "inputs.yaml", "reference.rs"])
@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "nowhere"])
def test_links_out_of_our_own_format_are_refused(tmp_path: Path, name: str, target: str) -> None:
    """A link out of the corpus is not read, whichever file it stands for."""
    folder = tmp_path / "01_hello" / "bad"
    folder.mkdir(parents=True)
    (folder / "example.py").write_text(HARMLESS, encoding="utf-8")
    (folder / "inputs.yaml").write_text("runs: [{}]", encoding="utf-8")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)
    corpus = read_corpus(tmp_path)
    assert corpus.sources == ()
    assert len(corpus.unusable) == 1


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_line_beside_a_good_one_is_read_or_listed(tmp_path: Path, line: bytes) -> None:
    """Whatever bytes a file holds, the good entry is read and nothing is raised."""
    path = tmp_path / "c.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + line + b"\n")
    corpus: Corpus = read_corpus(path)
    assert [source.id for source in corpus.sources] == ["good"]


@given(st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_python_is_read_or_listed(tmp_path: Path, python: str) -> None:
    """Whatever a program holds, its entry is a source or unusable."""
    path = tmp_path / "c.jsonl"
    data = json.dumps({"id": "x", "python_code": python})
    path.write_text(f"{GOOD}\n{data}\n", encoding="utf-8")
    assert read_corpus(path).entries == 2


def test_one_file_of_another_format_hides_no_tool(tmp_path: Path) -> None:
    """A folder of tools stays one, whatever one of its tools holds."""
    for name in ("example_a", "example_b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text(HARMLESS, encoding="utf-8")
    (tmp_path / "example_a" / "src").mkdir()
    (tmp_path / "example_a" / "src" / "example.py").write_text(HARMLESS, encoding="utf-8")
    corpus = read_corpus(tmp_path)
    assert {source.id for source in corpus.sources} == {"example_a", "example_b"}


def test_inputs_without_a_program_are_listed(tmp_path: Path) -> None:
    """An example of ours that lost its program is unusable, and not gone."""
    for name in ("whole", "half"):
        (tmp_path / "01_hello" / name).mkdir(parents=True)
        (tmp_path / "01_hello" / name / "inputs.yaml").write_text("runs: [{}]", encoding="utf-8")
    (tmp_path / "01_hello" / "whole" / "example.py").write_text(HARMLESS, encoding="utf-8")
    corpus = read_corpus(tmp_path)
    assert [source.id for source in corpus.sources] == ["01_hello/whole"]
    assert [each.origin.rpartition("/")[2] for each in corpus.unusable] == ["half"]
