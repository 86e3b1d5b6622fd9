"""llama.cpp through its C interface: a model in memory, and the sequences that it continues."""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from llama_cpp import llama_cpp as native

from sse_steps.closing import Closing
from sse_steps.errors import EngineError
from sse_steps.infer.llama_cpp_file import SplicedFile, gguf_parts, open_stream
from sse_steps.models.model_file import ModelFile
from sse_steps.models.stored_model import FloatArray, StoredModel, unusable

CHUNK: Final = 256  # rows of one pass: more are no faster, and time limits are looked at in between
CELLS: Final = 256  # llama.cpp hands out room for tokens by so many at a time
_ERROR: Final = 4  # of `enum ggml_log_level`


class Log:
    """What llama.cpp says: the first error since `forget`, and nothing of it on the terminal.

    The first tells the reason, those after it only what could not be done because of it.
    """

    def __init__(self) -> None:
        self._error = ""
        self.callback = native.llama_log_callback(self._hear)  # C calls it as long as we run

    @property
    def reason(self) -> str:
        """The error in one short line."""
        return " ".join(self._error.split())[:200] or "it gives no reason"

    def forget(self) -> None:
        """Wait for another error."""
        self._error = ""

    def _hear(self, level: int, text: bytes, _: object) -> None:
        if level == _ERROR and not self._error:
            self._error = text.decode(errors="replace")


@cache
def start_library() -> Log:
    """Start llama.cpp, once in a process, and return what it says."""
    log = Log()
    native.llama_log_set(log.callback, None)
    native.llama_backend_init()
    return log


class LlamaModel(Closing):
    """The weights of a model as llama.cpp holds them.

    Keys, values and the sums over them are 16 bits wide, as llama.cpp's own tools have it; `exact`
    makes them 32 bits, to compare with another engine.
    """

    def __init__(self, stored: StoredModel, file: ModelFile, *, exact: bool = False) -> None:
        """Copy the weights into memory, some repacked for this machine's vector instructions.

        Raises:
            ModelFormatError: llama.cpp refuses the model.
            EngineError: the C library cannot show it a file in memory.
        """
        self.vocabulary_size = file.hyperparameters.vocabulary_size
        self.exact = exact
        self.pointer = _load(stored, file)
        self._free = weakref.finalize(self, native.llama_model_free, self.pointer)

    def context(self, *, slots: int, length: int, scored: int = 1) -> LlamaContext:
        """Return memory for `slots` sequences of at most `length` tokens.

        `scored`: how many rows of one pass can have scores, where that is more than `slots`.

        Raises:
            EngineError: there is not so much.
        """
        scored = max(slots, min(scored, CHUNK))
        return LlamaContext(self, slots=slots, length=length, scored=scored)

    def close(self) -> None:
        """Free the weights."""
        self._free()


def _load(stored: StoredModel, file: ModelFile) -> Any:  # noqa: ANN401 (a C pointer)
    log = start_library()
    log.forget()
    parameters = native.llama_model_default_params()
    parameters.load_mode = native.LLAMA_LOAD_MODE_NONE  # there is no file to map
    parameters.n_gpu_layers = 0
    try:
        with open_stream(SplicedFile(gguf_parts(stored, file))) as stream:
            pointer = native.llama_model_load_from_file_ptr(stream, parameters)
    except OSError as error:
        remedy = "Use engine: numpy for this model, or a Linux with glibc."
        raise EngineError(f"llama.cpp cannot read a model from memory: {error}.", remedy) from error
    if not pointer:
        raise unusable(stored.path, f"llama.cpp refuses the model: {log.reason}")
    return pointer


