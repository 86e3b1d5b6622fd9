"""Every command that the documentation shows does what the page says, or says why it is not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_commands import commands_of, files_of, pages, unlabelled
from docs_project import DocsProject, prepare

PAGES = {page.name: page for page in pages()}
ALL = [command for page in PAGES.values() for command in commands_of(page.read_text(), page.name)]
RUN = [command for command in ALL if command.is_run]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> DocsProject:
    """Return the small project of the documentation, built once."""
    return prepare(tmp_path_factory.mktemp("documentation"))


@pytest.mark.slow
@pytest.mark.parametrize("page", dict.fromkeys(command.page for command in RUN))
def test_every_command_of_a_page_does_what_it_says(
    prepared: DocsProject, tmp_path: Path, page: str
) -> None:
    """The commands of a page end with the exit codes that it says, one after the other."""
    project = prepared.copy(tmp_path)
    commands = dict.fromkeys(command for command in RUN if command.page == page)
    scripts: set[str] = set()
    faults = []
    for command in commands:
        if command.script not in scripts:
            scripts.add(command.script)
            faults += [fault for fault in (project.fault(command),) if fault]
    assert faults == [], "\n\n".join(faults)


def test_what_is_not_run_or_fails_says_why() -> None:
    """A command that is left out, or that has to fail, has a reason of several words."""
    excepted = [command for command in ALL if not command.is_run or command.exit_code]
    print(*excepted, sep="\n")  # noqa: T201 - the list of what is not run: pytest -rP
    assert [each.place for each in excepted if len(each.reason.split()) < 3] == []
    assert len(excepted) < len(RUN)


def test_no_block_of_commands_hides_from_the_test() -> None:
    """What looks like commands is fenced as `bash`, so that it is run."""
    found = {name: unlabelled(page.read_text(encoding="utf-8")) for name, page in PAGES.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_page_is_read_as_its_reader_reads_it() -> None:
    """Blocks, lists, marks, lines that fail and placeholders come out as they were written."""
    text = (
        "Type `doit sql` or `doit gate` <!-- exits with 2: no threshold -->.\n\n"
        "- A list:\n"
        "  ```bash\n  doit corpus=PATH\n  doit gate  # exits with 1: missed\n  ```\n\n"
        "<!-- not run: needs an account -->\n```bash\ndoit models=[claude]\n```\n\n"
        "```\nas `doit nothing` printed\n```\n"
    )
    sql, gate, block, claude = commands_of(text, "page.md")
    assert (sql.script, sql.exit_code, sql.is_run) == ("doit sql", 0, True)
    assert (gate.exit_code, gate.reason) == (2, "no threshold")
    assert block.script == (
        "doit corpus=tasks/py2rs\nstatus=0; doit gate || status=$?; test $status -eq 1"
    )
    assert (claude.is_run, claude.reason, claude.line) == (False, "needs an account", 10)
    assert unlabelled("```\ndoit run.turns=3\n```\n\n```sh\nls\n```\n") == [1, 5]


def test_a_file_that_a_page_shows_is_laid_down() -> None:
    """A block that begins with a comment of its path is that file, with its placeholders real."""
    shown = "```yaml\n# conf/model/a.yaml\nsource: /path/to/model.gguf\n```\n```yaml\nkey: 1\n```\n"
    assert files_of(shown) == {"conf/model/a.yaml": "# conf/model/a.yaml\nsource: tiny.gguf\n"}


def test_a_command_that_does_otherwise_is_found(tmp_path: Path) -> None:
    """A wrong exit code is a fault, with the place of the command and what it printed."""
    project = DocsProject(tmp_path)
    fine, wrong = commands_of("```bash\ntrue\n```\n```bash\necho said; false\n```\n", "page.md")
    assert project.fault(fine) == ""
    assert project.fault(wrong).startswith("page.md:4: exit code 1, not 0")
    assert "said" in project.fault(wrong)


def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """Neither it nor what it has started is waited for, and it is a fault as any exit code is."""
    done = DocsProject(tmp_path).run("echo begun; sleep 300 & wait", timeout_s=0.5)
    assert (done.returncode, done.stdout) == (124, "begun\n")
