"""What a model is told about a reply that did not pass: the judge's words, made safe to repeat.

The words may be a stranger's: rustc quotes the code, and a panic says what the code wants. And they
hold what the cases expect, which is not for the model: an answer that it was told is no answer.
"""

from __future__ import annotations

import re
from typing import Final

from sse_steps.printable import printable
from sse_steps.records import Outcome, VerdictRow

LONGEST: Final = 4_000  # characters of the judge's words; rustc's first few errors
_OPENINGS: Final = {
    Outcome.COMPILE_ERROR: "Your Rust does not compile. The compiler says:",
    Outcome.WRONG_ANSWER: "Your Rust compiles, but its answer to a test is wrong:",
    Outcome.PANICKED: "Your Rust compiles, but a test makes it panic:",
    Outcome.TIMEOUT: "Your Rust takes too long:",
    Outcome.RESOURCE_LIMIT: "Your Rust takes more memory or output than it may have:",
    Outcome.NO_CODE: "There is no Rust in your reply.",
}
_CLOSING: Final = "Reply with the whole corrected code in one Rust code block."
_EXPECTED: Final = ", expected "
_EXIT_CODE: Final = re.compile(r"^(.*? ended with -?\d+), expected -?\d+; ")
_QUOTED: Final = re.compile(r"^ *\d* *\|")  # a line of the code itself, as rustc shows it
_FOLDERS: Final = re.compile(r"(?<![\w/.])(?:/[\w.+@~-]+)+/(?=[\w.+@~-])")
_FENCE: Final = re.compile(r"`{3,}")


def can_be_mended(outcome: Outcome) -> bool:
    """Return whether there is something to say about a reply: it is one, and it was not right."""
    return outcome in _OPENINGS


def feedback(verdict: VerdictRow) -> str:
    """Return what a model is told about its reply.

    Raises:
        KeyError: there is nothing to say; see `can_be_mended`.
    """
    opening = _OPENINGS[verdict.outcome]
    if verdict.outcome is Outcome.NO_CODE:
        return f"{opening} {_CLOSING}"
    words = clipped(_safe(_told(verdict.outcome, verdict.diagnostics)), LONGEST)
    return f"{opening}\n\n{fenced(words)}\n\n{_CLOSING}"


def clipped(text: str, longest: int) -> str:
    """Return a text up to `longest` characters, and how many more there were."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n[{len(text) - longest} more characters]"


def fenced(text: str) -> str:
    """Return a text in a fence that nothing in it can close."""
    longest = max((len(found[0]) for found in _FENCE.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _told(outcome: Outcome, diagnostics: str) -> str:
    """Return diagnostics without what the cases expect.

    Of a case that failed the first line is ours: the input, what the program gave, what was
    expected. What follows are the program's own words, of use where it panicked.
    """
    if outcome is Outcome.COMPILE_ERROR:
        return diagnostics
    ours, _, rest = diagnostics.partition("\n")
    shown = _EXIT_CODE.sub(r"\1; ", ours).partition(_EXPECTED)[0]
    return f"{shown}\n{rest}" if outcome is Outcome.PANICKED else shown


def _safe(text: str) -> str:
    """Return a text without control characters and without the folders of this machine."""
    lines = printable(text.strip(), keep="\n\t").split("\n")
    return "\n".join(line if _QUOTED.match(line) else _FOLDERS.sub("", line) for line in lines)
