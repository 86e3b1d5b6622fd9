"""Any model file in, an .apr file out, through gates C1 to C8.

The file is written in a folder of its own beside its target, read back, compared with its source
tensor by tensor, and only then gets its name. The same source gives the same bytes.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gguf

from sse_steps.console import progress
from sse_steps.errors import ConversionError, ModelFormatError
from sse_steps.models.apr_file import AprWriter, TensorPlan, read_apr
from sse_steps.models.convert_gates import (
    MAGIC,
    MagicWritten,
    ParametersKept,
    PrecisionKept,
    ShapesKept,
    Written,
)
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.gguf_writer import write_gguf
from sse_steps.models.line import Ledger
from sse_steps.models.llama_quantizer import check_installed, quantize_q4_k_m
from sse_steps.models.precision import Encoded, Precision, compare, limit_of
from sse_steps.models.quantization import Quantization
from sse_steps.models.quantize import check_decodable, encoding_after, keys_after, reencoded
from sse_steps.models.source_files import files_of, open_source
from sse_steps.models.source_model import SourceModel, SourceTensor, forget_pages, from_stored
from sse_steps.models.stored_model import StoredModel
from sse_steps.models.workshop import workshop
from sse_steps.store import sha256_of

_FULL: Final = 1 << 20  # free bytes below which a writer that gave up had no room
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion wrote."""

    parameters: int
    encodings: Mapping[str, int]  # how many tensors are in which
    precision: tuple[Precision, ...]  # one for each tensor


def convert(
    source: Path,
    quantization: Quantization,
    target: Path,
    ledger: Ledger,
    provenance: Mapping[str, object],
) -> Conversion:
    """Write a model as .apr; `target` is there once all gates are passed.

    Args:
        source: a GGUF, .apr or safetensors file, or the index of safetensors shards.
        quantization: how the weights are stored; `none` keeps every bit.
        target: the .apr file.
        ledger: what the gates are put through.
        provenance: plain JSON that is kept in the file, beside the SHA-256 of every file read.

    Raises:
        ModelSkippedError: the source cannot be converted (C1 to C4).
        LineHaltedError: the file that was written is not right (C5 to C8).
        EngineMissingError: the quantisation is llama.cpp's, which is not installed.
        ConversionError: the disk refuses.
    """
    if quantization is Quantization.Q4_K_M:
        check_installed()
    model = open_source(source, ledger)
    provenance = {**provenance, **_origin(source, model)}
    passes = 4 if quantization is Quantization.Q4_K_M else 2
    size = sum(tensor.size for tensor in model.tensors)
    with (
        _disk_faults(target.parent),
        workshop(target) as folder,
        progress(f"convert {source.name} to {quantization}", passes * size, in_bytes=True) as bar,
    ):
        unchecked = folder / target.name
        try:
            _write(model, quantization, unchecked, provenance, bar)
        except ModelFormatError as fault:
            ledger.put_through(Written(fault.wrong))
            raise
        ledger.put_through(Written(None))
        conversion = _prove(model, quantization, unchecked, ledger, bar)
        unchecked.replace(target)
    return conversion


def _origin(source: Path, model: SourceModel) -> Mapping[str, object]:
    """Return what the source is: names without folders, which would tell where we are."""
    files = {file.name: sha256_of(file) for file in files_of(source)}
    before = {"converted_from": dict(model.provenance)} if model.provenance else {}
    return {"source": files, **before}


def _write(
    model: SourceModel,
    quantization: Quantization,
    target: Path,
    provenance: Mapping[str, object],
    advance: Advance,
) -> None:
    if quantization is not Quantization.NONE:
        check_decodable(model)
    if quantization is Quantization.Q4_K_M:
        model = _by_llama_cpp(model, target.parent, advance)
    keys = keys_after(model.keys, quantization)
    encodings = _encodings(model, quantization)
    plans = [TensorPlan(each.name, each.shape, encodings[each.name]) for each in model.tensors]
    with AprWriter(target, keys, quantization.value, provenance, plans) as writer:
        for tensor in model.tensors:
            data = tensor.load()
            writer.write(tensor.name, reencoded(data, tensor.encoding, encodings[tensor.name]))
            forget_pages(data)
            advance(tensor.size)


def _encodings(
    model: SourceModel, quantization: Quantization
) -> Mapping[str, gguf.GGMLQuantizationType]:
    tied = all(tensor.name != "output.weight" for tensor in model.tensors)
    return {
        tensor.name: encoding_after(tensor, quantization, tied=tied) for tensor in model.tensors
    }


def _by_llama_cpp(model: SourceModel, folder: Path, advance: Advance) -> SourceModel:
    """Return the model as llama.cpp quantises it, by way of two GGUF files in `folder`."""
    plain, quantized = folder / "plain.gguf", folder / "quantized.gguf"
    write_gguf(plain, model.keys, model.tensors, advance)
    size, done = sum(tensor.size for tensor in model.tensors), 0

    def report(begun: int, count: int) -> None:
        nonlocal done
        now = size * min(begun, count) // max(count, 1)
        advance(now - done)
        done = now

    try:
        quantize_q4_k_m(plain, quantized, report)
    except ModelFormatError as fault:
        if shutil.disk_usage(folder).free < _FULL:
            raise OSError(f"no room for what llama.cpp writes: {fault.wrong}") from fault
        raise
    plain.unlink()
    return from_stored(read_gguf(quantized))


def _prove(
    model: SourceModel,
    quantization: Quantization,
    written: Path,
    ledger: Ledger,
    advance: Advance,
) -> Conversion:
    """Put the file that lies on the disk through gates C5 to C8."""
    stored = _read_back(written, ledger)
    shapes = {tensor.name: tensor.shape for tensor in stored.tensors.values()}
    parameters = from_stored(stored).parameters
    ledger.put_through(ParametersKept(model.parameters, parameters))
    ledger.put_through(ShapesKept({each.name: each.shape for each in model.tensors}, shapes))
    precision = tuple(_compared(model.tensors, stored, quantization, advance))
    ledger.put_through(PrecisionKept(precision))
    encodings = Counter(tensor.encoding.name for tensor in stored.tensors.values())
    return Conversion(parameters, dict(sorted(encodings.items())), precision)


def _read_back(path: Path, ledger: Ledger) -> StoredModel:
    with path.open("rb") as file:
        magic = file.read(len(MAGIC))
    try:
        stored = read_apr(path)
    except ModelFormatError as fault:
        ledger.put_through(MagicWritten(magic, fault.wrong))
        raise
    ledger.put_through(MagicWritten(magic, None))
    return stored


def _compared(
    tensors: Sequence[SourceTensor],
    stored: StoredModel,
    quantization: Quantization,
    advance: Advance,
) -> Iterator[Precision]:
    for tensor in tensors:
        source = Encoded(tensor.load(), tensor.encoding)
        stays = stored.tensors[tensor.name]
        written = Encoded(stays.data, stays.encoding)
        limit = limit_of(quantization, stays.encoding)
        yield compare(tensor.name, source, written, limit=limit)
        forget_pages(source.data)
        forget_pages(written.data)
        advance(tensor.size)


@contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a fault with a remedy."""
    try:
        yield
    except OSError as fault:
        raise ConversionError(
            f"The converted model cannot be written to '{folder}': {fault}.",
            "Make room there or let it be written to, and run the same command again.",
        ) from fault
