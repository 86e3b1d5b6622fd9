"""doit sql: any query arrives whole, sees the results alone, and its faults are two lines."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from example_results import example_results

from sse_steps.config import overrides_in
from sse_steps.errors import InputFileError, QueryError, UserError
from sse_steps.report.answer import plain_text
from sse_steps.sql.query import Answer, Format, ask, export
from sse_steps.steps import sql
from sse_steps.steps.command_line import own_arguments, split_arguments
from sse_steps.steps.options import option

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command came to."""

    exit_code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of CSV on standard output."""
        return list(csv.DictReader(io.StringIO(self.out)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with results, and with others beside them."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "dodo.py", folder)
    shutil.copytree(ROOT / "conf", folder / "conf")
    (folder / "tasks").mkdir()
    shutil.copy(ROOT / "tasks/python_to_rust.yaml", folder / "tasks")
    example_results(folder / "results")
    example_results(folder / "other", runs={"lonely": ("p",)})
    return folder


@pytest.fixture(scope="module")
def database(folder: Path) -> Path:
    """Return the project's database."""
    return folder / "results/results.duckdb"


def doit(folder: Path, *arguments: str, given: str = "") -> Said:
    """Run the real executable."""
    done = subprocess.run(
        [sys.executable, "-m", "doit", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "40"},
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "query",
    [
        "select distinct model from verdicts where model = 'stub'",
        "-- a comment, with a=b\nselect distinct model from verdicts\nwhere model=='stub';",
        "--no blank here\nfrom (select 'stub' as model)",
    ],
)
def test_a_query_arrives_as_it_is(folder: Path, query: str) -> None:
    """Equals signs, dashes, comments and newlines in a query are the query's own."""
    said = doit(folder, "sql", query, "--csv", "-")
    assert (said.exit_code, said.err) == (0, "")
    assert said.rows == [{"model": "stub"}]


def test_options_and_overrides_stand_anywhere(folder: Path) -> None:
    """Options may come before or after the query, and so may an override of a setting."""
    query = "select model from models where role = 'candidate'"
    for arguments in (
        ("sql", query, "paths.results=other", "--csv=-"),
        ("paths.results=other", "sql", "--csv", "-", query),
        ("sql", "--csv", "-", "paths.results=other", "--", query),
    ):
        assert doit(folder, *arguments).rows == [{"model": "lonely"}]


def test_after_two_dashes_everything_is_the_query(folder: Path) -> None:
    """What looks like an option is text after `--`."""
    said = doit(folder, "sql", "--csv", "-", "--", "--csv\nselect 1 as one")
    assert said.rows == [{"one": "1"}]


def test_words_are_put_together(folder: Path) -> None:
    """A query need not be quoted where the shell leaves it alone."""
    said = doit(folder, "sql", "--csv", "-", "select", "1", "as", "one")
    assert said.rows == [{"one": "1"}]


def test_a_query_from_a_file_and_from_standard_input(folder: Path) -> None:
    """--file names a file of SQL, and - is standard input."""
    (folder / "q.sql").write_text("-- a = b\nselect 1 as one\n", encoding="utf-8")
    assert doit(folder, "sql", "--file", "q.sql", "--csv", "-").rows == [{"one": "1"}]
    assert doit(folder, "sql", "--file=-", "--csv=-", given="select 2 as one").rows == [
        {"one": "2"}
    ]


def test_a_question_is_asked_by_its_name(folder: Path) -> None:
    """--question runs a query that ships with the program."""
    said = doit(folder, "sql", "--question", "which_models_are_pareto_optimal", "--csv", "-")
    assert [row["model"] for row in said.rows] == ["large", "small"]


def test_without_a_query_it_says_what_is_there(folder: Path) -> None:
    """Each table has its line with what a row is, and each question its words."""
    said = doit(folder, "sql")
    assert said.exit_code == 0
    assert "frontier" in said.out
    assert "One row per (task, candidate)" in said.out
    assert "which_models_are_pareto_optimal" in said.out
    assert "worth having" in said.out


