"""Step: checked weights in, an .apr file out, and a record of gates C1 to C8."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from sse_steps.models.convert import Conversion, convert
from sse_steps.models.download_gates import DigestMatches
from sse_steps.models.line import Ledger, Stage, StageRecord, read_stage
from sse_steps.models.precision import Precision
from sse_steps.models.quantization import Quantization
from sse_steps.models.tiers import tier_of
from sse_steps.steps.model_plan import ModelStorage
from sse_steps.store import sha256_of


def run(
    quantization: Quantization,
    stage: Stage,
    before: Path,
    source: Path,
    target: Path,
    storage: ModelStorage,
) -> None:
    """Convert a model, unless the stage before skipped it, and write the stage's record.

    Args:
        quantization: how the weights are to be stored.
        stage: the model, and where its record goes.
        before: the record of the download.
        source: a GGUF, .apr or safetensors file, or the index of safetensors shards.
        target: the .apr file.
        storage: the cache that it lies in, which is kept below its limit.

    Raises:
        LineHaltedError: the source is not what was downloaded (D4), or what was written is not
            right (C5 to C8).
        EngineMissingError: the quantisation is llama.cpp's, which is not installed.
        ConversionError, DownloadError: the disk refuses.
    """

    def work(ledger: Ledger) -> Mapping[str, Any]:
        _check_source(source, read_stage(before), ledger)
        conversion = convert(source, quantization, target, ledger, _provenance())
        storage.cache.trim({*storage.needed, target})
        return _details(target, conversion)

    stage.run(work, before=before)


def _check_source(source: Path, downloaded: StageRecord, ledger: Ledger) -> None:
    """Put the files that the download recorded through gate D4: it may have been long ago."""
    for file in downloaded.details["files"]:
        path, promised = source.parent / file["path"], file["sha256"]
        found = sha256_of(path) if path.is_file() else "nothing"
        ledger.put_through(DigestMatches(path.name, found, promised, "the record of the download"))


def _provenance() -> Mapping[str, object]:
    return {"converter": f"single-shot-eval {metadata.version('single-shot-eval')}"}


def _details(target: Path, conversion: Conversion) -> Mapping[str, Any]:
    """Return the figures of a conversion; no times, so that the same source gives the same."""
    return {
        "apr": {
            "path": str(target),
            "bytes": target.stat().st_size,
            "sha256": sha256_of(target),
        },
        "parameters": conversion.parameters,
        "tier": tier_of(conversion.parameters).value,
        "encodings": conversion.encodings,
        "precision": _precision(conversion.precision),
    }


def _precision(tensors: tuple[Precision, ...]) -> Mapping[str, Any]:
    return {
        "worst_kl": max(tensor.kl for tensor in tensors),
        "mean_kl": sum(tensor.kl for tensor in tensors) / len(tensors),
        "worst_cosine": min(tensor.cosine for tensor in tensors),
        "tensors": [
            {
                "name": tensor.name,
                "encoding": tensor.encoding,
                "kl": tensor.kl,
                "cosine": tensor.cosine,
                "scale": tensor.scale,
            }
            for tensor in tensors
        ],
    }
