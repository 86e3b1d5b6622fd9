"""The judge for use from Python: a program in, a verdict out."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sse_steps.corpus.values import to_json
from sse_steps.errors import CasesError, nearest
from sse_steps.records import Case, Failure, Outcome, ProgramCase, Verdict
from sse_steps.rust.bridge import Cases
from sse_steps.rust.crates import NO_CRATES, Crates
from sse_steps.rust.in_process_tests import InProcessTests
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.kept_verdicts import Kept, KeptVerdicts
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.sandbox import Limits
from sse_steps.rust.toolchain import find_toolchain
from sse_steps.store import RecordStore, content_key

DEFAULT_LIMITS = Limits(cpu_s=10, wall_s=30.0, memory_bytes=1 << 30, output_bytes=1 << 20)


class CompilerVerifier:
    """Compiles Rust and puts cases or tests to it, isolated.

    Args:
        cache: the folder where verdicts and the judge's own programs are kept; `~` is the home
            folder. None: nothing is kept, and every verdict is reached afresh.
        limits: what one process of a program may use.
        crates: what programs may use beside the standard library, from `find_crates`.
        allow_weak_isolation: whether resource limits alone will do where the machine has neither
            bubblewrap nor Landlock.

    Raises:
        ToolchainError: there is no usable Rust toolchain.
        SandboxError: there is no isolation on this machine.
    """

    def __init__(
        self,
        *,
        cache: Path | str | None = Path("~/.cache/single-shot-eval"),
        limits: Limits = DEFAULT_LIMITS,
        crates: Crates = NO_CRATES,
        allow_weak_isolation: bool = False,
    ) -> None:
        folder = self._temporary_folder() if cache is None else Path(cache).expanduser()
        toolchain = find_toolchain(folder)
        sandbox = strongest_sandbox(toolchain.launcher, allow_weak=allow_weak_isolation)
        self._judge = Judge(toolchain, sandbox, limits, crates)
        self._tests = InProcessTests(toolchain, sandbox, limits, crates)
        store = RecordStore(folder / "records.sqlite") if cache is not None else None
        self._kept = KeptVerdicts(self._judge, store)

    def _temporary_folder(self) -> Path:
        """Return a new folder that goes when this object goes."""
        folder = Path(tempfile.mkdtemp(prefix="verifier-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

    def verify(
        self,
        rust_code: str,
        tests: str | None = None,
        cases: Sequence[Case] | Sequence[ProgramCase] | None = None,
    ) -> Verdict:
        """Return the verdict on a program.

        Args:
            rust_code: a whole program, or functions.
            tests: Rust tests with assertions. They run in the program's own process, which is
                weaker than cases; the verdict's `method` says so.
            cases: calls of its functions, or runs of the program.

        With neither the program is only compiled, and the outcome is `untested` where it compiles.

        Raises:
            CasesError: the cases do not fit together, or there are tests as well.
            RustTestsError: the tests cannot be run as they are written.
        """
        if tests is not None and cases is not None:
            raise CasesError(
                "There are both tests and cases; a verdict comes from one of them.",
                "Give `tests` or `cases`, or ask for two verdicts.",
            )
        if tests is not None:
            return self._tested(rust_code, tests)
        return self.verify_many([(rust_code, cases or ())])[0]

    def verify_many(
        self, samples: Iterable[tuple[str, Sequence[Case] | Sequence[ProgramCase]]]
    ) -> list[Verdict]:
        """Return the verdicts on programs with their cases, in order.

        Equal programs with equal cases are judged once.

        Raises:
            CasesError: the cases of a program do not fit together. Nothing was judged then.
        """
        checked = [Sample(rust, checked_cases(cases)) for rust, cases in samples]
        by_key = {self._kept.key(sample): sample for sample in checked}
        found = self._kept.find(by_key)
        missing = {key: sample for key, sample in by_key.items() if key not in found}
        if missing:
            found |= self._kept.reach(missing)
        verdicts = [found[self._kept.key(sample)].verdict for sample in checked]
        return list(map(_about_the_program, verdicts))

    def _tested(self, rust: str, tests: str) -> Verdict:
        key = content_key("tests", self._judge.identity, rust, tests)
        found = self._kept.find([key])
        if key in found:
            return found[key].verdict
        verdict = self._tests.judge(rust, tests)
        if not self._judge.ended_by_the_clock(verdict):
            self._kept.keep(key, Kept(verdict))
        return verdict


def _about_the_program(verdict: Verdict) -> Verdict:
    """Without a case, what does not compile is told as that: it is all that was asked."""
    if verdict.outcome is Outcome.UNTESTED and not verdict.compiles:
        return replace(verdict, outcome=Outcome.COMPILE_ERROR)
    return verdict


def checked_cases(cases: Sequence[Case] | Sequence[ProgramCase]) -> Cases:
    """Return cases that can be put to one program.

    Raises:
        CasesError: they are of two kinds, or hold what is no plain data.
    """
    if isinstance(cases, Case | ProgramCase):
        raise CasesError("There is one case where a list of cases belongs.", "Write cases=[case].")
    runs = tuple(case for case in cases if isinstance(case, ProgramCase))
    calls = tuple(case for case in cases if isinstance(case, Case))
    if len(runs) == len(cases):
        for number, run in enumerate(runs, start=1):
            _check_texts(number, run)
        return runs
    if len(calls) < len(cases):
        raise CasesError(
            f"The {len(cases)} cases are not all calls of a function (Case) or all runs of a "
            "program (ProgramCase).",
            "Ask for two verdicts, one with each kind of case.",
        )
    for number, case in enumerate(calls, start=1):
        _check_values(number, case)
    return calls


def _check_texts(number: int, run: ProgramCase) -> None:
    text = "".join((*run.arguments, run.stdin))
    if any("\ud800" <= letter <= "\udfff" for letter in text) or "\0" in "".join(run.arguments):
        raise CasesError(
            f"Case {number} has arguments or an input that no program can be given.",
            "Use text without surrogates, and arguments without NUL.",
        )


def _check_values(number: int, case: Case) -> None:
    if not case.function.isidentifier():
        raise CasesError(
            f"Case {number} calls {case.function!r}, which is no name of a function.",
            "Give the function's bare name, such as 'add'.",
        )
    if case.raises is not None and (case.expected is not None or case.after):
        raise CasesError(
            f"Case {number} has both `raises` and a value that is expected.",
            "Say what the call returns, or what it raises.",
        )
    if case.failure not in set(Failure):
        raise CasesError(
            f"Case {number} has the failure {case.failure!r:.40}.",
            nearest(str(case.failure), set(Failure)),
        )
    if not (isinstance(case.tolerance, int | float) and 0 <= case.tolerance < 1):
        raise CasesError(
            f"Case {number} has the tolerance {case.tolerance!r:.40}.",
            "Give a number from 0 up to, but not including, 1.",
        )
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in case.after):
        raise CasesError(
            f"Case {number} has an `after` of another form: {case.after!r:.80}.",
            "Write pairs of position and value: after=((0, [1, 2]),).",
        )
    changed = [value for _, value in case.after]
    for position, _ in case.after:
        if not 0 <= position < len(case.args):
            raise CasesError(
                f"Case {number} has an `after` for argument {position} of {len(case.args)}.",
                "Positions count from 0.",
            )
    for value in (*case.args, case.expected, *changed):
        try:
            to_json(value)
        except (TypeError, RecursionError) as fault:
            raise CasesError(
                f"Case {number} holds {value!r:.80}, which cannot be compared: {fault}.",
                "Use None, bool, int, float, str, list, tuple, dict and set.",
            ) from fault
