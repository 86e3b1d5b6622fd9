"""Replay: the replies of a recording, with the latency, tokens, dollars and version of then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sse_steps.infer.engine import OnFinish, Request, Sampling
from sse_steps.infer.recording import Asked, Recorded, read_recording
from sse_steps.records import FinishReason, Reply


@dataclass(frozen=True, slots=True)
class ReplayEngine:
    """Finds replies by the content of the request. Nothing is run, and nothing is timed."""

    recording: Path
    version: str = "replay 1"

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return what replies are found by; the recording itself is the caller's to add."""
        return (asdict(Asked.of(request, sampling)),)

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield one batch with the recorded replies; what is not recorded is an error.

        Raises:
            RecordingError: the recording cannot be read.
        """
        recorded = read_recording(self.recording)
        replies = [_reply(recorded, Asked.of(each, sampling)) for each in requests]
        on_finish(len(replies))
        yield replies


def _reply(recorded: Mapping[Asked, Recorded], asked: Asked) -> Reply:
    found = recorded.get(asked)
    if found is None:
        error = _missing(recorded, asked)
        return Reply("", FinishReason.ERROR, 0.0, 0.0, error=error, replayed=True)
    reply = found.reply
    return Reply(
        reply.text,
        reply.finish_reason,
        reply.latency_s,
        reply.latency_s,
        cold=reply.cold,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        error=reply.error,
        cost_usd=reply.cost_usd,
        replayed=True,
        engine=found.engine,
        asked_at=found.asked_at,
    )


def _missing(recorded: Mapping[Asked, Recorded], asked: Asked) -> str:
    """Say what is not recorded, and in what the nearest request that is recorded differs."""
    for other in recorded:
        if (other.system, other.user) == (asked.system, asked.user):
            now, then = asdict(asked), asdict(other)
            names = [name for name in now if now[name] != then[name]]
            apart = [f"{name} {then[name]}, not {now[name]}" for name in names]
            return f"the recording has this prompt, but with {', '.join(apart)}"
    return f"the recording has no reply to this prompt; it holds {len(recorded)} others"
