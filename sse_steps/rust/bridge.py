"""The few lines of Rust that the judge appends to a candidate, so that its driver can call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.records import Case, ProgramCase
from sse_steps.rust.signature import identifier

Cases = Sequence[Case] | Sequence[ProgramCase]

_MODULE = """

/// What the judge calls.
pub mod judge_bridge {{
    /// Tells what there is to call.
    pub fn entry(_choice: usize) -> ::judge_support::Entry {{
        {entry}
    }}
{functions}}}
"""
_CALL = """
    fn call_{number}(
        arguments: &mut ::judge_support::Arguments,
    ) -> ::std::result::Result<::std::vec::Vec<u8>, ::judge_support::Mismatch> {{
        let answer = {call};
        ::std::result::Result::Ok(::judge_support::answer(&answer))
    }}
"""
_PROGRAM = "::judge_support::Entry::Program(|| ::judge_support::finish(super::main))"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program, and how its functions are called: one expression for each that the cases need."""

    rust: str
    calls: tuple[str, ...]
    is_program: bool

    @property
    def lines(self) -> int:
        """How many lines the program has; what stands behind them is ours."""
        return self.rust.count("\n") + 1

    def with_bridge(self) -> str:
        """Return the source that is compiled. Inference decides the types of the arguments."""
        if self.is_program:
            return self.rust + _MODULE.format(entry=_PROGRAM, functions="")
        names = ", ".join(f"call_{number}" for number in range(len(self.calls)))
        functions = "".join(
            _CALL.format(number=number, call=call) for number, call in enumerate(self.calls)
        )
        entry = f"::judge_support::Entry::Calls(&[{names}])"
        return self.rust + _MODULE.format(entry=entry, functions=functions)


def candidate_for(rust: str, cases: Cases) -> Candidate:
    """Return a program with the calls that `cases` need."""
    calls = tuple(_call(function, count) for function, count in functions_of(cases))
    is_program = any(isinstance(case, ProgramCase) for case in cases)
    return Candidate(rust, calls, is_program)


def functions_of(cases: Cases) -> list[tuple[str, int]]:
    """Return each function that cases call, with the number of its arguments, in order."""
    called = (function_of(case) for case in cases if isinstance(case, Case))
    return list(dict.fromkeys(called))


def function_of(case: Case) -> tuple[str, int]:
    """Return the function that a case calls, with the number of its arguments."""
    return case.function, len(case.args)


def _call(function: str, count: int) -> str:
    arguments = ", ".join(["arguments.next()?"] * count)
    return f"super::{identifier(function)}({arguments})"


def batch_root(modules: Sequence[str]) -> str:
    """Return the root of a crate of candidates; the one at line n is modules[n - 1]."""
    declared = "".join(f"mod {name};\n" for name in modules)
    arms = "".join(
        f"            {number} => super::{name}::judge_bridge::entry(choice),\n"
        for number, name in enumerate(modules)
    )
    return (
        f"{declared}pub mod judge_bridge {{\n"
        "    pub fn entry(choice: usize) -> ::judge_support::Entry {\n        match choice {\n"
        f'{arms}            _ => unreachable!("the judge chooses what there is"),\n'
        "        }\n    }\n}\n"
    )