def test_figures_are_whole_and_lines_are_not_wrapped(folder: Path) -> None:
    """Off a terminal a row is a line, whatever its width, and no figure is rounded."""
    said = doit(folder, "sql", "select 1 / 3 as third, repeat('x', 500) as long, 2 as two")
    assert said.out.splitlines()[1].split() == ["0.3333333333333333", "x" * 500, "2"]


@pytest.mark.parametrize(
    ("query", "first", "second"),
    [
        ("selct 1", "line 1, column 1", "doit sql lists"),
        ("select model,\n  modl from frontier", "line 2, column 3 ('modl from", "'model'"),
        ("from frontierr", "frontierr does not exist", "'frontier'"),
        ("select f.modl from frontier as f", "modl", "'model'"),
        ("select * from frontier where", "syntax error", "doit sql lists"),
        ("select 1; select 2", "2 statements", "one select"),
        ("-- nothing", "empty", "one select"),
        ("from read_text('/etc/passwd')", "disabled", "--csv"),
        ("drop table frontier", "no select", "one select"),
        ("set variable a = 1", "no select", "one select"),
    ],
)
def test_a_fault_of_a_query_is_two_lines(
    database: Path, query: str, first: str, second: str
) -> None:
    """What is wrong and where, then what may have been meant."""

    def exported(database: Path, query: str) -> None:
        export(database, query, database.parent / "rows", Format.JSON)

    for answered in (ask, exported):
        with pytest.raises(QueryError) as fault:
            answered(database, query)
        wrong, remedy = str(fault.value).splitlines()
        assert first in wrong
        assert second in remedy


@pytest.mark.parametrize(
    ("given", "first", "second"),
    [
        ({"words": ["select 1"], "file": "q.sql"}, "a query and --file", "Give one"),
        ({"words": ["select 1"], "csv": "a", "json": "b"}, "--csv and --json", "Give one"),
        ({"csv": "from frontier"}, "no query", "--csv FILE"),
        ({"file": "nowhere.sql"}, "'nowhere.sql' cannot be read", "file of SQL"),
        (
            {"question": "which_models_are_paretto"},
            "no question",
            "which_models_are_pareto_optimal",
        ),
    ],
)
def test_a_fault_of_the_command_is_two_lines(
    database: Path, given: dict[str, Any], first: str, second: str
) -> None:
    """Two things at once, none, or one that is not there."""
    nothing: dict[str, Any] = {"words": [], "file": "", "question": ""}
    outputs = {"csv": "", "json": "", "parquet": ""}
    with pytest.raises(UserError) as fault:
        sql.run(database, **{**nothing, **outputs, **given})
    wrong, remedy = str(fault.value).splitlines()
    assert first in wrong
    assert second in remedy


@pytest.mark.parametrize("arguments", [("select modl from frontier",), ("paths.results=nowhere",)])
def test_a_fault_ends_with_exit_code_2(folder: Path, arguments: tuple[str, ...]) -> None:
    """Two lines go to standard error and nothing to standard output."""
    said = doit(folder, "sql", *arguments)
    assert (said.exit_code, said.out, len(said.err.splitlines())) == (2, "", 2)


def test_results_that_contradict_themselves_are_answered_with_a_warning(folder: Path) -> None:
    """A check that fails is said on standard error, and the query is answered all the same."""
    with pytest.raises(Exception, match="stub"):
        example_results(folder / "odd", stub="p")
    said = doit(folder, "sql", "paths.results=odd", "select 1 as one", "--csv", "-")
    assert (said.exit_code, said.rows) == (0, [{"one": "1"}])
    assert said.err.startswith("Warning: The control 'stub' scores 100 %")


def test_a_reader_that_has_seen_enough_is_no_fault(folder: Path) -> None:
    """`doit sql ... | head -1` ends without a traceback."""
    query = "from range(200000)"
    command = f"{sys.executable} -m doit sql '{query}' | head -1"
    done = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "range", "")


