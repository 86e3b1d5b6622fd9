"""Corpora of tools: which file is the tool, and what it is asked."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from foreign_tools import lay_out_tools
from project import Project, lay_out

from sse_steps.corpus.overview import overview_of
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Call, Run, Source

TOOL = """import argparse

def double(x: int) -> int:
    \"\"\"
    >>> double(2)
    4
    \"\"\"
    return 2 * x

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int)
    print(double(parser.parse_args().number))
"""


def put(root: Path, name: str, **files: str) -> Path:
    """Write the files of one example; `_` in a name stands for a dot before its ending."""
    folder = root / name
    folder.mkdir(parents=True)
    for key, text in files.items():
        stem, _, ending = key.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(text, encoding="utf-8")
    return folder


def read_one(root: Path) -> Source:
    """Read a corpus of one tool."""
    corpus = read_corpus(root)
    assert corpus.unusable == ()
    (source,) = corpus.sources
    return source


def test_argument_lists_become_runs(tmp_path: Path) -> None:
    """Tests and README are looked through; equal runs count once."""
    put(
        tmp_path,
        "example_double",
        double_py=TOOL,
        test_double_py='import subprocess\nsubprocess.run(["python", "double.py", "3"])\n',
        README_md="# Double\n\n```\n$ python double.py 3\n$ python double.py x\n```\n",
    )
    source = read_one(tmp_path)
    assert source.id == "example_double"
    assert source.inputs == (Run(("3",)), Run(("x",)))


def test_a_tool_without_argument_lists_is_called(tmp_path: Path) -> None:
    """Where nothing runs the tool, the doctests of its functions are its cases."""
    put(tmp_path, "example_double", double_py=TOOL)
    assert read_one(tmp_path).inputs == (Call("double", (2,)),)


def test_a_tool_without_anything_is_untested(tmp_path: Path) -> None:
    """A tool that nothing is written down for is kept and has no inputs."""
    put(tmp_path, "example_bare", bare_py="import sys\nprint(sys.argv)\n")
    source = read_one(tmp_path)
    assert source.inputs == ()


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"double_py": "x = 1\n", "other_py": TOOL}, "double"),
        ({"helper_py": "x = 1\n", "other_py": TOOL}, "other"),
        ({"helper_py": "x = 1\n", "zoo_py": "if __name__ == '__main__':\n    print(1)\n"}, "zoo"),
        ({"helper_py": "x = 1\n", "cli_py": "y = 1\n"}, "cli"),
        ({"test_double_py": "x = 1\n", "a_py": "y = 1\n", "conftest_py": "z = 1\n"}, "a"),
    ],
)
def test_the_tool_is_the_most_telling_file(
    tmp_path: Path, files: dict[str, str], tool: str
) -> None:
    """The folder's name decides, then an argument parser, a main guard, a telling name."""
    put(tmp_path, "example_double", **files)
    assert read_one(tmp_path).origin.endswith(f"/{tool}.py")


def test_every_folder_is_a_source_or_unusable(tmp_path: Path) -> None:
    """Folders without Python, or without any that parses, are listed with the reason."""
    put(tmp_path, "example_good", good_py=TOOL)
    put(tmp_path, "example_broken", broken_py="print 'Python 2'\n")
    put(tmp_path, "example_rust", main_rs="fn main() {}\n")
    put(tmp_path, "example_tests", test_a_py="x = 1\n")
    (tmp_path / "example_empty").mkdir()
    corpus = read_corpus(tmp_path)
    assert [source.id for source in corpus.sources] == ["example_good"]
    assert len(corpus.unusable) == 4
    assert "does not parse" in corpus.unusable[0].why
    assert corpus.entries == 5


def test_a_broken_file_beside_the_tool_is_listed(tmp_path: Path) -> None:
    """A Python file that does not parse costs nothing but itself."""
    put(tmp_path, "example_double", double_py=TOOL, notes_py="print 'x'\n")
    source = read_one(tmp_path)
    assert "notes.py does not parse" in source.left_out[0].why


def test_runs_beyond_the_bound_are_listed(tmp_path: Path) -> None:
    """Of seventy runs in a README fifty are used, and the others are said to be left out."""
    lines = "".join(f"    $ python double.py {number}\n" for number in range(70))
    put(tmp_path, "example_double", double_py=TOOL, README_md=lines)
    source = read_one(tmp_path)
    assert source.cases_found == 50
    assert "20 runs beyond the first 50" in source.left_out[0].why


def test_tools_one_folder_down_are_found(tmp_path: Path) -> None:
    """A repository that keeps its tools in a folder of their own can be named as it is."""
    put(tmp_path / "examples", "example_double", double_py=TOOL)
    assert read_one(tmp_path).id == "examples/example_double"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 300 tools made of other people's code."""
    return lay_out_tools(tmp_path_factory.mktemp("tools"), 300)


@pytest.mark.slow
def test_nothing_of_300_foreign_tools_is_lost(tools: Path) -> None:
    """Every one of 300 entries has cases, is untested, or is unusable with a reason."""
    overview = overview_of(read_corpus(tools))
    assert overview.entries == 300
    kinds = [overview.count(kind) for kind in ("function", "program", "untested")]
    assert sum(kinds) + len(overview.unusable) == 300
    assert min(kinds) > 0
    assert all(reason.why for reason in (*overview.unusable, *overview.left_out))
    assert sum(share.examples for share in overview.levels()) == len(overview.examples)


@pytest.mark.slow
def test_300_foreign_tools_are_read_in_seconds(tools: Path) -> None:
    """Reading them takes less than 15 seconds of processor time: nothing of them is run."""
    started = time.process_time()
    overview_of(read_corpus(tools))
    assert time.process_time() - started < 15


@pytest.mark.slow
def test_stats_and_benchmark_work_on_300_foreign_tools(tools: Path, tmp_path: Path) -> None:
    """Both commands agree on what there is, as tables and as JSON."""
    project: Project = lay_out(tmp_path)
    stats = project.doit("corpus-stats", "--path", str(tools), "--json")
    benchmark = project.doit("benchmark", "--corpus", str(tools), "--verbose", "--json")
    assert (stats.exit_code, benchmark.exit_code) == (0, 0), stats.text + benchmark.text
    counts, levels = json.loads(stats.text), json.loads(benchmark.text)
    assert (
        counts["with_cases"] + counts["untested"] + counts["unusable"] == counts["entries"] == 300
    )
    assert len(counts["unusable_entries"]) == counts["unusable"] == levels["unusable"]
    assert len(levels["by_example"]) == levels["examples"] == 300 - counts["unusable"]
    assert sum(each["examples"] for each in levels["levels"]) == levels["examples"]
    assert sum(levels["difficulties"].values()) == levels["examples"]
    assert "300" in project.doit("corpus-stats", "--path", str(tools)).text
    text = project.doit("benchmark", "--corpus", str(tools), "--verbose").text
    assert f"Levels 1-10: {levels['coverage']}" in text
    assert text.count("example_") >= 250
