"""The nouns of an evaluation: example, case, completion, verdict, outcome. All are frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What the judge found. Only `PASSED` counts as a pass."""

    PASSED = "passed"
    WRONG_ANSWER = "wrong_answer"
    PANICKED = "panicked"
    COMPILE_ERROR = "compile_error"
    TIMEOUT = "timeout"
    RESOURCE_LIMIT = "resource_limit"
    NO_ANSWER = "no_answer"  # no reply: the engine failed or ran out of its time; or no label in it
    NO_CODE = "no_code"  # there is a reply, but no Rust in it
    UNTESTED = "untested"  # the example has no case that can be run
    INFRASTRUCTURE_ERROR = "infrastructure_error"  # our fault or the machine's, never the model's


class FinishReason(StrEnum):
    """Why an engine stopped writing."""

    STOP = "stop"
    LENGTH = "length"
    REPETITION = "repetition"  # it wrote the same few tokens over and over
    TIMEOUT = "timeout"
    CONTEXT_OVERFLOW = "context_overflow"  # the prompt leaves no room in the model's context
    ERROR = "error"

    @property
    def is_failure(self) -> bool:
        """Whether the engine gave up, so that what it had written is no answer."""
        failures = (FinishReason.TIMEOUT, FinishReason.CONTEXT_OVERFLOW, FinishReason.ERROR)
        return self in failures


class Role(StrEnum):
    """What a model is in the evaluation: judged on its merits, or a check of the judge itself."""

    CANDIDATE = "candidate"
    CONTROL_PASS = "control_pass"  # noqa: S105 - no password; it must score 100 %
    CONTROL_FAIL = "control_fail"  # must score 0 %


class Failure(StrEnum):
    """How the Rust has to say what the Python said by raising an exception."""

    ERR = "err"  # it returns an Err
    NONE = "none"  # it returns None
    PANIC = "panic"  # it panics


@dataclass(frozen=True, slots=True)
class Case:
    """One call of a function, with the value that the Python returned or the exception it raised.

    Values are plain Python: None, bool, int, float, str, list, tuple, dict, set. `after` holds the
    arguments that the Python changed, as (position, what it held afterwards). `tolerance` is the
    relative difference between floats that is no difference.
    """

    function: str
    args: Sequence[object]
    expected: object = None
    raises: str | None = None
    failure: Failure = Failure.ERR
    after: tuple[tuple[int, object], ...] = ()
    tolerance: float = 1e-9


