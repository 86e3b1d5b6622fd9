"""Step: what a tool replied in, a recording that can be replayed without the tool out."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from sse_steps.build_files import TranspileFiles
from sse_steps.infer.recording import VERSION, Asked, Recorded, RecordedReply
from sse_steps.records import Completion
from sse_steps.slices import RecordSlice, TranspileSlice
from sse_steps.store import read_parquet, write_json_lines
from sse_steps.turns import requests_of


def run(settings: RecordSlice, written: Sequence[TranspileFiles], target: Path) -> None:
    """Write one line for each different request of a model, in the order of its runs and turns.

    A model that took no part, its tool gone, leaves what was recorded before as it is: those
    replies may have been paid for.

    Args:
        settings: how each run asked.
        written: what each run and turn was asked, and what came of it.
        target: the recording, JSON lines.
    """
    parts = zip(settings.runs, written, strict=True)
    lines = [line for part in parts for line in _lines(*part)]
    if not lines and target.is_file():
        return
    write_json_lines((asdict(line) for line in _one_each(lines)), target)


def _lines(run: TranspileSlice, written: TranspileFiles) -> Iterator[Recorded]:
    asked = requests_of(written.examples, run.prompts, written.earlier)
    requests = {request.example.id: request for request in asked}
    for row in read_parquet(written.completions, Completion):
        yield Recorded(
            version=VERSION,
            asked=Asked.of(requests[row.example], run.sampling),
            reply=_reply(row),
            engine=row.engine,
            asked_at=row.asked_at,
            machine=_machine(),
        )


def _reply(row: Completion) -> RecordedReply:
    return RecordedReply(
        text=row.reply,
        finish_reason=row.finish_reason,
        latency_s=row.latency_s,
        cold=row.cold,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        cost_usd=row.cost_usd,
        error=row.error,
    )


def _one_each(lines: Iterable[Recorded]) -> Iterable[Recorded]:
    """Return the first reply to each request; one that failed gives way to one that did not."""
    kept: dict[Asked, Recorded] = {}
    for line in lines:
        known = kept.setdefault(line.asked, line)
        if known.reply.finish_reason.is_failure and not line.reply.finish_reason.is_failure:
            kept[line.asked] = line
    return kept.values()


def _machine() -> str:
    """Return what the latency depends on, without the machine's name."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
