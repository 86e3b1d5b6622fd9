"""What a model is asked in a turn, from the files that the turns before it have left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sse_steps.corpus.examples_file import read_any_examples
from sse_steps.infer.engine import Request
from sse_steps.infer.later_turns import Turn, later_requests, turn_of
from sse_steps.infer.prompt import build_request
from sse_steps.records import Completion, VerdictRow
from sse_steps.store import read_parquet
from sse_steps.tasks import Prompts


@dataclass(frozen=True, slots=True)
class TurnFiles:
    """What one turn of one run has left, Parquet."""

    completions: Path
    verdicts: Path


def requests_of(examples: Path, prompts: Prompts, earlier: Sequence[TurnFiles]) -> list[Request]:
    """Return the requests of the turn after `earlier`; without any, those of the first turn.

    Args:
        examples: what the corpus step wrote.
        prompts: the task's.
        earlier: what each turn before has left, in order.
    """
    first = [build_request(each, prompts) for each in read_any_examples(examples)]
    if not earlier:
        return first
    return list(later_requests(first, [_turn(files) for files in earlier]))


def _turn(files: TurnFiles) -> Turn:
    completions = read_parquet(files.completions, Completion)
    return turn_of(completions, read_parquet(files.verdicts, VerdictRow))