def test_parquet_and_json_are_what_others_can_read(folder: Path, tmp_path: Path) -> None:
    """Rows go to a file in the format asked for, and through standard output too."""
    query = "select model, pass_at_1 from model_metrics where role = 'candidate' order by all"
    expected = [("dear", 1 / 6), ("large", 0.5), ("small", 1 / 3)]
    target = tmp_path / "sub/rows.parquet"
    assert doit(folder, "sql", query, "--parquet", str(target)).exit_code == 0
    with duckdb.connect() as connection:
        assert connection.execute(f"from '{target}'").fetchall() == expected
    assert [path.name for path in target.parent.iterdir()] == ["rows.parquet"]
    rows = json.loads(doit(folder, "sql", query, "--json", "-").out)
    assert [(row["model"], row["pass_at_1"]) for row in rows] == expected


def test_a_failed_export_leaves_the_old_file(database: Path, tmp_path: Path) -> None:
    """Rows are written beside the target and renamed: a fault changes nothing."""
    target = tmp_path / "rows.csv"
    target.write_text("old")
    words = ["select cast(model as int) from frontier"]
    with pytest.raises(QueryError, match="Could not convert"):
        sql.run(database, words=words, file="", question="", csv=str(target), json="", parquet="")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_target_that_cannot_be_written_is_a_fault(database: Path, tmp_path: Path) -> None:
    """A folder in the place of the file is said in two lines."""
    (tmp_path / "rows.csv").mkdir()
    target = str(tmp_path / "rows.csv")
    with pytest.raises(InputFileError, match="cannot be written"):
        sql.run(database, words=["select 1"], file="", question="", csv=target, json="", parquet="")


@pytest.mark.parametrize(
    "query",
    [
        "select 1 as a) to '{folder}/stolen' (format csv); --",
        "copy frontier to '{folder}/stolen'",
        "attach '{folder}/stolen' as other",
        "export database '{folder}/stolen'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "install httpfs",
        "from read_csv('{folder}/secret.csv')",
        "from '{folder}/secret.csv'",
        "from glob('{folder}/*')",
        "select * from secret",
    ],
)
def test_a_query_reads_and_writes_no_other_file(database: Path, tmp_path: Path, query: str) -> None:
    """Neither plain nor exported does a query reach a file, a setting or a variable of ours."""
    (tmp_path / "secret.csv").write_text("secret\n1\n")
    secret = Answer(("a",), ((1,),))  # what a replacement scan would find by its name
    assert secret
    text = query.format(folder=tmp_path)
    with pytest.raises(QueryError):
        ask(database, text)
    with pytest.raises(QueryError):
        export(database, text, tmp_path / "rows.csv", Format.CSV)
    assert not (tmp_path / "stolen").exists()


@pytest.mark.parametrize("file", ["results.duckdb", "results.duckdb.wal"])
@pytest.mark.parametrize(
    "query",
    [
        "{copy}",
        "explain analyze {copy}",
        "with x as ({copy}) from x",
        "with x as materialized ({copy}) select 1",
        "with x as ({copy}) pivot x on Count using first(Count)",
        "with x as ({copy}) select cast('a' as int)",
        "from query('with x as ({quoted}) from x')",
    ],
)
def test_a_query_does_not_write_to_its_own_database(
    database: Path, tmp_path: Path, query: str, file: str
) -> None:
    """DuckDB allows the path of an open database to a query, wherever in it the writing stands."""
    own = tmp_path / "results.duckdb"
    shutil.copy(database, own)
    copy = f"copy (select 42) to '{tmp_path / file}' (use_tmp_file false)"
    text = query.format(copy=copy, quoted=copy.replace("'", "''"))
    with pytest.raises(QueryError):
        ask(own, text)
    with pytest.raises(QueryError):
        export(own, text, tmp_path / "rows.csv", Format.CSV)
    assert own.read_bytes() == database.read_bytes()
    assert not own.with_name("results.duckdb.wal").exists()