@dataclass(frozen=True, slots=True)
class ProgramCase:
    """One run of a program: arguments and standard input in, standard output and exit code out."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""
    stdout: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One Python program with its cases.

    `signature` is the Rust function header that the cases need, None for a program. `level` is the
    Py2Rs level, 1 to 10. `reference` is a known good Rust solution, where the corpus has one.
    """

    id: str
    level: int
    python: str
    cases: tuple[Case, ...] | tuple[ProgramCase, ...]
    signature: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledExample:
    """One record whose right answer is a text and no program.

    `answers` are right, each of them; the first is the label. `fields` is what the task's prompt
    asks for of the record, as text. Py2Rs levels are about programs, so there is no `level`.
    """

    id: str
    answers: tuple[str, ...]
    fields: Mapping[str, str]

    @property
    def level(self) -> None:
        """Return nothing: only programs have a level."""
        return

    @property
    def reference(self) -> str:
        """A right answer."""
        return self.answers[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an engine gave for one request. Times are seconds of wall clock.

    `latency_s` is from the moment the request's batch was submitted until this reply was whole;
    `machine_s` is the request's share of that time, what the machine's price is multiplied with.
    """

    text: str
    finish_reason: FinishReason
    latency_s: float
    machine_s: float
    batch_size: int = 1
    cold: bool = False  # the first batch after the engine was loaded
    prompt_tokens: int | None = None  # None: the engine has no tokens
    completion_tokens: int | None = None
    error: str | None = None
    is_code: bool = False  # the text is code from end to end, so nothing has to be taken out of it
    time_to_first_token_s: float | None = None  # from the batch's start; None: it cannot be seen
    peak_memory_bytes: int | None = None  # of the process that ran the model, so far
    cost_usd: float | None = None  # what the engine says that it cost; None: it does not say
    replayed: bool = False  # recorded earlier, maybe on another machine; its latency is from then
    engine: str | None = None  # who wrote it, where that is not the engine that was asked
    asked_at: str | None = None  # ISO 8601, UTC, of an engine that changes behind its version
    is_transient: bool = False  # it failed, and may not another time, so it is not kept


@dataclass(frozen=True, slots=True)
class Completion:
    """One row of `completions`: what a model wrote for one example in one run."""

    task: str
    model: str
    run: int
    example: str
    level: int | None  # None: the task is not about programs
    rust: str | None  # the code taken out of the reply; None where there is none
    reply: str
    finish_reason: FinishReason
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_s: float
    machine_s: float
    batch_size: int
    cold: bool
    cost_usd: float | None  # None: nobody says
    cached: bool  # True: measured for another (task, model, run) and reused, never timed again
    engine: str
    error: str | None
    time_to_first_token_s: float | None = None
    peak_memory_bytes: int | None = None
    replayed: bool = False
    asked_at: str | None = None
    turn: int = 1  # later ones follow what the compiler and the cases said of the one before
    prompt_cost_usd: float | None = None  # of cost_usd, what the prompt's tokens cost
    completion_cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """One row of `skipped`: a model that took no part in a run, and why."""

    task: str
    model: str
    run: int
    gate: str | None  # the gate that it failed; None: its engine is not to be had
    reason: str
    remedy: str


class EquivalenceStatus(StrEnum):
    """What came of putting a candidate and its Python to the same inputs."""

    EQUAL = "equal"
    DIVERGED = "diverged"
    NOT_CHECKED = "not_checked"  # it was tried and could not be told; the detail says why


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A candidate's answers beside its Python's, on `inputs` inputs that no case has to have."""

    status: EquivalenceStatus
    inputs: int
    detail: str = ""  # the smallest input on which they differ, or why nothing was checked


class Method(StrEnum):
    """How a verdict was reached."""

    ANSWERS = "answers"  # answers compared outside of the candidate's process
    IN_PROCESS = "in-process"  # a user's Rust tests, run in the candidate's process: weaker


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found about one program, whoever wrote it. Times are seconds of wall clock.

    `compiles` is about the program together with what calls it. `tests_run` and `tests_passed`
    count cases, or a user's Rust tests.
    """

    outcome: Outcome
    compiles: bool
    tests_run: int
    tests_passed: int
    compile_s: float
    run_s: float
    error_code: str | None  # rustc's, such as E0308
    diagnostics: str
    isolation: str  # the level of isolation that the verdict was reached under
    not_enforced: str  # what that level leaves open, in sentences
    method: Method = Method.ANSWERS
    equivalence: EquivalenceStatus | None = None  # None: nothing to check, or checks are off
    equivalence_inputs: int = 0
    equivalence_detail: str = ""

    def passes(self) -> bool:
        """Return whether every case ran and was answered correctly."""
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One row of `verdicts`: a verdict, and whose completion it is about.

    Nothing in it was measured: wherever and whenever a completion is judged, the row is the same.
    """

    task: str
    model: str
    run: int
    example: str
    level: int | None
    outcome: Outcome
    compiles: bool | None  # None: nothing to compile
    tests_run: int
    tests_passed: int
    tests_total: int
    error_code: str | None
    diagnostics: str
    isolation: str
    not_enforced: str
    equivalence: EquivalenceStatus | None = None
    equivalence_inputs: int = 0
    equivalence_detail: str = ""
    turn: int = 1
    answer: str | None = None  # what was taken out of the reply, in a task of labels
    label: str | None = None  # the right answer of such a task
    score: float | None = None  # how right the answer is, 0 to 1, where that is graded


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """One row of `judgements`: what it took to reach a verdict, in seconds of wall clock."""

    task: str
    model: str
    run: int
    example: str
    compile_s: float
    run_s: float
    cached: bool  # True: reached for another (task, model, run, example) and reused
    turn: int = 1
