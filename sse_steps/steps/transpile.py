"""Step: examples and a model in, completions out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from sse_steps.console import progress
from sse_steps.corpus.examples_file import read_examples
from sse_steps.infer.engine import Engine, Request
from sse_steps.infer.extract import extract_rust
from sse_steps.infer.factory import Surroundings, build_engine
from sse_steps.infer.prompt import build_request
from sse_steps.models.integrity import check_sha256
from sse_steps.records import Case, Completion, Example, FinishReason, Reply
from sse_steps.settings import Origin, TranspileSlice
from sse_steps.source_hash import source_hash
from sse_steps.steps import machine
from sse_steps.store import RecordStore, content_key, write_parquet


def run(
    settings: TranspileSlice, examples: Path, weights: Path | None, cache: Path, target: Path
) -> None:
    """Write what the model makes of each example.

    Replies are kept under the address of everything that they follow from, batch by batch, so only
    what is new is asked for, and a build that is killed loses at most the batch it was in.

    Args:
        settings: the model, the task and how to ask.
        examples: what the corpus step wrote.
        weights: the model's weights, None for an engine without any.
        cache: where finished replies are kept.
        target: the completions, Parquet.
    """
    around = Surroundings(
        weights, lambda: machine.sandbox(cache, allow_weak=settings.allow_weak_isolation)
    )
    engine = build_engine(settings.origin.model, settings.model, around)
    requests = [build_request(each, settings.prompts) for each in read_examples(examples)]
    pin = settings.model.sha256
    identity = check_sha256(weights, pin, str(weights)) if weights is not None else None
    keys = [_key(settings, engine, request, identity) for request in requests]
    store = RecordStore(cache / "records.sqlite")
    _complete_missing(settings, engine, dict(zip(keys, requests, strict=True)), store)
    records = store.get_many(keys)
    rows = [
        _completion(settings, request.example, records[key], engine.version)
        for key, request in zip(keys, requests, strict=True)
    ]
    write_parquet(rows, Completion, target)


def _key(settings: TranspileSlice, engine: Engine, request: Request, identity: str | None) -> str:
    seen = engine.inputs(request, settings.sampling)
    return content_key("reply", engine.version, _code_identity(), identity, seen)


@cache
def _code_identity() -> list[str]:
    """Return what a reply depends on beside the model and the request: our code and libraries."""
    libraries = ("numpy", "tokenizers", "jinja2", "gguf")
    versions = [f"{name} {metadata.version(name)}" for name in libraries]
    meaning = ("architectures", "hyperparameters", "metadata", "stored_model", "tokenizer_data")
    model_files = [f"models/{name}.py" for name in ("gguf_file", "model_file", *meaning)]
    code = source_hash("infer", *model_files, "rust/sandbox.py")
    return [code, sys.version, *versions]


def _complete_missing(
    settings: TranspileSlice,
    engine: Engine,
    requests: Mapping[str, Request],
    store: RecordStore,
) -> None:
    known = store.get_many(requests)
    missing = [key for key in requests if key not in known]
    if not missing:
        return
    origin = settings.origin
    waiting = iter(missing)
    with progress(
        f"transpile {origin.task} {origin.model} run {origin.run}", len(missing)
    ) as advance:
        asked = [requests[key] for key in missing]
        for batch in engine.complete(asked, settings.sampling, on_finish=advance):
            store.put_many(_records(batch, waiting, origin))


def _records(
    batch: Sequence[Reply], keys: Iterator[str], origin: Origin
) -> dict[str, dict[str, Any]]:
    return {next(keys): {"reply": asdict(reply), "origin": asdict(origin)} for reply in batch}


def _completion(
    settings: TranspileSlice, example: Example, record: dict[str, Any], engine: str
) -> Completion:
    reply = Reply(**record["reply"])
    origin = settings.origin
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
        cost_usd=_cost(reply, settings.usd_per_hour),
        cached=record["origin"] != asdict(origin),
        engine=reply.engine or engine,
        error=reply.error,
        time_to_first_token_s=reply.time_to_first_token_s,
        peak_memory_bytes=reply.peak_memory_bytes,
        replayed=reply.replayed,
    )


def _cost(reply: Reply, usd_per_hour: float) -> float:
    if reply.cost_usd is not None:
        return reply.cost_usd
    return reply.machine_s * usd_per_hour / 3600


def _rust(example: Example, reply: Reply) -> str | None:
    if reply.is_code:
        return reply.text
    first = example.cases[0] if example.cases else None
    function = first.function if isinstance(first, Case) else None
    if FinishReason(reply.finish_reason).is_failure:
        return None
    return extract_rust(reply.text, function)
