"""Reading of the hostile samples in `attacks/`: Rust that is wrong and must not pass.

The head of a file says what it is: `// Tries:` one sentence, `// Kind:` what is attacked, and,
where it is a whole program and no function, `// Asks: program`. Words between @ stand for places of
the host that are known only when a test runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sse_steps.records import Case, ProgramCase

FOLDER = Path(__file__).with_name("attacks")
PATHS = sorted(FOLDER.glob("*.rs"))
KINDS = ("forging", "compile_bomb", "compile_leak", "bomb", "host")

# No constant, no earlier answer and no other operation gives all three.
CASES = (Case("add", (2, 3), 5), Case("add", (-7, 7), 0), Case("add", (10**9, 1), 10**9 + 1))
PROGRAM_CASES = (
    ProgramCase(("2", "3"), "", "5\n"),
    ProgramCase(("-7",), "7\n", "0\n"),
    ProgramCase((), "1000000000 1\n", "1000000001\n"),
)


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile sample and the cases that it is put to."""

    name: str
    tries: str
    kind: str
    rust: str
    cases: tuple[Case, ...] | tuple[ProgramCase, ...]


def read_attack(path: Path, places: Mapping[str, object] | None = None) -> Attack:
    """Return the attack of a file, with `places` put in for the words between @."""
    rust = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^// (Tries|Asks|Kind): (.+)$", rust, re.MULTILINE))
    for word, place in (places or {}).items():
        rust = rust.replace(f"@{word}@", str(place))
    cases = PROGRAM_CASES if head.get("Asks") == "program" else CASES
    return Attack(path.stem, head["Tries"], head["Kind"], rust, cases)
