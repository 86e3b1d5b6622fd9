"""The few lines of Rust that the judge appends to a candidate, so that its driver can call it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.records import Case, ProgramCase
from sse_steps.rust.generics import pinned_call
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
_LIFETIMES = re.compile(r"<\s*'\w+(?:\s*,\s*'\w+)*\s*,?\s*>")
_PROGRAM = "::judge_support::Entry::Program(|| ::judge_support::finish(super::main))"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program, and the cases that decide how it is called."""

    rust: str
    cases: Cases

    @property
    def lines(self) -> int:
        """How many lines the program has; what stands behind them is ours."""
        return self.rust.count("\n") + 1

    @property
    def is_program(self) -> bool:
        """Whether it is run as a whole, not called."""
        return any(isinstance(case, ProgramCase) for case in self.cases)

    @property
    def is_generic(self) -> bool:
        """Whether a function that is called may have types that inference cannot decide."""
        return any(_is_generic(self.rust, function) for function, _ in functions_of(self.cases))

    def with_bridge(self, calls: Sequence[str] | None = None) -> str:
        """Return the source that is compiled.

        `calls` are expressions, one a function. By default inference decides the types of the
        arguments.
        """
        if self.is_program:
            return self.rust + _MODULE.format(entry=_PROGRAM, functions="")
        calls = [_call(*each) for each in functions_of(self.cases)] if calls is None else calls
        names = ", ".join(f"call_{number}" for number in range(len(calls)))
        functions = "".join(
            _CALL.format(number=number, call=call) for number, call in enumerate(calls)
        )
        entry = f"::judge_support::Entry::Calls(&[{names}])"
        return self.rust + _MODULE.format(entry=entry, functions=functions)

    def pinned_calls(self) -> list[list[str]]:
        """Return calls with types read off the cases, for what inference leaves open, in order."""
        functions = functions_of(self.cases)
        choices = [self._pinned(*each) or [_call(*each)] for each in functions]
        most = max(map(len, choices), default=0)
        calls = [[each[min(rank, len(each) - 1)] for each in choices] for rank in range(most)]
        plain = [_call(*each) for each in functions]
        return [each for each in calls if each != plain]

    def _pinned(self, function: str, count: int) -> list[str]:
        cases = (case for case in self.cases if isinstance(case, Case))
        called = [case.args for case in cases if function_of(case) == (function, count)]
        return pinned_call(self.rust, function, called)


def _is_generic(rust: str, function: str) -> bool:
    """Whether a function seems to have type parameters; a wrong yes only costs time."""
    found = re.search(rf"\bfn\s+(?:r#)?{re.escape(function)}\s*([<(][^{{]{{0,2000}})", rust)
    if found is None:
        return False
    header = _LIFETIMES.sub("", found[1])
    return header.startswith("<") or re.search(r"\bimpl\b", header) is not None


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


def root_line(count: int, number: int) -> int:
    """Return the line of `batch_root` that calls candidate `number` of `count`."""
    return count + 4 + number