@pytest.mark.parametrize(
    "query",
    [
        "show tables",
        "describe frontier",
        "summarize frontier",
        "pivot models on role using count(*)",
        "from (pivot models on role using count(*));",
        "unpivot (select 1 as a, 2 as b) on a, b",
        "values (1)",
        "table models",
        "with recursive t(a) as (select 1 union all select a + 1 from t where a < 3) from t",
        "select to_timestamp(0), now()",
    ],
)
def test_what_reads_is_a_query(database: Path, tmp_path: Path, query: str) -> None:
    """DuckDB's other ways of asking are answered and exported like a plain select."""
    assert ask(database, query).rows
    export(database, query, tmp_path / "rows.csv", Format.CSV)
    assert (tmp_path / "rows.csv").stat().st_size


def test_the_database_is_not_written_over_by_its_own_rows(database: Path) -> None:
    """--csv with the results themselves as the file is a slip, and is refused."""
    before = database.read_bytes()
    with pytest.raises(QueryError, match="database itself"):
        sql.run(
            database,
            words=["select 1"],
            file="",
            question="",
            csv=f"{database.parent}/../results/results.duckdb",
            json="",
            parquet="",
        )
    assert database.read_bytes() == before


def test_rows_that_are_poured_onto_a_terminal_are_shown_not_obeyed(folder: Path) -> None:
    """--csv - holds escape sequences as they are for a file, and harmless for a terminal."""
    command = [sys.executable, "-m", "doit", "sql", "--csv", "-", "select chr(27) || '[31m' as a"]
    assert "\x1b[31m" in doit(folder, *command[3:]).out
    reader, terminal = os.openpty()
    subprocess.run(command, cwd=folder, stdout=terminal, timeout=120, check=True)
    os.close(terminal)
    shown = os.read(reader, 1000)
    os.close(reader)
    assert shown.splitlines() == [b"a", "\N{REPLACEMENT CHARACTER}[31m".encode()]


def test_plain_text_obeys_no_escape_of_a_stranger() -> None:
    """What a model wrote stays on its line and reaches no terminal as a command."""
    text = plain_text(Answer(("rust", "n"), (("\x1b]0;owned\x07\nfn", 1), (None, 22))))
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3
    assert text.splitlines()[2].split() == ["null", "22"]


def test_the_database_can_be_read_by_hand(database: Path) -> None:
    """DuckDB alone opens the file, and its catalogue says what each table is."""
    with duckdb.connect(database, read_only=True) as connection:
        query = "select comment from duckdb_tables() where table_name = $1"
        for table, words in (
            ("frontier", "One row per (task, candidate)"),
            ("pairwise_tests", "two candidates of a task"),
        ):
            ((comment,),) = connection.execute(query, [table]).fetchall()
            assert comment.startswith(words)
        nameless = "select table_name from duckdb_tables() where comment is null"
        assert connection.execute(nameless).fetchall() == []


def test_overrides_after_a_command_with_a_text_begin_like_settings() -> None:
    """Before the command doit's rule holds; after it only what begins like a setting's name."""
    query = "select a from t where b=1"
    assert overrides_in(["run.runs = 2", "sql", query, "+a.b=c d", "c==d"], ["sql"]) == [
        *("run.runs = 2", "+a.b=c d", "c==d"),
    ]
    assert overrides_in([query], ["sql"]) == [query]
    assert own_arguments("sql", ["report", "sql", query, "run.runs=2", "--csv", "x"]) == [
        *(query, "--csv", "x"),
    ]


def test_options_are_told_from_words() -> None:
    """A known option takes its value, an unknown one is left for doit to refuse."""
    params = [option("csv", "a file"), option("short", "a switch", default=False)]
    options, words = split_arguments(
        ["a b", "--csv", "-", "--short", "c", "--what", "-- d"], params
    )
    assert options == ["--csv", "-", "--short", "--what"]
    assert words == ["a b", "c", "-- d"]
