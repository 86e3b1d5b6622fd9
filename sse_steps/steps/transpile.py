"""Step: examples and a model in, completions out."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from sse_steps.build_files import TranspileFiles
from sse_steps.build_log import log
from sse_steps.build_progress import REPLIES, build_progress
from sse_steps.console import attempts_progress
from sse_steps.errors import EngineMissingError, EngineUnfitError, ModelFormatError
from sse_steps.infer.engine import Engine, Request
from sse_steps.infer.extract import extract_rust
from sse_steps.infer.factory import Surroundings, build_engine
from sse_steps.models.line import Skip, StageRecord, read_stage, say
from sse_steps.records import (
    Case,
    Completion,
    Example,
    FinishReason,
    LabelledExample,
    Reply,
    Skipped,
)
from sse_steps.scale.replying import Asker
from sse_steps.scale.scale_out import scaled_out
from sse_steps.settings import ScaleSettings
from sse_steps.slices import Origin, TranspileSlice
from sse_steps.source_hash import source_hash
from sse_steps.steps import machine
from sse_steps.store import RecordStore, content_key, sha256_of, write_parquet
from sse_steps.turns import requests_of

HERE = ScaleSettings()
_CALLING = ("infer/command_line.py", "infer/tool_output.py", "infer/tool_process.py")
# What of our code a model's reply depends on, beside all of `infer`: how its file is understood.
READING = (
    *("apr_file", "apr_layout", "apr_metadata", "architectures", "formats", "gguf_file"),
    *("header_json", "header_limits", "header_reader", "hyperparameters", "metadata"),
    *("model_file", "stored_model", "tokenizer_data"),
)


def run(
    settings: TranspileSlice,
    files: TranspileFiles,
    record: Path | None,
    file: Path | None,
    cache: Path,
    scale: ScaleSettings = HERE,
) -> None:
    """Write what the model makes of each example, or why it takes no part.

    Replies are kept under the address of everything that they follow from, batch by batch, so only
    what is new is asked for, and a build that is killed loses at most the batch it was in.

    Args:
        settings: the model, the task and how to ask.
        files: what the corpus step wrote, and what earlier turns left, whose failures are the ones
            that are asked again; where the completions go, Parquet, and why there are none.
        record: what the validate step wrote, None for an engine without weights.
        file: the model's weights or its recording, None for an engine without either.
        cache: where finished replies are kept.
        scale: who asks.

    Raises:
        EngineMissingError: the engine is gone, after it had replied in an earlier turn.
        ModelFormatError: the weights are not the ones that were validated.
    """
    validated = read_stage(record) if record is not None else None
    skip = validated.skip if validated is not None else None
    rows: list[Completion] = []
    if skip is None:
        asker = Asker(settings, file, _identity(file, validated), scaled_out(scale, cache))
        requests = requests_of(files.examples, settings.prompts, files.earlier)
        try:
            rows = _completions(asker, requests, cache) if requests else []
        except (EngineMissingError, EngineUnfitError) as absent:
            if files.skipped is None:  # it was there a turn before
                raise
            if settings.origin.run == 1:  # later runs have nothing to add
                say(f"'{settings.origin.model}' is skipped. {absent}")
            skip = Skip(None, absent.wrong, absent.remedy)
    if files.skipped is not None:
        write_parquet(_skipped(settings.origin, skip), Skipped, files.skipped)
    write_parquet(rows, Completion, files.completions)


def _identity(file: Path | None, validated: StageRecord | None) -> str | None:
    """Return the SHA-256 of what the engine reads, None where it reads no file.

    Raises:
        ModelFormatError: these are not the weights that were validated, be it long ago.
    """
    found = sha256_of(file) if file is not None and file.is_file() else None
    if validated is not None and found != validated.details["sha256"]:
        raise ModelFormatError(
            f"'{file}' is not the file that was validated.",
            "Remove it, and the next build converts and validates the model again.",
        )
    return found


def _skipped(origin: Origin, skip: Skip | None) -> list[Skipped]:
    if skip is None:
        return []
    why = (skip.gate, skip.wrong, skip.remedy)
    return [Skipped(origin.task, origin.model, origin.run, *why)]


def _completions(asker: Asker, requests: Sequence[Request], cache: Path) -> list[Completion]:
    settings = asker.settings
    around = Surroundings(
        asker.file, lambda: machine.sandbox(cache, allow_weak=settings.allow_weak_isolation)
    )
    engine = build_engine(settings.origin.model, settings.model, around)
    keys = [_key(settings, engine, request, asker.sha256) for request in requests]
    store = RecordStore(cache / "records.sqlite")
    passing = _complete_missing(asker, engine, dict(zip(keys, requests, strict=True)), store)
    records = {**passing, **store.get_many(keys)}
    return [
        _completion(settings, request.example, records[key], engine.version)
        for key, request in zip(keys, requests, strict=True)
    ]


def _key(settings: TranspileSlice, engine: Engine, request: Request, identity: str | None) -> str:
    seen = engine.inputs(request, settings.sampling)
    calls_tool = settings.model.tool is not None and settings.model.recording is None
    # Calls may cost money: only a change to the code that makes them asks again.
    code = [source_hash(*_CALLING)] if calls_tool else _code_identity()
    return content_key("reply", engine.version, code, identity, seen)


@cache
def _code_identity() -> list[str]:
    """Return what a reply depends on beside the model and the request: our code and libraries."""
    libraries = ("numpy", "tokenizers", "jinja2", "gguf")
    versions = [f"{name} {metadata.version(name)}" for name in libraries]
    model_files = [f"models/{name}.py" for name in READING]
    code = source_hash("infer", *model_files, "rust/sandbox.py")
    return [code, sys.version, *versions]


def _complete_missing(
    asker: Asker,
    engine: Engine,
    requests: Mapping[str, Request],
    store: RecordStore,
) -> dict[str, dict[str, Any]]:
    """Ask for what is not kept yet, keep it, and return what failed in a way that may pass."""
    passing: dict[str, dict[str, Any]] = {}
    known = store.get_many(requests)
    missing = [key for key in requests if key not in known]
    origin = asker.settings.origin
    build_progress().replied(origin, len(known), 0.0)
    if not missing:
        return passing
    kept_with = _kept_with(origin)
    with attempts_progress(REPLIES, origin, len(missing)) as advance:
        for replies in asker.records(engine, requests, missing, advance):
            for reply in replies.values():
                build_progress().replied(origin, 1, _paid(asker.settings, reply))
            records = {key: {**each, "origin": kept_with} for key, each in replies.items()}
            failed = {key: each for key, each in records.items() if each["reply"]["is_transient"]}
            passing |= failed
            for key, each in failed.items():
                named, what = requests[key].example.id, each["reply"]["error"]
                log("reply failed", level=logging.WARNING, example=named, what=what)
            store.put_many({key: records[key] for key in records.keys() - failed.keys()})
    return passing


def _paid(settings: TranspileSlice, record: Mapping[str, Any]) -> float | None:
    return settings.price.cost(Reply(**record["reply"])).total


def _kept_with(origin: Origin) -> dict[str, object]:
    """Return what says whose a kept reply is; those of before there were turns are of the first."""
    fields = asdict(origin)
    return {name: value for name, value in fields.items() if (name, value) != ("turn", 1)}


def _completion(
    settings: TranspileSlice,
    example: Example | LabelledExample,
    record: dict[str, Any],
    engine: str,
) -> Completion:
    reply = Reply(**record["reply"])
    origin = settings.origin
    cost = settings.price.cost(reply)
    return Completion(
        task=origin.task,
        model=origin.model,
        run=origin.run,
        example=example.id,
        level=example.level,
        rust=_rust(example, reply),
        reply=reply.text,
        finish_reason=FinishReason(reply.finish_reason),
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        latency_s=reply.latency_s,
        machine_s=reply.machine_s,
        batch_size=reply.batch_size,
        cold=reply.cold,
        cost_usd=cost.total,
        cached=record["origin"] != _kept_with(origin),
        engine=reply.engine or engine,
        error=reply.error,
        time_to_first_token_s=reply.time_to_first_token_s,
        peak_memory_bytes=reply.peak_memory_bytes,
        replayed=reply.replayed,
        asked_at=reply.asked_at,
        prompt_cost_usd=cost.prompt,
        completion_cost_usd=cost.completion,
        turn=origin.turn,
    )


def _rust(example: Example | LabelledExample, reply: Reply) -> str | None:
    if isinstance(example, LabelledExample):
        return None
    if reply.is_code:
        return reply.text
    first = example.cases[0] if example.cases else None
    function = first.function if isinstance(first, Case) else None
    if FinishReason(reply.finish_reason).is_failure:
        return None
    return extract_rust(reply.text, function)
