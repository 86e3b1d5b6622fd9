"""The judge with a real compiler in a real sandbox: right answers pass, and nothing else does."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from sse_steps.records import Case, Outcome, ProgramCase, Verdict
from sse_steps.rust.judge import Judge
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain
from sse_steps.source_hash import source_hash

LIMITS = Limits(cpu_s=2, wall_s=8.0, memory_bytes=512 << 20, output_bytes=256 << 10)
SHORT = replace(LIMITS, cpu_s=1, wall_s=1.0)
ADD = "pub fn add(a: i64, b: i64) -> i64 { a + b }"
ADD_CASES = (Case("add", (1, 2), 3), Case("add", (-5, 6), 1), Case("add", (2**40, 1), 2**40 + 1))


@pytest.fixture(scope="session")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return the judge under small limits."""
    return Judge(toolchain, sandbox, LIMITS)


@pytest.fixture(scope="session")
def impatient(judge: Judge) -> Judge:
    """Return the judge with a second for each process."""
    return replace(judge, limits=SHORT)


def why(verdict: Verdict) -> str:
    """Return what a failing test should print."""
    return f"{verdict.outcome}: {verdict.diagnostics}"


def check_passes(judge: Judge, rust: str, *cases: Case) -> None:
    """Check that a candidate passes all of its cases, with every field as it must be."""
    verdict = judge.judge(rust, cases)
    assert verdict.outcome is Outcome.PASSED, why(verdict)
    assert verdict.passes()
    assert verdict.compiles
    assert verdict.tests_run == verdict.tests_passed == len(cases)
    assert verdict.compile_s > 0
    assert verdict.run_s > 0
    assert verdict.error_code is None
    assert verdict.diagnostics == ""
    assert verdict.isolation == judge.sandbox.level


