"""An example's cases as ordinary Rust tests, in the types of the header that was asked for.

They stand for what somebody without our judge would write: typed literals, a call, an assertion.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from sse_steps.records import Case, Example, Failure, ProgramCase
from sse_steps.rust.signature import Signature, Type, identifier, read_signature

BINARY = "candidate"

_TYPE = re.compile(r"^( *let (?:mut )?\w+): [^=]* =", re.MULTILINE)

# Equality with a tolerance between floats, wherever in a value they stand.
_SAME = """#![allow(warnings)]
use std::collections::{HashMap, HashSet};

trait Same {
    fn same(&self, other: &Self, tolerance: f64) -> bool;
}
macro_rules! exactly { ($($kind:ty),*) => {$(
    impl Same for $kind {
        fn same(&self, other: &Self, _: f64) -> bool { self == other }
    }
)*} }
exactly!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, bool, String, ());
impl Same for f64 {
    fn same(&self, other: &Self, tolerance: f64) -> bool {
        let room = (tolerance * self.abs().max(other.abs())).max(1e-12);
        let is_close = self.is_finite() && other.is_finite() && (self - other).abs() <= room;
        self == other || is_close || (self.is_nan() && other.is_nan())
    }
}
impl<T: Same> Same for Option<T> {
    fn same(&self, other: &Self, tolerance: f64) -> bool {
        match (self, other) {
            (Some(left), Some(right)) => left.same(right, tolerance),
            _ => self.is_none() && other.is_none(),
        }
    }
}
impl<T: Same> Same for Vec<T> {
    fn same(&self, other: &Self, tolerance: f64) -> bool {
        let mut pairs = self.iter().zip(other);
        self.len() == other.len() && pairs.all(|(left, right)| left.same(right, tolerance))
    }
}
impl<T: Eq + std::hash::Hash> Same for HashSet<T> {
    fn same(&self, other: &Self, _: f64) -> bool { self == other }
}
impl<K: Eq + std::hash::Hash, V: Same> Same for HashMap<K, V> {
    fn same(&self, other: &Self, tolerance: f64) -> bool {
        let mut held = self.iter().map(|(key, item)| (item, other.get(key)));
        let same = |(item, found): (&V, Option<&V>)| {
            found.is_some_and(|it| item.same(it, tolerance))
        };
        self.len() == other.len() && held.all(same)
    }
}
macro_rules! tuples { ($(($($name:ident $index:tt),+))*) => {$(
    impl<$($name: Same),+> Same for ($($name,)+) {
        fn same(&self, other: &Self, tolerance: f64) -> bool {
            $(self.$index.same(&other.$index, tolerance))&&+
        }
    }
)*} }
tuples!((A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3));
"""
_RUN = """use std::io::Write;
use std::process::{Command, Stdio};

