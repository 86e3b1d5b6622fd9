"""Faults of a command line: two lines with the nearest right word, exit code 3, nothing inside."""

from __future__ import annotations

import subprocess
import sys

import pytest
from project import ROOT


def said(*arguments: str) -> tuple[int, list[str]]:
    """Return the exit code of a doit command in this repository, and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "doit", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "wrong", "remedy"),
    [
        (["reprot"], "There is no task 'reprot'.", "Did you mean 'report'?"),
        (["explian", "report"], "There is no task 'explian'.", "Did you mean 'explain'?"),
        (
            ["check:python_to_rust:py2man:1"],
            "There is no task 'check:python_to_rust:py2man:1'.",
            "Did you mean 'check:python_to_rust:py2many:1'?",
        ),
        (["qqqqqq"], "There is no task 'qqqqqq'.", "'doit list' names the tasks, "),
        (
            ["sql", "--qestion", "x"],
            "There is no option '--qestion'.",
            "Did you mean '--question'?",
        ),
        (
            ["verify", "--source"],
            "The option '--source' lacks its value.",
            "See 'doit help verify'.",
        ),
        (["verify", "--json=1"], "The option '--json' takes no value.", "See 'doit help verify'."),
        (["-x"], "There is no option '-x'.", "Did you mean '-"),
        (["--alwys"], "There is no option '--alwys'.", "Did you mean '--always-execute'?"),
        (["-n", "x"], "The value of 'num_process' does not fit.", "See 'doit help run'."),
        (["transpile", "--foo"], "There is no option '--foo'.", "'transpile' takes no options"),
        (["sql", ""], "An argument is empty.", "Leave it out"),
        (["info", "reprot"], "There is no task 'reprot'.", "Did you mean 'report'?"),
        (["list", "reprot"], "There is no task 'reprot'.", "Did you mean 'report'?"),
        (["clean", "reprot"], "There is no task 'reprot'.", "Did you mean 'report'?"),
        (["forget", "reprot"], "There is no task 'reprot'.", "Did you mean 'report'?"),
        (["help", "evaluat"], "There is no task 'evaluat'.", "Did you mean 'evaluate'?"),
        (["tasks/sentiment.yaml"], "There is no task 'tasks/sentiment.yaml'.", "Quote a pattern"),
        (["evaluate", "--models", "no*.apr"], "--models 'no*.apr' matches no file", "Correct the"),
        (["evaluate", "--tasks", "tasks/no.yaml"], "There is no task file ", "Did you mean "),
        (["evaluate", "--output", "x.pdf"], "A report cannot be written to", "Give --output"),
        (["models=[no/such.gguf]"], "There is no model file 'no/such.gguf'", "Valid names: "),
        (["models=[py2many]", "run.rums=2"], "There is no setting 'run.rums'.", "Did you mean"),
        (["completion", "bsh"], "'bsh' is no shell that is known.", "Did you mean 'bash'?"),
    ],
)
def test_a_wrong_word_gets_two_lines(arguments: list[str], wrong: str, remedy: str) -> None:
    """What is wrong, then the nearest right word or what to do, and exit code 3."""
    code, lines = said(*arguments)
    assert code == 3
    assert len(lines) == 2, lines
    assert lines[0].startswith(f"ERROR: {wrong}")
    assert lines[1].startswith(remedy)


def test_help_begins_with_what_is_ours() -> None:
    """The overview names every task of the build before doit's own commands."""
    code, lines = said("help")
    text = "\n".join(lines)
    tasks = [line.split()[0] for line in said("list")[1]]
    assert code == 0
    ours, _, own = text.partition("About the build:")
    assert [name for name in tasks if f"\n  {name} " not in ours] == []
    assert "\n  explain " in own
    assert "\n  strace " in own


COMMANDS = (
    *("evaluate", "analyze", "verify", "inspect", "corpus-stats", "benchmark", "cache", "sql"),
    *("compare", "gate", "report", "explain", "doctor", "completion", "run", "help"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_whole(command: str) -> None:
    """It says what the command does, how it is called, and gives an example that names it."""
    code, lines = said("help", command)
    assert code == 0
    assert lines[0] == "PURPOSE"
    assert len(lines[1].strip()) > 20 or command == "run"
    assert any(line.startswith(f"    doit {command}") for line in lines)
    examples = lines[lines.index("EXAMPLES") + 1 :]
    assert examples
    assert all(line.startswith("    ") and "doit" in line for line in examples)
    options = [line for line in lines if line.startswith("    --")]
    defaults = [line for line in lines if "(default: " in line]
    assert len(options) <= max(len(defaults), 0) or command in ("explain", "run", "help")


def test_help_needs_no_project_that_loads() -> None:
    """With settings that cannot be composed the commands that work without them are shown."""
    code, lines = said("help", "run.rums=2")
    assert code == 0
    assert any(line.startswith("  doctor ") for line in lines)
