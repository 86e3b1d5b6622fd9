"""Argument lists of a command-line tool, as its tests, doctests and README write them down.

They are read from syntax trees and from lines of text; nothing is run, and no shell is asked.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

from sse_steps.corpus.source import Run
from sse_steps.corpus.syntax import last_name, literal_text

_RUNNERS = {"run", "check_output", "check_call", "call", "Popen", "getoutput", "invoke"}
_PARSERS = {"main", "parse_args", "parse_known_args"}
_INTERPRETER = re.compile(r"(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?$")
_PROMPT = re.compile(r"^\s*(?:[-*]\s+)?`*(?:[$%>]\s+)?(?P<command>.*?)`*\s*$")
_PLACEHOLDER = re.compile(r"^[\[<{]|\.\.\.|…|^[A-Z_]{2,}$|\$")
_OPERATORS = set("();<>|&")


def runs_in_python(tree: ast.Module, tool: str) -> Iterator[Run]:
    """Yield the runs of a tool that Python code makes with literal arguments.

    Found are commands in calls of subprocess (also through a helper that adds the command to its
    own arguments), lists given to `main` and `parse_args`, and lists that stand in for `sys.argv`.

    Args:
        tree: a test file, or an example in a doctest.
        tool: the name of the tool's file, such as `wc.py`.
    """
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    helpers = {node.name: node for node in functions if _is_helper(node)}
    for node in nodes:
        arguments = None
        if isinstance(node, ast.Assign) and any(map(_is_argv, node.targets)):
            arguments = _texts(node.value, skip=1)
        elif isinstance(node, ast.Call):
            arguments = _arguments_of(node, tool, helpers)
        if arguments is not None:
            yield Run(arguments, _stdin(node) if isinstance(node, ast.Call) else "")


def _is_argv(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and ast.unparse(target) == "sys.argv"


def _is_helper(function: ast.FunctionDef) -> bool:
    """Whether a function runs a command with what it is given."""
    named = {each.arg for each in (*function.args.args, function.args.vararg) if each is not None}
    return any(
        isinstance(call, ast.Call)
        and last_name(call.func) in _RUNNERS
        and bool(call.args)
        and _names_in(call.args[0]) & named
        for call in ast.walk(function)
    )


def _names_in(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _arguments_of(
    call: ast.Call, tool: str, helpers: dict[str, ast.FunctionDef]
) -> tuple[str, ...] | None:
    name, given = last_name(call.func), call.args
    if name in helpers:
        return _helper_arguments(call, helpers[name])
    if name in _RUNNERS and given:
        return _command(given[0], tool)
    if name in _PARSERS and given:
        return _texts(given[0])
    return _patched_argv(name, given)


def _patched_argv(name: str, given: list[ast.expr]) -> tuple[str, ...] | None:
    """Return the arguments in `setattr(sys, "argv", [...])` and `patch("sys.argv", [...])`."""
    texts = [literal_text(each) for each in given]
    if name in ("setattr", "object") and len(given) >= 3 and texts[1] == "argv":
        return _texts(given[2], skip=1)
    if name in ("setattr", "patch") and len(given) >= 2 and texts[0] == "sys.argv":
        return _texts(given[1], skip=1)
    return None


def _helper_arguments(call: ast.Call, helper: ast.FunctionDef) -> tuple[str, ...] | None:
    """Return what a call hands to a helper: one list, or texts for its starred parameter."""
    given = call.args
    if len(given) == 1 and isinstance(given[0], ast.List | ast.Tuple):
        return _texts(given[0])
    if helper.args.vararg is None:
        return None
    return _texts(ast.List(elts=given))


def _texts(node: ast.expr, *, skip: int = 0) -> tuple[str, ...] | None:
    """Return the texts of a list that holds nothing else behind its first `skip` items."""
    if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) < skip:
        return None
    texts = [literal_text(item) for item in node.elts[skip:]]
    found = [text for text in texts if text is not None]
    return tuple(found) if len(found) == len(texts) else None


def _command(node: ast.expr, tool: str) -> tuple[str, ...] | None:
    """Return the arguments behind the tool in the list, or the line, of a command."""
    text = literal_text(node)
    if text is not None:
        return _arguments_in_line(text, tool)
    if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
        return None
    words = [literal_text(item) for item in node.elts]
    is_python = ast.unparse(node.elts[0]) == "sys.executable" or (
        words[0] is not None and _INTERPRETER.match(words[0]) is not None
    )
    if is_python and words[1:3] == ["-m", tool.removesuffix(".py")]:
        return _texts(node, skip=3)
    script = 1 if is_python else 0
    if len(words) <= script:
        return None
    word = words[script]
    # Behind the interpreter stands the script, however the test has it: str(TOOL), path / "x.py".
    is_tool = is_python if word is None else word.rsplit("/", 1)[-1] == tool
    return _texts(node, skip=script + 1) if is_tool else None


def _stdin(call: ast.Call) -> str:
    """Return the text that a call gives as `input`, nothing where there is none."""
    words = {word.arg: word.value for word in call.keywords}
    node = words.get("input")
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return node.value.decode(errors="replace")
    return (literal_text(node) if node is not None else None) or ""


def runs_in_text(text: str, tool: str) -> Iterator[Run]:
    """Yield the runs of a tool that lines of a text write down, such as `$ python wc.py -l a`.

    A line with operators of a shell, variables or placeholders (`<file>`, `[options]`, `FILE`) is
    a synopsis and no run.
    """
    for line in text.splitlines():
        if tool in line and len(line) < 1000:
            matched = _PROMPT.match(line)
            command = matched["command"] if matched else line
            arguments = _arguments_in_line(command, tool)
            if arguments is not None:
                yield Run(arguments)


def _arguments_in_line(line: str, tool: str) -> tuple[str, ...] | None:
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)  # what stands behind a # is a comment
    except ValueError:  # a quotation mark that is not closed
        return None
    if words and _INTERPRETER.match(words[0]):
        words = words[1:]
    if not words or words[0].rsplit("/", 1)[-1] != tool:
        return None
    if any(set(word) <= _OPERATORS or _PLACEHOLDER.search(word) for word in words[1:] if word):
        return None
    return tuple(words[1:])