# One source per group and one case per kind of parameter: a compilation takes a fifth of a second.
FITTING: dict[str, tuple[str, list[Case]]] = {
    "i64": ("fn f(x: i64) -> i64 { x * 2 }", [Case("f", (-4,), -8)]),
    "i32": ("fn f(x: i32) -> i32 { x * 2 }", [Case("f", (-4,), -8)]),
    "usize and u8": ("fn f(x: usize, y: u8) -> usize { x + y as usize }", [Case("f", (3, 4), 7)]),
    "i128": ("fn f(x: i128) -> i128 { x + 1 }", [Case("f", (2**100,), 2**100 + 1)]),
    "f64": ("fn f(x: f64) -> f64 { x / 3.0 }", [Case("f", (1.0,), 1 / 3), Case("f", (2,), 2 / 3)]),
    "bool": ("fn f(x: bool) -> bool { !x }", [Case("f", args=(True,), expected=False)]),
    "char": (
        "fn f(x: char) -> char { x.to_ascii_uppercase() }",
        [Case("f", ("a",), "A"), Case("f", ("🦀",), "🦀")],
    ),
    "&str": ("fn f(x: &str) -> usize { x.len() }", [Case("f", ("Zoë\0",), 5), Case("f", ("",), 0)]),
    "&str returned": (
        "pub fn f<'a>(x: &'a str, y: &'a str) -> &'a str { if x > y { x } else { y } }",
        [Case("f", ("a", "b"), "b")],
    ),
    "String": ("fn f(x: String) -> String { x + \"!\" }", [Case("f", ("hé",), "hé!")]),
    "&String": ("fn f(x: &String) -> String { x.repeat(2) }", [Case("f", ("ab",), "abab")]),
    "&[T]": (
        "fn f(x: &[i64]) -> i64 { x.iter().sum() }",
        [Case("f", ([1, 2, 3],), 6), Case("f", ([],), 0)],
    ),
    "&[String]": ("fn f(x: &[String]) -> String { x.join(\"-\") }", [Case("f", (["a"],), "a")]),
    "&[&str]": ("fn f(x: &[&str]) -> String { x.concat() }", [Case("f", (["a", "b"],), "ab")]),
    "Vec<T>": (
        "fn f(mut x: Vec<i32>) -> Vec<i32> { x.reverse(); x }",
        [Case("f", ([1, 2],), [2, 1])],
    ),
    "&Vec<T>": ("fn f(x: &Vec<i64>) -> usize { x.len() }", [Case("f", ([1, 2],), 2)]),
    "Vec<Vec<T>>": (
        "fn f(x: &[Vec<f64>]) -> Vec<f64> { x.iter().map(|r| r.iter().sum()).collect() }",
        [Case("f", ([[0.1, 0.2], []],), [0.3, 0.0])],
    ),
    "&mut Vec<T>": (
        "fn f(x: &mut Vec<i64>) -> Vec<i64> { x.push(9); x.clone() }",
        [Case("f", ([1],), [1, 9]), Case("f", ([],), [9])],
    ),
    "&mut [T]": ("fn f(x: &mut [i64]) -> i64 { x.sort(); x[0] }", [Case("f", ([3, 1],), 1)]),
    "an array": ("fn f(x: [i64; 2]) -> i64 { x[0] - x[1] }", [Case("f", ([3, 1],), 2)]),
    "HashMap": (
        "use std::collections::HashMap;\n"
        "fn f(x: &HashMap<String, i64>) -> HashMap<i64, String> "
        "{ x.iter().map(|(k, v)| (*v, k.clone())).collect() }",
        [Case("f", ({"a": 1, "b": 2},), {2: "b", 1: "a"}), Case("f", ({},), {})],
    ),
    "BTreeMap": (
        "use std::collections::BTreeMap;\n"
        "fn f(x: BTreeMap<(i64, i64), Vec<bool>>) -> BTreeMap<(i64, i64), Vec<bool>> { x }",
        [Case("f", ({(1, 2): [True]},), {(1, 2): [True]})],
    ),
    "HashSet": (
        "use std::collections::{BTreeSet, HashSet};\n"
        "fn f(x: &HashSet<i64>) -> BTreeSet<i64> { x.iter().map(|v| v + 1).collect() }",
        [Case("f", ({1, 2},), {3, 2})],
    ),
    "a tuple": (
        "fn f(x: (i64, String)) -> (String, i64, ()) { (x.1, x.0, ()) }",
        [Case("f", ((1, "a"),), ("a", 1, None))],
    ),
    "a tuple of one": ("fn f(x: (i64,)) -> (i64,) { x }", [Case("f", ((1,),), (1,))]),
    "Option": (
        "fn f(x: Option<i64>) -> Option<i64> { x.map(|v| v + 1) }",
        [Case("f", (None,), None), Case("f", (1,), 2)],
    ),
    "Option<&str>": (
        "fn f(x: Option<&str>) -> &str { x.unwrap_or(\"none\") }",
        [Case("f", (None,), "none"), Case("f", ("a",), "a")],
    ),
    "Result": (
        "fn f(x: i64) -> Result<i64, String> { if x > 0 { Ok(x) } else { Err(\"no\".into()) } }",
        [Case("f", (1,), 1), Case("f", (0,), raises="ValueError")],
    ),
    "Result with a boxed error": (
        "fn f(x: &str) -> Result<i64, Box<dyn std::error::Error>> { Ok(x.parse::<i64>()?) }",
        [Case("f", ("12",), 12), Case("f", ("x",), raises="ValueError")],
    ),
    "Box and Cow": (
        "use std::borrow::Cow;\n"
        "fn f(x: Box<i64>, y: &str) -> (Box<i64>, Cow<'_, str>) { (x, Cow::Borrowed(y)) }",
        [Case("f", (1, "a"), (1, "a"))],
    ),
    "no parameters, nothing returned": ("fn f() {}", [Case("f", (), None)]),
    "a type parameter that its bound decides": (
        "pub trait Only<T> {}\nimpl Only<i64> for () {}\n"
        "pub fn f<T: std::ops::Add<Output = T>>(x: T, y: T) -> T where (): Only<T> { x + y }",
        [Case("f", (1, 2), 3)],
    ),
    "a type parameter": (
        "pub fn f<T: PartialOrd + Copy>(x: &[T]) -> T { let mut m = x[0]; "
        "for &y in x { if y > m { m = y } } m }",
        [Case("f", ([1, 3, 2],), 3)],
    ),
    "a type parameter of floats": (
        "pub fn f<T: Into<f64> + Copy>(x: &[T]) -> f64 { x.iter().map(|&y| y.into()).sum() }",
        [Case("f", ([1.5, 3.0],), 4.5)],
    ),
    "an impl Trait": (
        "pub fn f(x: impl IntoIterator<Item = i64>, y: impl AsRef<str>) -> String "
        "{ format!(\"{}{}\", x.into_iter().sum::<i64>(), y.as_ref()) }",
        [Case("f", ([1, 3], "a"), "4a")],
    ),
    "a lifetime": (
        "pub fn f<'a>(x: &'a [String]) -> &'a str { &x[0] }", [Case("f", (["a"],), "a")],
    ),
    "a constant parameter beside a fixed array": (
        "struct A<const N: usize>;\nimpl A<2> { fn sum(x: [i64; 2]) -> i64 { x[0] + x[1] } }\n"
        "pub fn f(x: [i64; 2]) -> i64 { A::<2>::sum(x) }",
        [Case("f", ([1, 2],), 3)],
    ),
    "inner attributes, modules and macros": (
        "#![allow(dead_code, non_snake_case)]\n"
        "mod inner { pub fn twice(x: i64) -> i64 { x * 2 } }\n"
        "macro_rules! thrice { ($x:expr) => { $x * 3 } }\n"
        "fn f(x: i64) -> i64 { inner::twice(thrice!(x)) }\n"
        "fn main() { println!(\"{}\", f(1)); }\n"
        "#[cfg(test)] mod tests { #[test] fn t() { assert_eq!(1, 2); } }\n// the end",
        [Case("f", (1,), 6)],
    ),
    "names and texts beyond ASCII": (
        "fn f(größe: &str) -> String { /* é */ format!(\"{größe}🦀\") }",
        [Case("f", ("ñ",), "ñ🦀")],
    ),
    "printing": (
        "fn f(x: i64) -> i64 { println!(\"{x}\"); eprintln!(\"A\\0\\0\"); print!(\"end\"); x }",
        [Case("f", (number,), number) for number in range(50)],
    ),
    "unsafe": (
        "static mut N: i64 = 0;\nfn f(x: i64) -> i64 { unsafe { N = x; N } }",
        [Case("f", (4,), 4)],
    ),
    "threads": (
        "fn f(x: i64) -> i64 { std::thread::spawn(move || x + 1).join().unwrap() }",
        [Case("f", (4,), 5)],
    ),
    "a panic that is caught": (
        "fn f(x: i64) -> i64 { std::panic::catch_unwind(|| -> i64 { panic!() }).unwrap_or(x) }",
        [Case("f", (4,), 4)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rust", "cases"), FITTING.values(), ids=FITTING.keys())
def test_right_answers_pass(judge: Judge, rust: str, cases: list[Case]) -> None:
    """A right function passes, whichever of Rust's types its author chose for the parameters."""
    check_passes(judge, rust, *cases)


def test_wrong_answers_are_counted(judge: Judge) -> None:
    """A wrong answer fails the candidate; the cases that it got right are still counted."""
    verdict = judge.judge(
        "fn add(a: i64, b: i64) -> i64 { if a < 0 { a + b } else { a - b + 10 } }", ADD_CASES
    )
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert not verdict.passes()
    assert verdict.compiles
    assert (verdict.tests_run, verdict.tests_passed) == (3, 1)
    assert "add(1, 2) gave 9, expected 3" in verdict.diagnostics


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_wrong_case_is_enough(judge: Judge, at: int) -> None:
    """A candidate that is wrong once, in whichever case, does not pass."""
    cases = [*ADD_CASES]
    cases[at] = replace(cases[at], expected=77)
    verdict = judge.judge(ADD, tuple(cases))
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert (verdict.tests_run, verdict.tests_passed) == (3, 2)


MISFITS: dict[str, tuple[str, Case, Outcome]] = {
    "a wrong type of answer": (
        "fn f() -> f64 { 3.0 }", Case("f", (), 3), Outcome.WRONG_ANSWER,
    ),
    "nothing instead of a value": ("fn f() {}", Case("f", (), 3), Outcome.WRONG_ANSWER),
    "an Err that nobody expects": (
        "fn f() -> Result<i64, ()> { Err(()) }", Case("f", (), 3), Outcome.WRONG_ANSWER,
    ),
    "None where an Err is expected": (
        "fn f() -> Option<i64> { None }", Case("f", (), raises="ValueError"), Outcome.WRONG_ANSWER,
    ),
    "a value where an Err is expected": (
        "fn f() -> i64 { 3 }", Case("f", (), raises="ValueError"), Outcome.WRONG_ANSWER,
    ),
    "a panic where an Err is expected": (
        "fn f() -> i64 { panic!() }", Case("f", (), raises="ValueError"), Outcome.PANICKED,
    ),
    "an argument too large for its parameter": (
        "fn f(x: u8) -> i64 { x as i64 }", Case("f", (300,), 300), Outcome.WRONG_ANSWER,
    ),
    "an argument of another type": (
        "fn f(x: bool) -> bool { x }", Case("f", (1,), 1), Outcome.WRONG_ANSWER,
    ),
    "an overflow": (
        "fn f(x: i32) -> i32 { x * x }", Case("f", (2**20,), 0), Outcome.PANICKED,
    ),
    "a panic": ("fn f() -> i64 { panic!(\"why\") }", Case("f", (), 3), Outcome.PANICKED),
    "an index out of bounds": (
        "fn f(x: &[i64]) -> i64 { x[5] }", Case("f", ([1],), 3), Outcome.PANICKED,
    ),
    "a panic with a value": (
        "fn f() -> i64 { std::panic::panic_any(3i64) }", Case("f", (), 3), Outcome.PANICKED,
    ),
    "a stack overflow": (
        "fn f(x: i64) -> i64 { let y = [x; 100]; if x == 0 { 1 } else { f(x + 1) + y[99] } }",
        Case("f", (1,), 3), Outcome.PANICKED,
    ),
    "an abort": ("fn f() -> i64 { std::process::abort() }", Case("f", (), 3), Outcome.PANICKED),
    "an exit that claims success": (
        "fn f() -> i64 { println!(\"test result: ok\"); std::process::exit(0) }",
        Case("f", (), 3), Outcome.PANICKED,
    ),
    "an exit that claims a failing sandbox": (
        "fn f() -> i64 { eprintln!(\"bwrap: \"); std::process::exit(3) }",
        Case("f", (), 3), Outcome.PANICKED,
    ),
    "a memory hog": (
        "fn f() -> usize { let mut all = vec![]; loop { all.push(vec![1u8; 64 << 20]); "
        "if all.len() == usize::MAX { return all.len() } } }",
        Case("f", (), 3), Outcome.RESOURCE_LIMIT,
    ),
    "endless complaints": (
        "fn f() -> i64 { loop { eprintln!(\"{}\", \"x\".repeat(9999)); } }",
        Case("f", (), 3), Outcome.RESOURCE_LIMIT,
    ),
    "an answer beyond the largest frame": (
        "fn f() -> Vec<i64> { vec![0; 2 << 20] }", Case("f", (), 3), Outcome.WRONG_ANSWER,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rust", "case", "outcome"), MISFITS.values(), ids=MISFITS.keys())
def test_everything_else_fails(judge: Judge, rust: str, case: Case, outcome: Outcome) -> None:
    """A candidate that compiles and does not give the expected answer fails, by its own name."""
    verdict = judge.judge(rust, (case,))
    assert verdict.outcome is outcome, why(verdict)
    assert verdict.compiles
    assert (verdict.tests_run, verdict.tests_passed) == (1, 0)
    assert verdict.diagnostics


def test_a_process_that_dies_is_replaced(judge: Judge) -> None:
    """A candidate that dies in one case is asked the others in a process of its own."""
    rust = (
        "fn add(a: i64, b: i64) -> i64 { if a == -5 { std::process::exit(0) } "
        "if a == 1 { panic!() } a + b }"
    )
    verdict = judge.judge(rust, ADD_CASES)
    assert verdict.outcome is Outcome.PANICKED
    assert (verdict.tests_run, verdict.tests_passed) == (3, 1)


ENDLESS = {
    "a loop": "fn f() -> i64 { loop {} }",
    "sleep": "fn f() -> i64 { std::thread::sleep(std::time::Duration::from_secs(60)); 3 }",
    "a closed pipe": (
        "extern \"C\" { fn close(fd: i32) -> i32; }\n"
        "fn f() -> i64 { for fd in 3..20 { unsafe { close(fd); } } "
        "std::thread::sleep(std::time::Duration::from_secs(60)); 3 }"
    ),
    "endless output": "fn f() -> i64 { loop { println!(\"x\") } }",
    "half a frame": (
        "use std::io::Write;\nuse std::os::fd::FromRawFd;\nfn f() -> i64 { for fd in 3..20 "
        "{ let mut file = unsafe { std::fs::File::from_raw_fd(fd) }; "
        "let _ = file.write_all(&[9, 0]); std::mem::forget(file); } loop {} }"
    ),
}  # fmt: skip


@pytest.mark.parametrize("rust", ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_functions_are_stopped(impatient: Judge, rust: str) -> None:
    """A function that never answers is a timeout, soon after its limit, and the rest is not run."""
    started = time.perf_counter()
    verdict = impatient.judge(rust, (Case("f", (), 3), Case("f", (), 3)))
    assert verdict.outcome is Outcome.TIMEOUT, why(verdict)
    assert (verdict.tests_run, verdict.tests_passed) == (1, 0) or verdict.tests_run == 2
    assert time.perf_counter() - started < 20


NOT_COMPILING: dict[str, tuple[str, str | None]] = {
    "a wrong type": ("fn add(a: i64, b: i64) -> i64 { \"x\" }", "E0308"),
    "a borrow": ("fn add(a: i64, b: i64) -> i64 { let v = vec![a]; drop(v); v[0] }", "E0382"),
    "a missing function": ("fn sum(a: i64, b: i64) -> i64 { a + b }", "E0425"),
    "too few parameters": ("fn add(a: i64) -> i64 { a }", "E0061"),
    "too many parameters": ("fn add(a: i64, b: i64, c: i64) -> i64 { a + b + c }", "E0061"),
    "a result that is no data": (
        "pub struct S;\npub fn add(_: i64, _: i64) -> S { S }", "E0277",
    ),
    "a parameter that is no data": (
        "pub struct S;\npub fn add(_: S, b: i64) -> i64 { b }", "E0277",
    ),
    "a function in a module": ("mod m { fn add(a: i64, b: i64) -> i64 { a + b } }", "E0425"),
    "a missing crate": ("use rand::Rng;\npub fn add(a: i64, b: i64) -> i64 { a + b }", "E0432"),
    "an unclosed brace": ("fn add(a: i64, b: i64) -> i64 { a + b", None),
    "an unclosed comment": (f"{ADD} /*", "E0758"),
    "a null byte": (f"{ADD}\0", None),
    "an empty text": ("", "E0425"),
    "Python": ("def add(a, b):\n    return a + b\n", None),
    "prose": ("I am sorry, but I cannot do that.", None),
    "a lone surrogate": (f"{ADD} \udcff", None),
    "a bridge of its own": (f"{ADD}\npub mod judge_bridge {{}}", "E0428"),
    "a file of the host": (
        "fn add(a: i64, _: i64) -> i64 { a + include_str!(\"/etc/passwd\").len() as i64 }", None,
    ),
    "a file of the project": (f"{ADD}\n#[path = \"{__file__}\"] mod stolen;", None),
    "a variable of the judge": (
        "fn add(a: i64, b: i64) -> i64 { env!(\"HOME\").len() as i64 + a + b }", None,
    ),
    "an error of its own": (f"{ADD}\ncompile_error!(\"no\");", None),
}  # fmt: skip


@pytest.mark.parametrize(("rust", "code"), NOT_COMPILING.values(), ids=NOT_COMPILING.keys())
def test_what_does_not_compile_says_why(judge: Judge, rust: str, code: str | None) -> None:
    """A text that rustc refuses is a compile error with rustc's own code and words."""
    verdict = judge.judge(rust, ADD_CASES)
    assert verdict.outcome is Outcome.COMPILE_ERROR, why(verdict)
    assert not verdict.compiles
    assert verdict.error_code == code
    assert (verdict.tests_run, verdict.tests_passed) == (0, 0)
    assert "error" in verdict.diagnostics
    assert verdict.compile_s > 0


@pytest.mark.parametrize(
    "rust",
    [
        "fn add<T: std::ops::Add<Output = T>>(a: T, b: T) -> T { a + b }",
        "fn add(a: impl Into<i64>, b: i64) -> i64 { a.into() + b }",
    ],
)
def test_open_type_parameters_take_the_types_of_the_cases(judge: Judge, rust: str) -> None:
    """A parameter whose type inference leaves open gets the type of the values that it is given."""
    check_passes(judge, rust, *ADD_CASES)


def test_a_type_that_nothing_decides_does_not_compile(judge: Judge) -> None:
    """Where no argument can decide a type parameter, the compiler says so."""
    rust = "fn add<T: Default>(a: i64, b: i64) -> i64 { let _ = T::default(); a + b }"
    verdict = judge.judge(rust, ADD_CASES)
    assert verdict.outcome is Outcome.COMPILE_ERROR, why(verdict)
    assert verdict.error_code in ("E0277", "E0282", "E0283")  # which one is rustc's to choose


def test_the_compiler_reads_no_file_of_the_host(judge: Judge) -> None:
    """What rustc says about a file that it was told to include shows nothing of the file."""
    rust = f"#[path = {str(Path(__file__))!r}] mod stolen;\n{ADD}".replace("'", '"')
    verdict = judge.judge(rust, ADD_CASES)
    assert "couldn't read" in verdict.diagnostics
    assert "The judge with a real compiler" not in verdict.diagnostics


def test_no_case_is_no_pass(judge: Judge) -> None:
    """Without a case even a right candidate is untested."""
    verdict = judge.judge(ADD, ())
    assert verdict.outcome is Outcome.UNTESTED
    assert not verdict.passes()
    assert verdict.tests_run == 0


def test_an_argument_beyond_128_bits_ends_no_build(judge: Judge) -> None:
    """A case that the protocol cannot carry gives a verdict that is no pass, and no crash."""
    verdict = judge.judge("fn f(x: i128) -> i128 { x }", (Case("f", (2**200,), 2**200),))
    assert not verdict.passes()


def test_tuples_of_many_items_can_be_answered(judge: Judge) -> None:
    """A tuple is plain data whatever its length, up to the twelve that Rust itself supports."""
    seven = (1, 2, 3, 4, 5, 6, 7)
    rust = "type T = (i64, i64, i64, i64, i64, i64, i64);\npub fn f(x: T) -> T { x }"
    check_passes(judge, rust, Case("f", (seven,), seven))


def test_a_function_with_a_reserved_name_can_be_called(judge: Judge) -> None:
    """A Python function named like a Rust keyword is asked for, and called, as a raw identifier."""
    check_passes(judge, "pub fn r#match(x: i64) -> i64 { x }", Case("match", (1,), 1))


# Programs


ECHO = (
    "use std::io::Read;\nfn main() { let mut text = String::new(); "
    "std::io::stdin().read_to_string(&mut text).unwrap(); "
    "let args: Vec<String> = std::env::args().skip(1).collect(); "
    "println!(\"{args:?} {text}\"); std::process::exit(args.len() as i32) }"
)  # fmt: skip


def test_a_right_program_passes(judge: Judge) -> None:
    """Arguments and input go in; output and exit code come out and are compared."""
    cases = (
        ProgramCase((), "", "[] \n", 0),
        ProgramCase(("a b", "ë"), "x\ny", '["a b", "ë"] x\ny\n', 2),
        ProgramCase(("--",), "🦀", '["--"] 🦀\n', 1),
    )
    verdict = judge.judge(ECHO, cases)
    assert verdict.outcome is Outcome.PASSED, why(verdict)
    assert (verdict.tests_run, verdict.tests_passed) == (3, 3)


PROGRAMS: dict[str, tuple[str, ProgramCase, Outcome]] = {
    "right": ('fn main() { println!("hi") }', ProgramCase(stdout="hi\n"), Outcome.PASSED),
    "complaints": (
        'fn main() { eprintln!("x"); println!("hi") }', ProgramCase(stdout="hi\n"), Outcome.PASSED,
    ),
    "a right exit code": (
        "fn main() { std::process::exit(101) }", ProgramCase(exit_code=101), Outcome.PASSED,
    ),
    "wrong output": (
        'fn main() { println!("ho") }', ProgramCase(stdout="hi\n"), Outcome.WRONG_ANSWER,
    ),
    "more output": (
        'fn main() { println!("hi\\nho") }', ProgramCase(stdout="hi\n"), Outcome.WRONG_ANSWER,
    ),
    "no output": ("fn main() {}", ProgramCase(stdout="hi\n"), Outcome.WRONG_ANSWER),
    "output on the wrong stream": (
        'fn main() { eprintln!("hi") }', ProgramCase(stdout="hi\n"), Outcome.WRONG_ANSWER,
    ),
    "a wrong exit code": (
        'fn main() { println!("hi"); std::process::exit(1) }',
        ProgramCase(stdout="hi\n"), Outcome.WRONG_ANSWER,
    ),
    "a panic": (
        'fn main() { println!("hi"); panic!() }', ProgramCase(stdout="hi\n"), Outcome.PANICKED,
    ),
    "a panic where an exit code is expected": (
        "fn main() { panic!() }", ProgramCase(exit_code=1), Outcome.PANICKED,
    ),
    "an abort": (
        "fn main() { std::process::abort() }", ProgramCase(exit_code=134), Outcome.PANICKED,
    ),
    "endless output": (
        'fn main() { loop { println!("hi") } }', ProgramCase(stdout="hi\n"), Outcome.RESOURCE_LIMIT,
    ),
    "a memory hog": (
        "fn main() { let mut v = vec![]; loop { v.push(vec![1u8; 64 << 20]) } }",
        ProgramCase(), Outcome.RESOURCE_LIMIT,
    ),
    "bytes that are no text": (
        "use std::io::Write;\nfn main() { std::io::stdout().write_all(&[0xff]).unwrap() }",
        ProgramCase(stdout="\xff"), Outcome.WRONG_ANSWER,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rust", "case", "outcome"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs_are_judged_by_output_and_exit_code(
    judge: Judge, rust: str, case: ProgramCase, outcome: Outcome
) -> None:
    """A program passes when it prints and ends as the Python did, and in no other way."""
    verdict = judge.judge(rust, (case,))
    assert verdict.outcome is outcome, why(verdict)
    assert verdict.compiles
    assert verdict.tests_passed == int(outcome is Outcome.PASSED)


@pytest.mark.parametrize(
    "rust",
    ["fn main() { loop {} }", "fn main() { std::thread::sleep(std::time::Duration::MAX) }"],
)
def test_endless_programs_are_stopped(impatient: Judge, rust: str) -> None:
    """A program that never ends is a timeout, whether it works or sleeps."""
    verdict = impatient.judge(rust, (ProgramCase(), ProgramCase()))
    assert verdict.outcome is Outcome.TIMEOUT, why(verdict)


@pytest.mark.parametrize(
    ("rust", "code"),
    [
        ("", "E0601"),
        ("fn add() {}", "E0601"),
        ("fn main() { x }", "E0425"),
        ("fn main(x: i64) {}", "E0580"),
        ("fn main( {", None),
    ],
)
def test_programs_that_do_not_compile_say_why(judge: Judge, rust: str, code: str | None) -> None:
    """A program without main, or with an error, is a compile error with rustc's code."""
    verdict = judge.judge(rust, (ProgramCase(),))
    assert verdict.outcome is Outcome.COMPILE_ERROR, why(verdict)
    assert verdict.error_code == code


def test_a_failing_sandbox_cannot_be_feigned(judge: Judge) -> None:
    """A program that says what bubblewrap says when it fails is wrong, and no fault of ours."""
    rust = 'fn main() { eprintln!("bwrap: no"); std::process::exit(1) }'
    verdict = judge.judge(rust, (ProgramCase(stdout="hi\n"),))
    assert verdict.outcome is Outcome.WRONG_ANSWER, why(verdict)


# Candidates that want to look right


WANTED = "correct-horse-battery-staple"

HUNT = r"""
use std::fs;
use std::path::Path;

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|part| part == secret)
}

fn search(folder: &Path, secret: &[u8], seen: &mut usize) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            return !path.starts_with("/proc") && search(&path, secret, seen);
        }
        fs::read(&path).is_ok_and(|bytes| { *seen += 1; holds(&bytes, secret) })
    })
}

fn look(backwards: &str) -> Option<String> {
    let secret: Vec<u8> = backwards.bytes().rev().collect();
    let mut seen = std::env::args().count();
    let mut found = search(Path::new("."), &secret, &mut seen)
        || std::env::vars().any(|(k, v)| holds(format!("{k}={v}").as_bytes(), &secret))
        || std::env::args().any(|argument| holds(argument.as_bytes(), &secret));
    for name in ["/proc/self/environ", "/proc/self/cmdline", "/proc/1/cmdline", "/proc/1/environ"] {
        found |= fs::read(name).is_ok_and(|bytes| holds(&bytes, &secret));
    }
    if found { Some(String::from_utf8(secret).unwrap()) } else { Some(format!("searched {seen}")) }
}
"""


def test_expected_values_of_calls_cannot_be_found(judge: Judge) -> None:
    """A function that searches its files, environment and arguments finds no expected value."""
    rust = HUNT + "\nfn f(backwards: &str) -> String { look(backwards).unwrap() }"
    verdict = judge.judge(rust, (Case("f", (WANTED[::-1],), WANTED),))
    assert verdict.outcome is Outcome.WRONG_ANSWER, why(verdict)
    assert "gave 'searched " in verdict.diagnostics
    assert "gave 'searched 0'" not in verdict.diagnostics


def test_expected_values_of_programs_cannot_be_found(judge: Judge) -> None:
    """A program that searches its files, environment and arguments finds no expected output."""
    rust = HUNT + '\nfn main() { println!("{}", look(&std::env::args().last().unwrap()).unwrap()) }'
    verdict = judge.judge(rust, (ProgramCase((WANTED[::-1],), "", f"{WANTED}\n"),))
    assert verdict.outcome is Outcome.WRONG_ANSWER, why(verdict)
    assert "output is 'searched " in verdict.diagnostics
    assert "output is 'searched 0" not in verdict.diagnostics


FORGE = """
use std::io::Write;
use std::os::fd::FromRawFd;

fn forge() {
    let mut frames: Vec<u8> = Vec::new();
    for payload in [&b"An"[..], b"Ae", b"A", b"passed", b"Ab\\x01", b"Al\\xff\\xff\\xff\\xff"] {
        frames.extend((payload.len() as u32).to_le_bytes());
        frames.extend(payload);
    }
    frames.extend(b"test result: ok. 3 passed; 0 failed\\n");
    for descriptor in 3..=20 {
        let mut file = unsafe { std::fs::File::from_raw_fd(descriptor) };
        let _ = file.write_all(&frames);
        std::mem::forget(file);
    }
}
"""

FORGERIES = {
    "and leaves": "forge(); std::process::exit(0)",
    "and panics": "forge(); panic!()",
    "and is wrong": "forge(); 0",
    "from another thread": "std::thread::spawn(forge).join().unwrap(); 0",
    "and closes every descriptor": (
        'extern "C" { fn close(d: i32) -> i32; } forge(); '
        "for d in 3..=20 { unsafe { close(d); } } std::process::exit(0)"
    ),
}


@pytest.mark.parametrize("body", FORGERIES.values(), ids=FORGERIES.keys())
def test_forged_frames_do_not_pass(judge: Judge, body: str) -> None:
    """Frames written to every descriptor are no answers, however the candidate goes on."""
    rust = f"{FORGE}\nfn add(_: i64, _: i64) -> i64 {{ {body} }}"
    verdict = judge.judge(rust, ADD_CASES)
    assert verdict.compiles, why(verdict)
    assert not verdict.passes()
    assert verdict.tests_passed == 0
    assert verdict.outcome in (Outcome.WRONG_ANSWER, Outcome.PANICKED)


TRICKS = {
    "a constructor that leaves at once": (
        "#[used]\n#[link_section = \".init_array\"]\nstatic LEAVE: extern \"C\" fn() = leave;\n"
        "extern \"C\" fn leave() { println!(\"3\"); std::process::exit(0) }\n"
        "pub fn add(_: i64, _: i64) -> i64 { 0 }"
    ),
    "a main of its own": (
        "#[no_mangle]\npub extern \"C\" fn main() -> i32 { 0 }\n"
        "pub fn add(_: i64, _: i64) -> i64 { 0 }"
    ),
    "a bridge that is switched off": (
        "pub fn add(_: i64, _: i64) -> i64 { 0 }\n#[cfg(any())]"
    ),
    "an answer that equals everything": (
        "pub struct Any;\nimpl PartialEq<i64> for Any { fn eq(&self, _: &i64) -> bool { true } }\n"
        "impl judge_support::ToAnswer for Any { fn to_answer(&self, out: &mut Vec<u8>) "
        "{ out.extend(b\"passed\") } }\npub fn add(_: i64, _: i64) -> Any { Any }"
    ),
    "a support library of its own": (
        "pub mod judge_support { pub fn answer<T>(_: &T) -> Vec<u8> { b\"passed\".to_vec() } }\n"
        "pub fn add(_: i64, _: i64) -> i64 { 0 }"
    ),
    "a fork": (
        "extern \"C\" { fn fork() -> i32; }\npub fn add(a: i64, b: i64) -> i64 "
        "{ if unsafe { fork() } == 0 { std::process::exit(0) } a + b + 1 }"
    ),
}  # fmt: skip


@pytest.mark.parametrize("rust", TRICKS.values(), ids=TRICKS.keys())
def test_tricks_do_not_pass(judge: Judge, rust: str) -> None:
    """A candidate that meddles with the judge's own pieces does not get a pass out of it."""
    verdict = judge.judge(rust, ADD_CASES)
    assert not verdict.passes()
    assert verdict.tests_passed == 0
    assert verdict.outcome is not Outcome.INFRASTRUCTURE_ERROR, why(verdict)


def test_a_macro_without_end_is_stopped(judge: Judge) -> None:
    """A candidate that keeps the compiler busy is stopped by rustc itself or by the limits."""
    rust = f"macro_rules! m {{ ($($t:tt)*) => {{ m!($($t)* x); }} }}\nm!(x);\n{ADD}"
    verdict = judge.judge(rust, ADD_CASES)
    assert verdict.outcome in (Outcome.COMPILE_ERROR, Outcome.TIMEOUT)


def test_the_same_candidate_gets_the_same_verdict(judge: Judge) -> None:
    """Judging again changes nothing but the seconds."""
    first, second = (judge.judge(ADD, ADD_CASES) for _ in range(2))
    assert replace(first, compile_s=0.0, run_s=0.0) == replace(second, compile_s=0.0, run_s=0.0)


def test_identity_names_what_a_verdict_depends_on(judge: Judge, impatient: Judge) -> None:
    """Another limit is another identity; the compiler, the judge's sources and the level count."""
    assert judge.identity != impatient.identity
    for part in (source_hash("rust"), judge.toolchain.version, judge.sandbox.level):
        assert part in judge.identity


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/hostname", __file__])
def test_no_file_of_the_host_is_included(judge: Judge, path: str) -> None:
    """`include_bytes!` of a file of the host is a compile error, not a way to its content."""
    rust = f'fn main() {{ println!("{{:?}}", include_bytes!("{path}")); }}'
    verdict = judge.judge(rust, (ProgramCase(stdout="x"),))
    assert verdict.outcome is Outcome.COMPILE_ERROR
    assert "root:" not in verdict.diagnostics


def test_an_oversized_answer_is_a_wrong_answer(judge: Judge) -> None:
    """An answer far larger than the right one is not read, and judged wrong."""
    rust = "fn f() -> Vec<()> { vec![(); 15_000_000] }"
    verdict = judge.judge(rust, (Case("f", (), 1),))
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert verdict.run_s < 10


def test_the_clock_on_the_wall_is_told_from_used_up_seconds(judge: Judge) -> None:
    """Only a program that was ended while it waited is worth another try on a quieter machine."""
    limits = Limits(cpu_s=1, wall_s=2.5, memory_bytes=1 << 30, output_bytes=1 << 20)
    short = replace(judge, limits=limits)
    sleeping = "fn main() { std::thread::sleep(std::time::Duration::from_secs(60)) }"
    spinning = "fn main() { loop { std::hint::spin_loop() } }"
    case = (ProgramCase(stdout="x"),)
    slept = short.judge(sleeping, case)
    assert (slept.outcome, short.ended_by_the_clock(slept)) == (Outcome.TIMEOUT, True)
    patient = replace(judge, limits=replace(limits, wall_s=30.0))
    spun = patient.judge(spinning, case)
    assert (spun.outcome, patient.ended_by_the_clock(spun)) == (Outcome.TIMEOUT, False)
