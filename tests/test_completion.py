"""What TAB completes, asked of a real bash that has sourced the script, and of the rules alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import ROOT

from sse_steps.doit_commands.candidates import FILES, Vocabulary, candidates
from sse_steps.doit_commands.kept_words import keep, read_kept

KNOWN = Vocabulary(
    commands=("run", "explain", "help"),
    tasks=("check", "check:a:1", "check:a:2", "verify"),
    options={
        "run": {"--always": False, "--file": True},
        "explain": {"--json": False},
        "help": {},
        "check": {},
        "verify": {"--source": True, "--json": False},
    },
    settings=("run.runs", "run.temperature", "models"),
    values={"models": ("big", "small"), "prices": ("default",), "--models": ("big", "small")},
)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("doit ex", ["explain "]),
        ("doit ", ["check ", "explain ", "help ", "run ", "verify "]),
        ("doit check:", ["check:a:1 ", "check:a:2 "]),
        ("doit explain ver", ["verify "]),
        ("doit explain --", ["--json "]),
        ("doit --a", ["--always "]),
        ("doit verify --s", ["--source "]),
        ("doit verify --source ", [FILES]),
        ("doit verify --source=o", [FILES]),
        ("doit run.t", ["run.temperature="]),
        ("doit verify --json run.r", ["run.runs="]),
        ("doit models=[b", ["models=[big"]),
        ("doit models=s", ["models=[small"]),
        ("doit models=[big,", ["models=[big,big", "models=[big,small"]),
        ("doit prices=", ["prices=default "]),
        ("doit evaluate --models=b", ["--models=big"]),
        ("doit nothing.like.this", []),
    ],
)
def test_the_last_word_is_completed(line: str, found: list[str]) -> None:
    """Commands, tasks, options, settings and values, each in their place."""
    assert candidates(line, KNOWN) == found


@given(st.text(alphabet="abcdefgeilmnoprstuvxy.:=[], -", max_size=30))
def test_what_is_typed_stays(text: str) -> None:
    """A candidate goes on from the last word, apart from the bracket that a list needs."""
    line = f"doit {text}"
    word = "" if line[-1].isspace() else line.rsplit(maxsplit=1)[-1]
    for each in candidates(line, KNOWN):
        plain = each.replace("=[", "=")
        assert each == FILES or each.startswith(word) or plain.startswith(word.replace("=[", "="))


def completed(line: str, folder: Path = ROOT) -> list[str]:
    """Return what a real bash offers for a line, with doit's script sourced."""
    words = line.split() + ([""] if line.endswith(" ") else [])
    # bash splits at '=' and ':' as well before it calls a completion.
    driver = f"""
source <(doit completion bash)
COMP_LINE={shell(line)}; COMP_POINT=${{#COMP_LINE}}
COMP_WORDS=({" ".join(shell(word) for word in words)}); COMP_CWORD={len(words) - 1}
compopt() {{ :; }}
_single_shot_eval_doit
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("this machine has no bash")
    done = subprocess.run(
        [bash, "-c", driver],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stderr == ""
    return [each for each in done.stdout.split("\n") if each]


def shell(word: str) -> str:
    """Return a word as bash reads it back."""
    return "'" + word.replace("'", "'\\''") + "'"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("doit explai", "explain "),
        ("doit verify --sou", "--source "),
        ("doit transpile:python_to_rust:py2many:", "1 "),
        ("doit run.tempera", "run.temperature="),
        ("doit models=[py2", "[py2many"),
        ("doit sql --question which_model_is", "which_model_is_the_best_buy "),
        ("doit prices=own", "own_machine "),
        ("doit verify --source dod", "dodo.py"),
        ("doit verify --source=dod", "dodo.py"),
        ("doit run.allow_weak", "run.allow_weak_isolation="),
    ],
)
def test_bash_offers_it(line: str, offered: str) -> None:
    """In this repository the script offers its tasks, options, settings, models and questions.

    bash takes '=' and ':' for ends of words, so what stands before the last one is not repeated.
    """
    assert offered in completed(line)


def test_a_line_of_completion_leaves_no_state(tmp_path: Path) -> None:
    """To press TAB in a fresh project makes no file there."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    shutil.copytree(ROOT / "tasks", tmp_path / "tasks")
    for name in ("dodo.py", "doit.cfg"):
        shutil.copy(ROOT / name, tmp_path)
    before = set(tmp_path.rglob("*"))
    assert "report " in completed("doit rep", tmp_path)
    assert {path for path in set(tmp_path.rglob("*")) - before if path.suffix != ".pyc"} <= {
        tmp_path / "__pycache__"
    }


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_the_scripts_are_ones(shell_name: str) -> None:
    """Each shell that is installed finds no fault in its script."""
    script = ROOT / f"sse_steps/doit_commands/completion.{shell_name}"
    program = shutil.which(shell_name)
    if program is None:
        pytest.skip(f"this machine has no {shell_name}")
    assert subprocess.run([program, "-n", str(script)], check=False).returncode == 0


def test_what_is_kept_holds_as_long_as_the_project_is_as_it_was(tmp_path: Path) -> None:
    """Nothing is kept at first; then all of it is, until a file of the project changes."""
    project, home = tmp_path / "project", {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    (project / "conf/model").mkdir(parents=True)
    (project / "dodo.py").write_text("", encoding="utf-8")
    assert read_kept(project, home) is None
    keep(KNOWN, project, home)
    assert read_kept(project, home) == KNOWN
    assert read_kept(tmp_path, home) is None
    (project / "conf/model/new.yaml").write_text("engine: numpy\n", encoding="utf-8")
    assert read_kept(project, home) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"digest": 1, "words": []}', "\0"])
def test_what_is_kept_and_broken_counts_as_nothing(text: str, tmp_path: Path) -> None:
    """A file that somebody cut or overwrote is no fault, and is written anew."""
    home = {"HOME": str(tmp_path)}
    keep(KNOWN, tmp_path, home)
    (kept,) = tmp_path.rglob("completion/*.json")
    kept.write_text(text, encoding="utf-8")
    assert read_kept(tmp_path, home) is None
    keep(KNOWN, tmp_path, home)
    assert read_kept(tmp_path, home) == KNOWN
