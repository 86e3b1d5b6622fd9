"""Users' Rust tests in the candidate's process: honest programs pass, hostile ones do not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sse_steps.records import Method, Outcome, Verdict
from sse_steps.rust.in_process_tests import InProcessTests
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=2, wall_s=6.0, memory_bytes=1 << 30, output_bytes=256 << 10)
ADD = "pub fn add(a: i64, b: i64) -> i64 { a + b }"
TESTS = """
#[test]
fn adds() { assert_eq!(add(2, 3), 5); }

#[cfg(test)]
mod more {
    use super::*;

    #[test]
    fn adds_nothing() { assert!(add(0, 0) == 0, "nothing"); }

    #[test]
    #[should_panic(expected = "assertion")]
    fn notices() { assert_ne!(add(1, 1), 2); }
}
"""


@pytest.fixture(scope="session")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> InProcessTests:
    """Return the judge under small limits."""
    return InProcessTests(toolchain, sandbox, LIMITS)


def check_passes(verdict: Verdict, count: int) -> None:
    """Check that a verdict is a pass with every field as it must be."""
    assert verdict.outcome is Outcome.PASSED, verdict.diagnostics
    assert verdict.passes()
    assert verdict.compiles
    assert (verdict.tests_run, verdict.tests_passed) == (count, count)
    assert verdict.method is Method.IN_PROCESS
    assert verdict.error_code is None
    assert verdict.diagnostics == ""
    assert verdict.compile_s > 0
    assert verdict.run_s > 0


HONEST = {
    "plain": ADD,
    "private": ADD.removeprefix("pub "),
    "a program": f'{ADD} fn main() {{ println!("{{}}", add(1, 2)); }}',
    "strict lints": f"#![deny(warnings)]\n#![forbid(unsafe_code)]\n//! Adds.\n/// Adds.\n{ADD}",
    "tests of its own, one of them failing": (
        f"{ADD}\n#[cfg(test)] mod tests {{ #[test] fn adds() {{ assert_eq!(1, 2); }} }}"
    ),
    "a comment at the end": f"{ADD} // the end",
    "printing": 'fn add(a: i64, b: i64) -> i64 { println!("test adds ... FAILED"); a + b }',
    "writing to standard output itself": (
        "use std::io::Write;\nfn add(a: i64, b: i64) -> i64 "
        '{ write!(std::io::stdout(), "half a line {a}").unwrap(); a + b }'
    ),
    "threads": (
        "fn add(a: i64, b: i64) -> i64 { std::thread::spawn(move || a + b).join().unwrap() }"
    ),
    "a macro of its own": "macro_rules! sum { ($a:expr, $b:expr) => { $a + $b } }\n"
    "fn add(a: i64, b: i64) -> i64 { assert_eq!(1, 1); sum!(a, b) }",
    "a caught panic": (
        "fn add(a: i64, b: i64) -> i64 { std::panic::catch_unwind(|| panic!()).unwrap_or(a + b) }"
    ),
}


@pytest.mark.parametrize("rust", HONEST.values(), ids=HONEST.keys())
def test_honest_programs_pass(judge: InProcessTests, rust: str) -> None:
    """A right program passes every test, whatever else is in its text."""
    check_passes(judge.judge(rust, TESTS), 3)


# A name, how many tests are run, and the tests.
FORMS_TEXT = r"""
== a result: 1
#[test] fn t() -> Result<(), String> {
    if add(1, 1) == 2 { Ok(()) } else { Err(String::new()) }
}
== an early return: 1
#[test] fn t() { if add(1, 1) == 2 { return; } panic!() }
== a question mark: 1
#[test] fn t() -> Result<(), std::num::ParseIntError> {
    assert_eq!(add("1".parse()?, 1), 2);
    Ok(()) // fine
}
== a keyword as a name: 1
#[test] fn r#match() { assert_eq!(add(1, 1), 2); }
== helpers and constants: 1
const TWO: i64 = 2;
fn two() -> i64 { TWO }
#[test] fn t() { assert_eq!(add(1, 1), two()); }
== its own use of the program: 1
use super::add;
#[test] fn t() { assert_eq!(crate::add(1, 1), add(2, 0)); }
== inner attributes: 1
//! Tests.
#![allow(clippy::all)]
/// It adds.
#[test]
// as it must
fn t() { assert_eq!(add(1, 1), 2); }
== the module panic: 1
use std::panic;
#[test] fn t() { assert!(panic::catch_unwind(|| panic!("x")).is_err()); }
== a macro of its own: 1
macro_rules! same { ($a:expr, $b:expr) => { assert_eq!($a, $b) } }
#[test] fn t() { same!(add(1, 1), 2); }
== captured arguments: 1
#[test] fn t() {
    let sum = add(1, 1);
    assert!(sum == 2, "{sum} is not {}", 2);
}
== modules in modules: 2
mod a {
    mod b { use super::super::*; #[test] fn t() { assert_eq!(add(1, 1), 2); } }
    use super::*;
    #[test] fn t() { assert_eq!(add(1, 1), 2); }
}
== one that is ignored: 1
#[test] fn t() {}
#[test] #[ignore = "slow"] fn never() { panic!() }
== letters beyond ASCII: 1
#[test] fn größe() { let é = "🦀"; assert_eq!(é, "🦀"); assert_eq!(add(1, 1), 2); }
"""
FORMS = {
    name: (int(count), tests)
    for name, count, tests in re.findall(
        r"^== (.*): (\d)\n(.*?)(?=^==|\Z)", FORMS_TEXT, re.M | re.S
    )
}
FORMS["many"] = (
    150,
    "\n".join(f"#[test] fn t{n}() {{ assert_eq!(add({n}, 1), {n} + 1); }}" for n in range(150)),
)


@pytest.mark.parametrize(("count", "tests"), FORMS.values(), ids=FORMS.keys())
def test_every_form_of_test_is_run(judge: InProcessTests, count: int, tests: str) -> None:
    """Tests pass a right program in every form that Rust allows, and each of them is counted."""
    check_passes(judge.judge(ADD, tests), count)


def test_a_failed_assertion_is_told_with_its_values(judge: InProcessTests) -> None:
    """A wrong answer names the first test that failed and shows what the assertion said."""
    verdict = judge.judge("fn add(a: i64, b: i64) -> i64 { a * b }", TESTS)
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert (verdict.tests_run, verdict.tests_passed) == (3, 1)
    assert verdict.diagnostics.startswith("adds failed\n")
    assert "left: 6\n right: 5" in verdict.diagnostics
    assert "tests.rs:3:" in verdict.diagnostics


@pytest.mark.parametrize(
    "tests",
    [
        '#[test] fn t() -> Result<(), String> { Err(format!("{}", add(1, 1))) }',
        "#[test] #[should_panic] fn t() { add(1, 1); }",
        '#[test] #[should_panic(expected = "other")] fn t() { panic!("this") }',
        "#[test] fn t() { let none: Option<i64> = None; none.unwrap(); }",
    ],
)
def test_a_test_that_fails_without_an_assertion_fails(judge: InProcessTests, tests: str) -> None:
    """An Err, a missing panic, another panic than expected and an unwrap are failures as well."""
    verdict = judge.judge(ADD, tests)
    assert verdict.outcome is Outcome.WRONG_ANSWER, verdict.diagnostics
    assert (verdict.tests_run, verdict.tests_passed) == (1, 0)


def test_names_of_every_kind_reach_the_tests(judge: InProcessTests) -> None:
    """Macros that a program exports, its modules, types and private items can all be tested."""
    rust = """
    #[macro_export] macro_rules! double { ($x:expr) => { $x * 2 } }
    mod shapes {
        pub struct Square(pub i64);
        impl Square { pub fn area(&self) -> i64 { self.0 * self.0 } }
    }
    use shapes::Square;
    const SIDE: i64 = 3;
    fn side() -> Square { Square(SIDE) }
    #[cfg(test)] mod tests { #[test] fn own() {} }
    """
    tests = """
    mod tests {
        use super::*;
        use super::shapes::Square as Other;
        #[test] fn macros() { assert_eq!(double!(2), 4); }
        #[test] fn types() { assert_eq!(side().area(), Square(SIDE).area()); }
        #[test] fn paths() { assert_eq!(Other(2).area(), crate::shapes::Square(2).area()); }
    }
    """
    check_passes(judge.judge(rust, tests), 3)


def test_a_macro_that_never_ends_is_a_time_out(judge: InProcessTests) -> None:
    """A program that keeps the compiler busy beyond its limit is judged once, not over and over."""
    bomb = "macro_rules! m { ($($t:tt)*) => { m!{$($t)* $($t)* a} } }\nm!{a}\n"
    verdict = judge.judge(f'#![recursion_limit = "4000"]\n{bomb}{ADD}', TESTS)
    assert verdict.outcome in (Outcome.TIMEOUT, Outcome.COMPILE_ERROR)
    assert not verdict.compiles


FAILING = {
    "a panic of its own": ("fn add(_: i64, _: i64) -> i64 { todo!() }", Outcome.PANICKED),
    "an index": ("fn add(a: i64, _: i64) -> i64 { [1][a as usize] }", Outcome.PANICKED),
    "an abort": ("fn add(_: i64, _: i64) -> i64 { std::process::abort() }", Outcome.PANICKED),
    "a loop": ("fn add(_: i64, _: i64) -> i64 { loop {} }", Outcome.TIMEOUT),
    "a sleep": (
        "fn add(_: i64, _: i64) -> i64 { std::thread::sleep(std::time::Duration::MAX); 1 }",
        Outcome.TIMEOUT,
    ),
    "memory": (
        "fn add(a: i64, _: i64) -> i64 { vec![a; 1 << 40].iter().sum() }",
        Outcome.RESOURCE_LIMIT,
    ),
    "output": (
        "use std::io::Write;\nfn add(_: i64, _: i64) -> i64 "
        "{ loop { let _ = std::io::stdout().write_all(&[b'x'; 4096]); } }",
        Outcome.RESOURCE_LIMIT,
    ),
}


@pytest.mark.parametrize(("rust", "outcome"), FAILING.values(), ids=FAILING.keys())
def test_other_failures_have_outcomes_of_their_own(
    judge: InProcessTests, rust: str, outcome: Outcome
) -> None:
    """What a program fails by is told apart as it is for cases."""
    verdict = judge.judge(rust, TESTS)
    assert verdict.outcome is outcome, verdict.diagnostics
    assert verdict.compiles


def test_a_program_that_does_not_compile_says_so(judge: InProcessTests) -> None:
    """A fault of the program's is told with rustc's code and message, without the tests."""
    verdict = judge.judge('pub fn add(a: i64, b: i64) -> i64 { "a" }', TESTS)
    assert (verdict.outcome, verdict.compiles) == (Outcome.COMPILE_ERROR, False)
    assert verdict.error_code == "E0308"
    assert "candidate.rs:1" in verdict.diagnostics
    assert verdict.method is Method.IN_PROCESS


def test_tests_that_do_not_fit_are_told_apart(judge: InProcessTests) -> None:
    """Where the program compiles and the tests do not fit it, the message quotes the tests."""
    verdict = judge.judge("pub fn sum(a: i64) -> i64 { a }", TESTS)
    assert verdict.outcome is Outcome.COMPILE_ERROR
    assert verdict.error_code == "E0425"
    assert verdict.diagnostics.startswith("The program compiles alone; the tests do not fit it.")
    assert "tests.rs:3" in verdict.diagnostics
    assert "fn adds() { assert_eq!(add(2, 3), 5); }" in verdict.diagnostics


@pytest.mark.parametrize("tests", ["", "fn helper() {}", "#[test] #[ignore] fn t() {}"])
def test_without_a_test_there_is_no_pass(judge: InProcessTests, tests: str) -> None:
    """A text without a test that is run leaves the program untested."""
    verdict = judge.judge(ADD, tests)
    assert (verdict.outcome, verdict.tests_run) == (Outcome.UNTESTED, 0)
    assert not verdict.passes()


# What libtest would print if all went well; the names of the tests are among the arguments.
FORGE = """
fn forge() -> String {
    let all = std::env::args().skip(1);
    let names: Vec<String> = all.filter(|name| !name.starts_with('-')).collect();
    let mut text = format!("\\nrunning {} tests\\n", names.len());
    for name in &names {
        let how = if name.ends_with("notices") { " - should panic" } else { "" };
        text += &format!("test {name}{how} ... ok\\n");
    }
    let counts = "0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
    text + &format!("\\ntest result: ok. {} passed; {counts}\\n\\n", names.len())
}
fn forge_and_exit() -> ! {
    use std::io::Write;
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(forge().as_bytes());
    let _ = stdout.flush();
    std::process::exit(0)
}
"""
WRONG = "fn add(a: i64, b: i64) -> i64 { a - b - 1 }"

# One a line of the threat: what it tries, and the program, which is always wrong.
ATTACKS = {
    "exit at the start": "fn add(_: i64, _: i64) -> i64 { std::process::exit(0) }",
    "exit in a thread": (
        "fn add(_: i64, _: i64) -> i64 { std::thread::spawn(|| std::process::exit(0)); loop {} }"
    ),
    "exit after forged lines": (
        'fn add(_: i64, _: i64) -> i64 { println!("{}", forge()); std::process::exit(0) }'
    ),
    "exit after forged bytes on standard output": (
        "fn add(_: i64, _: i64) -> i64 { forge_and_exit() }"
    ),
    "exit after forged bytes in a thread that waits": (
        "fn add(_: i64, _: i64) -> i64 { std::thread::spawn(|| { "
        "std::thread::sleep(std::time::Duration::from_millis(5)); forge_and_exit() }); 7 }"
    ),
    "forged bytes on every descriptor by its path": (
        "use std::io::Write;\nfn add(_: i64, _: i64) -> i64 { for n in 0..64 { "
        'for path in [format!("/proc/self/fd/{n}"), format!("/dev/fd/{n}")] { '
        "if let Ok(mut file) = std::fs::OpenOptions::new().write(true).open(path) "
        "{ let _ = file.write_all(forge().as_bytes()); } } } std::process::exit(0) }"
    ),
    "forged bytes on every descriptor by its number": (
        "use std::{fs::File, io::Write, os::fd::FromRawFd};\n"
        "fn add(_: i64, _: i64) -> i64 { for n in 3..64 { "
        "let mut file = unsafe { File::from_raw_fd(n) }; "
        "let _ = file.write_all(forge().as_bytes()); "
        'let _ = file.write_all(b"0\\n1\\n2\\n"); std::mem::forget(file); } '
        "std::process::exit(0) }"
    ),
    "a hook that exits": (
        "fn add(_: i64, _: i64) -> i64 "
        "{ std::panic::set_hook(Box::new(|_| std::process::exit(0))); 7 }"
    ),
    "a hook that forges": (
        "fn add(_: i64, _: i64) -> i64 { std::panic::set_hook(Box::new(|_| forge_and_exit())); 7 }"
    ),
    "a hook that never ends": (
        "fn add(_: i64, _: i64) -> i64 { std::panic::set_hook(Box::new(|_| loop {})); 7 }"
    ),
    "an exit while the assertion prints": (
        "pub struct W;\nimpl std::fmt::Debug for W { fn fmt(&self, _: &mut std::fmt::Formatter) "
        "-> std::fmt::Result { std::process::exit(0) } }\n"
        "impl PartialEq<i64> for W { fn eq(&self, _: &i64) -> bool { false } }\n"
        "fn add(_: i64, _: i64) -> W { W }"
    ),
    "an exit while unwinding": (
        "#[derive(Debug)] pub struct W;\nimpl Drop for W { fn drop(&mut self) "
        "{ std::process::exit(0) } }\n"
        "impl PartialEq<i64> for W { fn eq(&self, _: &i64) -> bool { false } }\n"
        "fn add(_: i64, _: i64) -> W { W }"
    ),
    "an exit when the thread ends": (
        "struct W;\nimpl Drop for W { fn drop(&mut self) { forge_and_exit() } }\n"
        "thread_local! { static T: W = W; }\nfn add(_: i64, _: i64) -> i64 { T.with(|_| 7) }"
    ),
    "an exit at the end of the process": (
        'extern "C" { fn atexit(f: extern "C" fn()) -> i32; fn _exit(code: i32) -> !; }\n'
        'extern "C" fn end() { print!("{}", forge()); use std::io::Write; '
        "let _ = std::io::stdout().flush(); unsafe { _exit(0) } }\n"
        "fn add(_: i64, _: i64) -> i64 { unsafe { atexit(end); } 7 }"
    ),
    "macros that shadow": (
        "macro_rules! assert_eq { ($($t:tt)*) => {} }\nmacro_rules! assert { ($($t:tt)*) => {} }\n"
        'macro_rules! assert_ne { ($($t:tt)*) => { panic!("assertion") } }\n' + WRONG
    ),
    "macros that shadow and are exported": (
        "#[macro_export] macro_rules! assert_eq { ($($t:tt)*) => {} }\n"
        "#[macro_export] macro_rules! assert { ($($t:tt)*) => {} }\n"
        '#[macro_export] macro_rules! assert_ne { ($($t:tt)*) => { panic!("assertion") } }\n'
        + WRONG
    ),
    "macros that shadow, written by a macro": (
        "macro_rules! hide { ($d:tt $($n:ident)*) => "
        "{ $(macro_rules! $n { ($d($d t:tt)*) => {} })* } }\n"
        f"hide!($ assert assert_eq assert_ne);\n{WRONG}"
    ),
    "a panic that does nothing": (
        "macro_rules! panic { ($($t:tt)*) => {} }\nmacro_rules! unreachable { () => {} }\n" + WRONG
    ),
    "another crate called std": (
        "extern crate self as std;\n#[macro_export] macro_rules! assert_eq { ($($t:tt)*) => {} }\n"
        "#[macro_export] macro_rules! assert { ($($t:tt)*) => {} }\n" + WRONG
    ),
    "tests of its own with our names": (
        WRONG + "\n#[test] fn adds() {}\n#[cfg(test)] mod more { #[test] fn adds_nothing() {} "
        "#[test] #[should_panic] fn notices() { panic!() } }"
    ),
    "an attribute that takes the tests away": WRONG + "\n#[cfg(any())]",
    "an attribute that moves the tests": WRONG + '\n#[path = "candidate.rs"]',
    "a macro that takes the tests in": (
        WRONG + "\nmacro_rules! nothing { ($($t:tt)*) => {} }\nnothing! { // and so on"
    ),
    "a comment that takes the tests in": WRONG + "\n/* and so on",
    "a text that takes the tests in": WRONG + '\nconst REST: &str = r#"',
    "a main of its own": (
        f'#![no_main]\n{WRONG}\n#[no_mangle] pub extern "C" fn main() -> i32 {{ forge_and_exit() }}'
    ),
    "a library instead of tests": '#![crate_type = "lib"]\n' + WRONG,
    "a harness of its own": "#![feature(custom_test_frameworks)]\n#![test_runner(f)]\n" + WRONG,
    "a crate called test": (
        "extern crate self as test;\npub fn test_main_static(_: &[&u8]) {}\n" + WRONG
    ),
    "a constructor that exits": (
        'extern "C" fn begin() { forge_and_exit() }\n'
        '#[used] #[link_section = ".init_array"] static B: extern "C" fn() = begin;\n' + WRONG
    ),
    "the secret from standard input": (
        "use std::io::Read;\nfn add(_: i64, _: i64) -> i64 { let mut text = String::new(); "
        "let _ = std::io::stdin().read_to_string(&mut text); "
        "if text.is_empty() { 7 } else { std::process::exit(0) } }"
    ),
    "another program in its place": (
        "use std::os::unix::process::CommandExt;\nfn add(_: i64, _: i64) -> i64 "
        '{ for name in ["/bin/true", "/usr/bin/true"] { let _ = std::process::Command::new(name)'
        ".exec(); } let own = std::env::args().next().unwrap(); "
        'let _ = std::process::Command::new(own).arg("--list").exec(); std::process::exit(0) }'
    ),
    "the witness by its crate's name": (
        "extern crate judge_witness;\nfn add(_: i64, _: i64) -> i64 "
        "{ for n in 0..3 { judge_witness::run(n, || ()); } std::process::exit(0) }"
    ),
    "a write that swallows": (
        '#[no_mangle] pub extern "C" fn write(_: i32, _: *const u8, n: usize) -> isize '
        f"{{ n as isize }}\n{WRONG}"
    ),
    "an exit that is none": (
        f'#[no_mangle] pub extern "C" fn exit(_: i32) -> ! {{ loop {{}} }}\n{WRONG}'
    ),
    "its own file, included": f"const TEXT: &str = include_str!(file!());\n{WRONG}",
    "the compiler's command line": (
        'const LINE: &[u8] = include_bytes!("/proc/self/cmdline");\n'
        "fn add(_: i64, _: i64) -> i64 { std::hint::black_box(LINE).len() as i64 }"
    ),
    "answers from its own executable": (
        "fn add(_: i64, _: i64) -> i64 { let own = std::env::args().next().unwrap(); "
        "match std::fs::read(own) { Ok(_) => std::process::exit(0), Err(_) => 7 } }"
    ),
    "an allocator that exits": (
        "use std::alloc::{GlobalAlloc, Layout, System};\nstruct A;\n"
        "static N: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);\n"
        "unsafe impl GlobalAlloc for A { unsafe fn alloc(&self, l: Layout) -> *mut u8 "
        "{ if N.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 200 "
        "{ std::process::exit(0) } System.alloc(l) } "
        "unsafe fn dealloc(&self, p: *mut u8, l: Layout) { System.dealloc(p, l) } }\n"
        f"#[global_allocator] static G: A = A;\n{WRONG}"
    ),
}


def armed(rust: str) -> str:
    """Return a program with what it forges reports with, behind the attributes that come first."""
    head = re.match(r"(#!.*\n)*", rust)
    at = head.end() if head else 0
    return rust[:at] + FORGE.replace("\n", " ") + rust[at:]


@pytest.mark.parametrize("rust", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_attack_passes(judge: InProcessTests, rust: str) -> None:
    """A wrong program that tries to look right does not pass, and no test of it is counted."""
    verdict = judge.judge(armed(rust), TESTS)
    assert not verdict.passes()
    assert verdict.outcome in set(Outcome) - {Outcome.PASSED, Outcome.INFRASTRUCTURE_ERROR}
    assert verdict.tests_passed < 3


@pytest.mark.slow
@pytest.mark.parametrize("rust", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_attack_passes_without_isolation(judge: InProcessTests, rust: str) -> None:
    """The verdict does not rest on the sandbox: with isolation forced off none of them passes."""
    weak = replace(judge, sandbox=replace(judge.sandbox, level=Isolation.LIMITS))
    assert not weak.judge(armed(rust), TESTS).passes()


READS_FIRST = """
use std::{io::{Read, Write}, sync::Mutex};
static SECRET: Mutex<String> = Mutex::new(String::new());
extern "C" fn begin() { let _ = std::io::stdin().read_to_string(&mut SECRET.lock().unwrap()); }
#[used] #[link_section = ".preinit_array"] static BEGIN: extern "C" fn() = begin;
fn add(_: i64, _: i64) -> i64 {
    let known = SECRET.lock().unwrap().clone();
    if known.len() < 33 { return 7; }
    let path = format!("/proc/self/fd/{}", &known[32..]);
    let witness = std::fs::OpenOptions::new().append(true).open(path);
    let mut all = Vec::new();
    for n in 3..16 {
        let path = format!("/proc/self/fd/{n}");
        all.extend(std::fs::OpenOptions::new().append(true).open(path));
    }
    if let Ok(mut witness) = witness {
        for n in 0..3 { let _ = write!(witness, "{} {n}\\n", &known[..32]); }
        for mut file in all { let _ = file.write_all(forge().as_bytes()); }
    }
    std::process::exit(0)
}
"""


def test_a_secret_that_was_read_cannot_be_sent(judge: InProcessTests) -> None:
    """Code before `main` can read the secret, but without `unsafe` it has no way to send it."""
    verdict = judge.judge(armed(READS_FIRST), TESTS)
    assert "exit code 0" in verdict.diagnostics, "it did not get at the secret"
    assert not verdict.passes()


@pytest.mark.parametrize(
    "text", ["unsafe { forty() }", "r#unsafe", "#[no_mangle]", '#[link_section = "x"]']
)
def test_a_pass_of_a_program_that_could_forge_it_says_so(judge: InProcessTests, text: str) -> None:
    """Where a program has means to forge a verdict in its own process, the pass tells so."""
    verdict = judge.judge(f"{ADD} // {text}", TESTS)
    assert verdict.passes()
    assert "could have been forged" in verdict.diagnostics


KNOWN_TO_PASS = {
    "always-true equality": (
        "#[derive(Debug)] pub struct W;\n"
        "impl PartialEq<i64> for W { fn eq(&self, n: &i64) -> bool { *n != 2 } }\n"
        "fn add(_: i64, _: i64) -> W { W }"
    ),
    "another implementation for tests": (
        "#[cfg(test)] fn add(a: i64, b: i64) -> i64 { a + b }\n"
        "#[cfg(not(test))] fn add(_: i64, _: i64) -> i64 { 7 }"
    ),
}


@pytest.mark.parametrize("rust", KNOWN_TO_PASS.values(), ids=KNOWN_TO_PASS.keys())
def test_what_the_documentation_says_cannot_be_stopped(judge: InProcessTests, rust: str) -> None:
    """Programs that lie to tests in the same process pass, which is why the verdict is labelled."""
    tests = TESTS.replace("assert_ne!(add(1, 1), 2)", 'panic!("assertion")')
    verdict = judge.judge(rust, tests)
    assert verdict.passes()
    assert verdict.method is Method.IN_PROCESS
