"""Another try: who is asked again after a turn was judged, and with what conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sse_steps.infer.engine import Request
from sse_steps.infer.feedback import can_be_mended, clipped, feedback
from sse_steps.records import Completion, VerdictRow

LONGEST_REPLY: Final = 32_000  # characters of a reply that is shown to its author again


@dataclass(frozen=True, slots=True)
class Try:
    """What a model replied about one example in one turn, and what the judge found."""

    completion: Completion
    verdict: VerdictRow


Turn = Mapping[str, Try]  # by example


def turn_of(completions: Iterable[Completion], verdicts: Iterable[VerdictRow]) -> Turn:
    """Return one turn of one run."""
    found = {verdict.example: verdict for verdict in verdicts}
    return {row.example: Try(row, found[row.example]) for row in completions}


def later_requests(requests: Sequence[Request], turns: Sequence[Turn]) -> Iterator[Request]:
    """Yield the requests of the turn after `turns`: what did not pass, and can be mended.

    Args:
        requests: those of the first turn.
        turns: each turn so far, the first one first.
    """
    for request in requests:
        tries = [turn[request.example.id] for turn in turns if request.example.id in turn]
        if len(tries) == len(turns) and can_be_mended(tries[-1].verdict.outcome):
            yield _continued(request, tries)


def _continued(request: Request, tries: Sequence[Try]) -> Request:
    """Return a request with what came of it so far, message by message and as one text."""
    dialogue = [request.user]
    text = request.user
    for each in tries:
        reply = clipped(each.completion.reply, LONGEST_REPLY)
        told = feedback(each.verdict)
        dialogue += [reply, told]
        text += f"\n\n--- You replied: ---\n\n{reply}\n\n--- What came of it: ---\n\n{told}"
    return replace(request, user=text, dialogue=tuple(dialogue))
