"""The prompt that a language model sees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.infer.prompt import build_request, requirement
from sse_steps.records import Case, Example, Failure, ProgramCase
from sse_steps.tasks import Prompts, load_task

HEADER = "pub fn add(a: i64, b: i64) -> i64"
PYTHON = "def add(a: int, b: int) -> int:\n    return a + b\n"


def function_example(python: str = PYTHON, signature: str = HEADER) -> Example:
    """Return an example that is judged by calls."""
    return Example("a/b", 3, python, (Case("add", (1, 2), 3),), signature)


PROGRAM = Example("a/c", 1, 'print("hi")\n', (ProgramCase(stdout="hi\n"),))


def test_templates_are_filled() -> None:
    """The program and what the cases need stand where the template wants them."""
    prompts = Prompts(" Be brief.\n", "{requirement}\nCode:\n{python_code}\nGo.\n")
    request = build_request(function_example(), prompts)
    assert request.system == "Be brief."
    assert request.user == f"Define exactly this function: {HEADER}\nCode:\n{PYTHON.strip()}\nGo."
    assert request.example == function_example()


def test_a_template_without_requirement_gets_it_at_its_end() -> None:
    """The signature reaches the model even where the task's author forgot it."""
    request = build_request(function_example(), Prompts("", "Rewrite:\n{python_code}\n\n"))
    assert request.user.endswith(f"return a + b\nDefine exactly this function: {HEADER}")


@pytest.mark.parametrize("where", ["{python_code}{requirement}", "{requirement}{python_code}"])
def test_braces_of_a_program_are_no_placeholders(where: str) -> None:
    """A program that holds the placeholders' own text stays as it is."""
    python = 'print("{requirement}", "{python_code}", f"{x}", {})'
    request = build_request(function_example(python), Prompts("", where))
    assert python in request.user
    assert request.user.count(HEADER) == 1


def test_every_place_of_the_requirement_is_filled() -> None:
    """A template may name the requirement before and after the program."""
    prompts = Prompts("", "{requirement} {python_code} {requirement}")
    assert build_request(function_example(), prompts).user.count(HEADER) == 2


def test_a_fallible_function_is_told_about_errors() -> None:
    """Where a call raises, the requirement says how the Rust has to say so."""
    for failure, word in ((Failure.ERR, "Err"), (Failure.NONE, "None"), (Failure.PANIC, "Panic")):
        case = Case("add", (1, 2), raises="ValueError", failure=failure)
        text = requirement(replace(function_example(), cases=(case,)))
        assert f"{word} where" in text
        assert "where" not in requirement(function_example())


def test_an_example_without_cases_requires_nothing() -> None:
    """What is not judged needs no header and no main."""
    assert requirement(replace(function_example(), cases=(), signature=None)) == ""


def test_a_program_is_asked_for_main() -> None:
    """A program's requirement speaks of main, arguments, input and exit code."""
    text = requirement(PROGRAM)
    for word in ("fn main", "arguments", "standard input", "exit code"):
        assert word in text


def test_expected_values_are_not_in_the_prompt() -> None:
    """The model sees the program, never what its cases expect."""
    example = Example("a/b", 3, PYTHON, (Case("add", (771, 2), 773),), HEADER, "// SOLUTION")
    request = build_request(example, Prompts("s", "{python_code}{requirement}"))
    assert not any(text in request.system + request.user for text in ("771", "773", "SOLUTION"))


@given(st.text())
def test_any_program_reaches_the_model_whole(python: str) -> None:
    """Whatever a program holds, the prompt holds it too."""
    request = build_request(function_example(python), Prompts("", "<{python_code}>{requirement}"))
    assert request.user == f"<{python.strip()}>Define exactly this function: {HEADER}"


def test_the_project_s_own_task_fills() -> None:
    """The task that this project ships leaves no placeholder open."""
    prompts = load_task("python_to_rust", Path(__file__).parents[1] / "tasks").prompts
    user = build_request(PROGRAM, prompts).user
    assert 'print("hi")' in user
    assert "{python_code}" not in user
    assert "{requirement}" not in user
