"""The rivals' Rust tests: a right program passes them and a wrong one fails, whatever the types."""

from __future__ import annotations

from pathlib import Path

import pytest
from rivals import CargoProject, Machine, passes_with_cargo, passes_with_rustc
from rust_tests import literal, rust_tests
from samples import Candidate

from sse_steps.records import Case, Example, Failure, ProgramCase
from sse_steps.rust.sandbox import Sandbox
from sse_steps.rust.signature import read_signature
from sse_steps.rust.toolchain import Toolchain

PYTHON = '''
def f(
    n: int, x: float, word: str, rows: list[list[int]], ages: dict[str, float],
    seen: set[int], pair: tuple[int, str], maybe: int | None, alone: tuple[bool],
) -> tuple[int, float, str, list[list[int]]]:
    """Give back some of what it is given."""
'''
RIGHT = """
use std::collections::{HashMap, HashSet};
pub fn f(
    n: i64, x: f64, word: &str, rows: &[Vec<i64>], ages: &HashMap<String, f64>,
    seen: &HashSet<i64>, pair: (i64, String), maybe: Option<i64>, alone: (bool,),
) -> Result<(i64, f64, String, Vec<Vec<i64>>), String> {
    if pair.0 == 0 {
        return Err("zero".to_string());
    }
    let total: f64 = ages.values().sum();
    let sum = n + seen.iter().sum::<i64>() + maybe.unwrap_or(0) + i64::from(alone.0);
    Ok((sum, x + total, format!("{word}{}", pair.1), rows.to_vec()))
}
"""
ARGS = (
    -3, float("inf"), 'é"\\\n\x00', [[1], []], {"a": 0.5}, {4, 5}, (1, "🦀"), None, (True,),
)  # fmt: skip
CASES = (
    Case("f", ARGS, (7, float("inf"), 'é"\\\n\x00🦀', [[1], []])),
    Case("f", (*ARGS[:6], (0, ""), 1, (False,)), raises="ValueError"),
)


@pytest.fixture
def machine(toolchain: Toolchain, sandbox: Sandbox) -> Machine:
    """Return where rivals run."""
    return Machine(toolchain, sandbox)


def passes_both(machine: Machine, example: Example, rust: str, folder: Path) -> bool:
    """Return what cargo and rustc say, which must be the same."""
    candidate = Candidate("test", example, rust)
    places = folder / "cargo", folder / "rustc"
    for place in places:
        place.mkdir(parents=True)
    with_cargo = passes_with_cargo(machine, candidate, places[0])
    assert with_cargo is passes_with_rustc(machine, candidate, places[1])
    return with_cargo


def test_every_type_has_a_literal(machine: Machine, tmp_path: Path) -> None:
    """Arguments of every kind reach the function as they are, and every answer is looked at."""
    example = Example("f", 1, PYTHON, CASES, signature="pub fn f(..)")
    assert passes_both(machine, example, RIGHT, tmp_path / "right")
    for old, new in (("n + seen", "n - seen"), ("x + total", "1.0"), ("rows.to_vec()", "vec![]")):
        assert not passes_both(machine, example, RIGHT.replace(old, new), tmp_path / new)
    never = RIGHT.replace("pair.0 == 0", "false")
    assert not passes_both(machine, example, never, tmp_path / "never")


def test_a_function_with_other_integers_is_called_with_types_left_to_rustc(
    machine: Machine, tmp_path: Path
) -> None:
    """The asked types are insisted on at first; without them smaller integers can be judged too."""
    case = Case("f", (5, [1, 2]), (5, [3.5]))
    python = "def f(n: int, rows: list[int]) -> tuple[int, list[float]]: ..."
    example = Example("f", 1, python, (case,), signature="pub fn f(..)")
    rust = "fn f(n: i32, rows: &[u8]) -> (i32, Vec<f64>) { (n, vec![1.5 + rows[1] as f64]) }"
    for number, (text, passes) in enumerate(((rust, True), (rust.replace("1.5", "2.5"), False))):
        folder = tmp_path / str(number)
        folder.mkdir()
        project = CargoProject.written(machine, Candidate("test", example, text), folder)
        assert project.build().exit_code == 0
        assert project.test(run=False).exit_code != 0
        project.write_tests(rust_tests(example, inferred=True))
        assert (project.test().exit_code == 0) is passes


def test_what_an_argument_holds_afterwards_is_looked_at(machine: Machine, tmp_path: Path) -> None:
    """A case that says what the Python changed is checked after the call, floats with tolerance."""
    python = "def f(values: list[float]) -> None: ..."
    case = Case("f", ([1.0, 2.0],), None, after=((0, [0.1 + 0.2]),))
    example = Example("f", 1, python, (case,), signature="pub fn f(..)")
    right = "pub fn f(values: &mut Vec<f64>) { *values = vec![0.3]; }"
    assert passes_both(machine, example, right, tmp_path / "right")
    assert not passes_both(machine, example, right.replace("0.3", "0.31"), tmp_path / "wrong")


def test_a_declared_panic_has_to_be_one(machine: Machine, tmp_path: Path) -> None:
    """Where a case declares a panic, a function that returns fails its test."""
    case = Case("f", (1,), raises="ValueError", failure=Failure.PANIC)
    example = Example("f", 1, "def f(n: int) -> int: ...", (case,), signature="pub fn f(..)")
    panics = 'pub fn f(n: i64) -> i64 { panic!("{n}") }'
    assert passes_both(machine, example, panics, tmp_path / "panics")
    assert not passes_both(machine, example, "pub fn f(n: i64) -> i64 { n }", tmp_path / "returns")


def test_a_program_is_run_with_its_input(machine: Machine, tmp_path: Path) -> None:
    """Arguments, standard input, output and exit code of a program all count."""
    example = Example("p", 1, "", (ProgramCase(("a b",), "hé\n", "a b hé\n\n", 3),))
    right = (
        "fn main() { let a = std::env::args().nth(1).unwrap(); let mut line = String::new();"
        ' std::io::stdin().read_line(&mut line).unwrap(); println!("{a} {line}");'
        " std::process::exit(3) }"
    )
    assert passes_both(machine, example, right, tmp_path / "right")
    assert not passes_both(machine, example, right.replace("(3)", "(0)"), tmp_path / "code")
    assert not passes_both(machine, example, right.replace("{a} ", ""), tmp_path / "output")


def test_a_float_keeps_its_bits() -> None:
    """Literals of floats are exact, and those that are no number have names."""
    kind = read_signature("def f() -> float: ...", "f").result
    values = (0.1, -0.0, 1e300, float("-inf"), float("nan"))
    assert [literal(value, kind) for value in values] == [
        "(0.1_f64)", "(-0.0_f64)", "(1e+300_f64)", "f64::NEG_INFINITY", "f64::NAN",
    ]  # fmt: skip