fn check(arguments: &[&str], stdin: &str, stdout: &str, exit_code: i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candidate"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let done = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert_eq!(printed.trim_end_matches('\\n'), stdout.trim_end_matches('\\n'));
    assert_eq!(done.status.code(), Some(exit_code));
}
"""


def rust_tests(example: Example, *, inferred: bool = False) -> str:
    """Return a file of tests: a module of the candidate's crate, or its integration test.

    `inferred` leaves types out where the compiler can find them, so that a function with other
    integers than those of the header can be called as well.
    """
    if example.signature is None:
        runs = [case for case in example.cases if isinstance(case, ProgramCase)]
        return _RUN + _runs_test(runs)
    calls = [case for case in example.cases if isinstance(case, Case)]
    signature = read_signature(example.python, calls[0].function)
    failure = next((case.failure for case in calls if case.raises), None)
    tests = "".join(
        _call_test(number, case, signature, failure) for number, case in enumerate(calls)
    )
    return _SAME + (_TYPE.sub(r"\1 =", tests).replace("_i64)", ")") if inferred else tests)


def _runs_test(runs: Sequence[ProgramCase]) -> str:
    """Return one test for all runs: after the first that goes wrong the rest is not needed."""
    checks = "".join(
        f"    check(&[{', '.join(map(_text, case.arguments))}], {_text(case.stdin)}, "
        f"{_text(case.stdout)}, {case.exit_code});\n"
        for case in runs
    )
    return f"\n#[test]\nfn runs() {{\n{checks}}}\n"


def _call_test(number: int, case: Case, signature: Signature, failure: Failure | None) -> str:
    kinds = [kind for _, kind in signature.parameters]
    changed = {position for position, _ in case.after}
    lines = [
        f"let mut a{position}: {kind.owned()} = {literal(value, kind)};"
        for position, (value, kind) in enumerate(zip(case.args, kinds, strict=True))
    ]
    arguments = ", ".join(_passed(position, kinds, changed) for position in range(len(kinds)))
    call = f"super::{identifier(case.function)}({arguments})"
    if case.raises is not None:
        lines.append({Failure.ERR: f"assert!({call}.is_err());"}.get(case.failure, f"{call};"))
        if case.failure is Failure.NONE:
            lines[-1] = f"assert!({call}.is_none());"
    else:
        lines += _comparison(call, case, signature.result, failure)
    for position, wanted in case.after:
        expected = literal(wanted, kinds[position])
        lines.append(f"let left: {kinds[position].owned()} = {expected};")
        lines.append(f"assert!(a{position}.same(&left, {case.tolerance!r}));")
    panics = case.raises is not None and case.failure is Failure.PANIC
    head = "\n#[test]\n" + ("#[should_panic]\n" if panics else "")
    return f"{head}fn call_{number}() {{\n    " + "\n    ".join(lines) + "\n}\n"


def _passed(position: int, kinds: Sequence[Type], changed: set[int]) -> str:
    if position in changed:
        return f"&mut a{position}"
    is_borrowed = kinds[position].borrowed().startswith("&")
    return f"{'&' if is_borrowed else ''}a{position}"


def _comparison(call: str, case: Case, kind: Type, failure: Failure | None) -> list[str]:
    """Return the lines that compare; where some case fails, the good ones are wrapped."""
    wrapped = failure in (Failure.ERR, Failure.NONE)
    rust = f"Option<{kind.owned()}>" if wrapped else kind.owned()
    expected = literal(case.expected, kind)
    return [
        f"let answer: {rust} = {call}{'.ok()' if failure is Failure.ERR else ''};",
        f"let expected: {rust} = {f'Some({expected})' if wrapped else expected};",
        f"assert!(answer.same(&expected, {case.tolerance!r}));",
    ]


def literal(value: object, kind: Type) -> str:
    """Return a Python value as a Rust expression of the owned type of `kind`."""
    if kind.name == "optional":
        return "None" if value is None else f"Some({literal(value, kind.arguments[0])})"
    if isinstance(value, bool) or value is None:
        return {None: "()", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return f"({value}_i64)" if isinstance(value, int) else _float(value)
    return f"{_text(value)}.to_string()" if isinstance(value, str) else _collection(value, kind)


def _collection(value: object, kind: Type) -> str:
    item, *others = kind.arguments or (Type("None"),)
    match value:
        case list():
            return f"vec![{', '.join(literal(each, item) for each in value)}]"
        case tuple():
            parts = (literal(each, of) for each, of in zip(value, kind.arguments, strict=True))
            return f"({''.join(f'{part}, ' for part in parts)})"
        case set() | frozenset():
            return f"HashSet::from([{', '.join(literal(each, item) for each in value)}])"
        case dict():
            pairs = (f"({literal(k, item)}, {literal(v, others[0])})" for k, v in value.items())
            return f"HashMap::from([{', '.join(pairs)}])"
    raise TypeError(f"a value of type {type(value).__name__} has no literal")


def _float(value: float) -> str:
    if math.isfinite(value):
        return f"({value!r}_f64)"
    if math.isnan(value):
        return "f64::NAN"
    return "f64::INFINITY" if value > 0 else "f64::NEG_INFINITY"


def _text(value: str) -> str:
    plain = {letter: json.dumps(letter)[1:-1] for letter in '"\\\n\t\r'}
    letters = (
        plain.get(letter) or (letter if " " <= letter <= "~" else f"\\u{{{ord(letter):x}}}")
        for letter in value
    )
    return f'"{"".join(letters)}"'