class LlamaContext(Closing):
    """Keys and values of several sequences, each in a slot of its own.

    Each slot has its own stream of cells: in one that all share, each row of the attention would
    pass over the cells of all others. A slot is read at most `chunk` tokens at a time.
    """

    def __init__(self, model: LlamaModel, *, slots: int, length: int, scored: int) -> None:
        log = start_library()
        log.forget()
        self._model = model  # must outlive its contexts
        parameters = _parameters(slots, length, exact=model.exact)
        parameters.n_outputs_max = parameters.n_outputs_max_per_seq = scored
        self._pointer = native.llama_init_from_model(model.pointer, parameters)
        if not self._pointer:
            wrong = f"llama.cpp cannot hold {slots} sequences of {length} tokens: {log.reason}."
            raise EngineError(wrong, "Lower batch_size or max_tokens of the model.")
        self._free = weakref.finalize(self, native.llama_free, self._pointer)
        self._memory = native.llama_get_memory(self._pointer)
        self._rows = _Rows(max(CHUNK, slots))
        self.chunk = CHUNK

    def close(self) -> None:
        """Free the memory; views of scores must not be used any more."""
        self._free()

    def read(self, slot: int, tokens: Sequence[int], position: int, *, scored: int = 1) -> None:
        """Run some tokens of one slot from a position on, with scores after the last ones."""
        positions = range(position, position + len(tokens))
        self._decode(tokens, positions, slot, [0] * (len(tokens) - scored) + [1] * scored)

    def step(self, tokens: Sequence[int], positions: Sequence[int]) -> None:
        """Run one token of each of the first slots, with scores after all."""
        self._decode(tokens, positions, range(len(tokens)), 1)

    def scores(self, count: int) -> FloatArray:
        """Return the last pass's scores [count, V]: a view, valid until the next one."""
        size = count * self._model.vocabulary_size
        address = ctypes.cast(native.llama_get_logits(self._pointer), ctypes.c_void_p).value
        if not address:
            raise EngineError("llama.cpp gave no scores.", "Report it: this is no fault of yours.")
        flat = (ctypes.c_float * size).from_address(address)
        rows: FloatArray = np.ctypeslib.as_array(flat).reshape(count, -1)
        return rows

    def copy(self, source: int, target: int) -> None:
        """Overwrite a slot with the text of another."""
        native.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def _decode(
        self,
        tokens: Sequence[int],
        positions: Sequence[int],
        slots: Sequence[int] | int,
        wanted: Sequence[int] | int,
    ) -> None:
        log = start_library()
        log.forget()
        batch = self._rows.fill(tokens, positions, slots, wanted)
        code = native.llama_decode(self._pointer, batch)
        if code != 0:
            wrong = f"llama.cpp stopped with code {code}: {log.reason}."
            raise EngineError(wrong, "Use engine: numpy for this model.")


class _Rows:
    """The rows of one pass, in arrays that llama.cpp reads in place."""

    def __init__(self, capacity: int) -> None:
        self._tokens, self._positions, self._slots = np.zeros((3, capacity), np.int32)
        self._counts = np.ones(capacity, np.int32)  # each row belongs to one sequence
        self._wanted = np.zeros(capacity, np.int8)
        self._slot_addresses = self._slots.ctypes.data + 4 * np.arange(capacity, dtype=np.uintp)
        self._batch = native.llama_batch(
            token=_pointer(self._tokens, ctypes.c_int32),
            pos=_pointer(self._positions, ctypes.c_int32),
            n_seq_id=_pointer(self._counts, ctypes.c_int32),
            seq_id=_pointer(self._slot_addresses, ctypes.POINTER(ctypes.c_int32)),
            logits=_pointer(self._wanted, ctypes.c_int8),
        )

    def fill(
        self,
        tokens: Sequence[int],
        positions: Sequence[int],
        slots: Sequence[int] | int,
        wanted: Sequence[int] | int,
    ) -> Any:  # noqa: ANN401 (a C structure)
        """Return the batch of these rows, valid until the next one is asked for."""
        count = len(tokens)
        self._tokens[:count] = tokens
        self._positions[:count] = positions
        self._slots[:count] = slots
        self._wanted[:count] = wanted
        self._batch.n_tokens = count
        return self._batch


def _pointer(array: np.ndarray[Any, Any], kind: Any) -> Any:  # noqa: ANN401 (C types)
    return ctypes.cast(array.ctypes.data, ctypes.POINTER(kind))


def _parameters(slots: int, length: int, *, exact: bool) -> Any:  # noqa: ANN401 (a C structure)
    parameters = native.llama_context_default_params()
    parameters.n_ctx = slots * (-(-length // CELLS) * CELLS)
    parameters.n_batch = parameters.n_ubatch = max(CHUNK, slots)
    parameters.n_seq_max = slots
    parameters.n_threads = parameters.n_threads_batch = len(os.sched_getaffinity(0))
    parameters.kv_unified = False
    parameters.no_perf = True
    parameters.type_k = parameters.type_v = 0 if exact else 1  # of `enum ggml_type`: F32, F16
    parameters.flash_attn_type = (
        native.LLAMA_FLASH_ATTN_TYPE_DISABLED if exact else native.LLAMA_FLASH_ATTN_TYPE_ENABLED
    )
    return parameters
