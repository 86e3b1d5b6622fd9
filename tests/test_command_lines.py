"""Argument lists of tools, in the ways that people write them down."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.corpus.command_lines import runs_in_python, runs_in_text
from sse_steps.corpus.source import Run

IN_PYTHON = {
    "a list": ('subprocess.run(["python", "tool.py", "a", "-b"])', [("a", "-b")]),
    "the interpreter of the test": ('subprocess.run([sys.executable, "tool.py", "a"])', [("a",)]),
    "a path as a name": ("subprocess.run([sys.executable, SCRIPT, 'a', 'b'])", [("a", "b")]),
    "a path as a call": ("subprocess.check_output([sys.executable, str(TOOL), 'a'])", [("a",)]),
    "a path in the way": ('subprocess.run(["python3.11", "./src/tool.py", "a"])', [("a",)]),
    "no interpreter": ('subprocess.call(["./tool.py", "a"])', [("a",)]),
    "a module": ('run(["python", "-m", "tool", "a"])', [("a",)]),
    "a tuple": ('subprocess.run(("python", "tool.py", "a"))', [("a",)]),
    "a line": ("subprocess.run(\"python tool.py a 'b c'\", shell=True)", [("a", "b c")]),
    "no arguments": ('subprocess.run(["python", "tool.py"])', [()]),
    "main": ('main(["a", "b"])', [("a", "b")]),
    "main of a module": ('tool.main(["a"])', [("a",)]),
    "a parser": ('build_parser().parse_args(["--count", "3"])', [("--count", "3")]),
    "argv": ('sys.argv = ["tool.py", "a"]', [("a",)]),
    "argv under any name": ('sys.argv = [__file__, "a"]', [("a",)]),
    "argv by monkeypatch": ('monkeypatch.setattr(sys, "argv", ["tool", "a"])', [("a",)]),
    "argv by its name": ('monkeypatch.setattr("sys.argv", ["tool", "a"])', [("a",)]),
    "argv by patch": ('with patch("sys.argv", ["tool", "a"]):\n    pass', [("a",)]),
    "argv by patch.object": ('with patch.object(sys, "argv", ["x", "a"]):\n    pass', [("a",)]),
    "a helper that takes a list": (
        "def run(args):\n    return subprocess.run([sys.executable, TOOL] + args)\n"
        'run(["a", "b"])\nrun(args)',
        [("a", "b")],
    ),
    "a helper that takes texts": (
        "def cli(*args):\n    return subprocess.run([sys.executable, TOOL, *args])\n"
        'cli("a", "b")\ncli()\ncli(x)',
        [("a", "b"), ()],
    ),
    "a method": ('class T:\n    def test(self):\n        main(["a"])', [("a",)]),
    "another tool": ('subprocess.run(["git", "commit", "-m", "tool"])', []),
    "another script": ('subprocess.run(["python", "other.py", "a"])', []),
    "a name among the arguments": ('subprocess.run(["python", "tool.py", x])', []),
    "a number among the arguments": ('main(["a", 3])', []),
    "a name as the list": ("main(arguments)", []),
    "a comment": ('# main(["a"])', []),
    "a text": ("x = 'main([\"a\"])'", []),
    "no command": ("subprocess.run()", []),
}


@pytest.mark.parametrize(("text", "arguments"), IN_PYTHON.values(), ids=IN_PYTHON.keys())
def test_literal_arguments_in_python_are_found(text: str, arguments: list[tuple[str, ...]]) -> None:
    """A command is found by its syntax tree, and only where every argument is written down."""
    assert [run.arguments for run in runs_in_python(ast.parse(text), "tool.py")] == arguments


def test_standard_input_is_found() -> None:
    """What a test gives as `input` is the run's standard input."""
    text = (
        'subprocess.run(["python", "tool.py"], input="a\\nb")\n'
        'subprocess.run(["./tool.py"], input=b"c")\n'
    )
    assert list(runs_in_python(ast.parse(text), "tool.py")) == [Run((), "a\nb"), Run((), "c")]


IN_TEXT = {
    "a command": ("python tool.py a b", [("a", "b")]),
    "a prompt": ("    $ python3 tool.py --count 3", [("--count", "3")]),
    "its own name": ("$ ./tool.py a", [("a",)]),
    "a bullet and backticks": ("- `python tool.py a`", [("a",)]),
    "quotation marks": ("python tool.py 'a b' \"c\"", [("a b", "c")]),
    "a comment": ("python tool.py a  # counts", [("a",)]),
    "a folder": ("python examples/x/tool.py a", [("a",)]),
    "no arguments": ("python tool.py", [()]),
    "a pipe": ("cat x | python tool.py a", []),
    "a pipe behind": ("python tool.py a | wc", []),
    "a redirection": ("python tool.py a > out", []),
    "two commands": ("python tool.py a && ls", []),
    "in the background": ("python tool.py a &", []),
    "a substitution": ("python tool.py $(ls)", []),
    "a variable": ("python tool.py $HOME", []),
    "a placeholder": ("python tool.py <file>", []),
    "an option in brackets": ("python tool.py [-h] a", []),
    "a name in capitals": ("python tool.py FILE", []),
    "dots": ("python tool.py a ...", []),
    "an open quotation mark": ("python tool.py 'a", []),
    "a sentence": ("The file tool.py counts words.", []),
    "another tool": ("python other.py tool.py", []),
}


@pytest.mark.parametrize(("line", "arguments"), IN_TEXT.values(), ids=IN_TEXT.keys())
def test_command_lines_in_text_are_found(line: str, arguments: list[tuple[str, ...]]) -> None:
    """A line that is a command of the tool alone is a run; a synopsis or a shell's line is none."""
    text = f"# Usage\n\n{line}\n"
    assert [run.arguments for run in runs_in_text(text, "tool.py")] == arguments


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    """Whatever a README holds, looking for commands in it ends."""
    for run in runs_in_text(f"python tool.py {text}\n{text} tool.py", "tool.py"):
        assert all(isinstance(argument, str) for argument in run.arguments)
