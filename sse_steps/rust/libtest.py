"""What libtest and the witnesses tell about a run of tests, and what it comes to."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sse_steps.records import Outcome
from sse_steps.rust.sandbox import Finished
from sse_steps.rust.trial import death_of

_TEST_LINE = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)$", re.MULTILINE)
_SUMMARY = re.compile(r"^test result: ok\. (\d+) passed; 0 failed; 0 ignored;", re.MULTILINE)
_MOST_SEARCHED = 4000  # characters of what a candidate said
_PANIC_PLACE = re.compile(r"panicked at (?:[^\n:]*/)?([^\n/:]+):\d+:\d+")


@dataclass(frozen=True, slots=True)
class Names:
    """Names drawn anew for every program, so that the text of a candidate cannot hold them."""

    module: str = field(default_factory=lambda: f"tests_{secrets.token_hex(8)}")
    witness: str = field(default_factory=lambda: f"witness_{secrets.token_hex(8)}")

    def removed(self, text: str) -> str:
        """Return a message as it reads with the tests in a file `tests.rs`."""
        text = text.replace(f"{self.module}.rs", "tests.rs").replace(f"{self.module}::", "")
        return text.replace(self.module, "tests").replace(self.witness, "witness")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of running the tests."""

    done: Finished
    finished: Counter[int]  # index of a test: how often its witness came back

    @property
    def stdout(self) -> str:
        """What libtest printed; what the candidate prints goes elsewhere."""
        return self.done.stdout.decode(errors="replace")

    @property
    def reported(self) -> dict[str, bool]:
        """Each test that libtest names, and whether as passed; a name said twice has not."""
        said = _TEST_LINE.findall(self.stdout)
        often = Counter(path for path, _ in said)
        return {path: word == "ok" and often[path] == 1 for path, word in said}

    def counts_agree(self, expected: int) -> bool:
        """Return whether libtest counts all expected tests as passed, and says so once."""
        return _SUMMARY.findall(self.stdout) == [str(expected)]

    def said_about(self, path: str) -> str:
        """Return what libtest has captured of a failed test."""
        _, _, rest = self.stdout.partition(f"---- {path} stdout ----\n")
        return re.split(r"\n\n(?:----|failures:)", rest)[0].strip()


def witnesses_in(written: bytes, secret: str) -> Counter[int]:
    """Count the lines with the secret; whatever else is there counts for nothing."""
    lines = re.findall(rf"^{secret} (\d{{1,9}})$", written.decode(errors="replace"), re.MULTILINE)
    return Counter(map(int, lines))


def outcome_of(
    ran: Ran, paths: Sequence[str], names: Names, *, all_passed: bool
) -> tuple[Outcome, str]:
    """Return the outcome and what to say about it."""
    done, reported = ran.done, ran.reported
    stderr = done.stderr[:2000].decode(errors="replace")
    unnamed = next((path for path in paths if path not in reported), None)
    failed = next((path for path in paths if not reported.get(path, True)), None)
    if not done.launched:
        return Outcome.INFRASTRUCTURE_ERROR, f"the tests could not be started: {stderr}"
    if done.timed_out or done.signal_number is not None:
        outcome = (
            Outcome.TIMEOUT
            if done.timed_out
            else death_of(done.exit_code, done.stderr + done.stdout)
        )
        return outcome, f"{unnamed or 'the process'} did not end by itself: {stderr}"
    if failed is not None:
        said = ran.said_about(failed)
        return _failure(said, names), f"{failed} failed\n{said}"
    if unnamed is not None:
        early = f"the process ended with exit code {done.exit_code}"
        return Outcome.PANICKED, f"{early} before {unnamed} came to its end\n{stderr}"
    if all_passed and ran.counts_agree(len(paths)) and done.exit_code == 0:
        return Outcome.PASSED, ""
    witnessed = sum(ran.finished.values())
    return Outcome.WRONG_ANSWER, (
        "the report of the tests does not agree with itself: witnesses came back from "
        f"{witnessed} of {len(paths)} tests, and the exit code is {done.exit_code}"
    )


def _failure(said: str, names: Names) -> Outcome:
    """Return whether a test panicked by itself, as an assertion does, or what it called did."""
    place = _PANIC_PLACE.search(said[-_MOST_SEARCHED:])
    is_elsewhere = place is not None and place[1] != f"{names.module}.rs"
    return Outcome.PANICKED if is_elsewhere else Outcome.WRONG_ANSWER
