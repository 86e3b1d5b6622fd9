"""The fast engine: llama.cpp computes the scores, everything else is shared with the numpy engine.

Tokenizer, chat template, sampling, stops and time limits are ours, so that two engines differ in
the scores alone. Honest limit: llama.cpp rounds activations to 8 bits before it multiplies them
with quantised weights, and picks its way of adding up by the number of rows. A sequence's scores
thus change a little with its batch mates, and where two tokens nearly tie the text can differ with
the batch. The same batch on the same machine gives the same text at temperature 0.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sse_steps.closing import Closing
from sse_steps.errors import EngineError, EngineMissingError
from sse_steps.infer.batch import Course
from sse_steps.infer.decoding import Continuation, Draft, Prompt, Writer, unheard
from sse_steps.infer.text_engine import TextEngine
from sse_steps.models.model_file import ModelFile
from sse_steps.models.stored_model import FloatArray, StoredModel
from sse_steps.versions import installed_version

if TYPE_CHECKING:
    from sse_steps.infer.llama_cpp_model import LlamaContext, LlamaModel


def llama_cpp_engine(path: Path, *, batch_size: int = 32) -> TextEngine:
    """Return the engine that runs a model file in llama.cpp.

    Raises:
        EngineMissingError: llama-cpp-python is not installed.
    """
    return TextEngine(path, load_llama_cpp, executor_name(), batch_size=batch_size)


def executor_name() -> str:
    """Return llama.cpp with the version of its Python package.

    Raises:
        EngineMissingError: llama-cpp-python is not installed.
    """
    version = installed_version("llama-cpp-python")
    if version is None:
        raise _missing()
    return f"llama_cpp {version}"


def load_llama_cpp(stored: StoredModel, file: ModelFile, *, exact: bool = False) -> LlamaWriter:
    """Put a model into llama.cpp's memory; `exact`: keys and values in float32, to compare.

    Raises:
        EngineMissingError: llama-cpp-python is not installed.
        EngineError: it cannot be started.
        ModelFormatError: it refuses the model.
    """
    try:
        from sse_steps.infer.llama_cpp_model import LlamaModel  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise _missing() from error
    except (OSError, RuntimeError) as error:  # its shared library, on a machine that it is not for
        remedy = "Reinstall it: pip install --force-reinstall --no-cache-dir llama-cpp-python"
        raise EngineError(f"llama-cpp-python does not start: {error}", remedy) from error
    return LlamaWriter(LlamaModel(stored, file, exact=exact), file)


class LlamaWriter(Closing, Writer):
    """Writes continuations, one batch at a call, each batch in memory of its own.

    Args:
        model: the weights; closing the writer frees them.
        file: what they mean.
        clock: what time is measured with, in seconds.
    """

    def __init__(
        self, model: LlamaModel, file: ModelFile, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._model = model
        self._clock = clock
        self._stop_ids = file.tokenizer.stop_ids
        self._context_length = file.hyperparameters.context_length

    @property
    def context_length(self) -> int:
        """How many tokens a prompt and its continuation may have together."""
        return self._context_length

    def generate(
        self, prompts: Sequence[Prompt], on_finish: Callable[[int], None] = unheard
    ) -> list[Continuation]:
        """Continue one batch of prompts; the answers keep their order.

        `on_finish` is called with the number of sequences that became whole, step by step.

        Raises:
            ValueError: a prompt is empty or leaves no room in the context.
            EngineError: there is no memory for so many sequences.
        """
        course = Course(self.context_length, self._stop_ids, self._clock)
        with LlamaSlots(self._model) as slots:
            return course.write(prompts, slots, on_finish)

    def last_scores(self, tokens: Sequence[int], count: int) -> FloatArray:
        """Return the logits [count, V] after each of the last `count` tokens, in one reading.

        Raises:
            ValueError: there are no tokens, or more than the context has.
        """
        if not 0 < len(tokens) <= self.context_length:
            raise ValueError(f"{len(tokens)} tokens, not 1 to {self.context_length}")
        before = len(tokens) - count
        parts = []
        with self._model.context(slots=1, length=len(tokens), scored=count) as context:
            for first in range(0, len(tokens), context.chunk):
                part = tokens[first : first + context.chunk]
                scored = min(len(part), max(0, first + len(part) - before))
                context.read(0, part, first, scored=scored)
                if scored:
                    parts.append(context.scores(scored).copy())  # [scored, V]
        return np.concatenate(parts)

    def close(self) -> None:
        """Free the weights."""
        self._model.close()


class LlamaSlots(Closing):
    """The sequences of one batch in llama.cpp's memory."""

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self._context: LlamaContext | None = None

    def read(
        self, drafts: Sequence[Draft], shared: int, late: Callable[[], bool]
    ) -> FloatArray | None:
        """Return scores [S, V] after each prompt, None once the time is over.

        What all begin with is read once and its keys and values copied.
        """
        length = max(len(draft.prompt.tokens) + draft.room for draft in drafts)
        self._context = context = self._model.context(slots=len(drafts), length=length)
        if not _read_text(context, 0, drafts[0].prompt.tokens[:shared], 0, late):
            return None
        for slot in range(1, len(drafts) if shared else 1):
            context.copy(0, slot)
        scores = np.empty((len(drafts), self._model.vocabulary_size), np.float32)  # [S, V]
        for slot, draft in enumerate(drafts):
            if not _read_text(context, slot, draft.prompt.tokens[shared:], shared, late):
                return None
            scores[slot] = context.scores(1)[0]
        return scores

    def step(self, active: Sequence[Draft]) -> FloatArray:
        """Run each sequence's newest token, for scores [n, V]."""
        context, newest = self._opened(), [draft.tokens[-1] for draft in active]
        context.step(newest, [draft.length - 1 for draft in active])
        return context.scores(len(active))

    def copy_slot(self, source: int, target: int, *, length: int) -> None:
        """Overwrite a finished slot with the whole text of another."""
        del length  # llama.cpp keeps count
        self._opened().copy(source, target)

    def close(self) -> None:
        """Free keys and values."""
        if self._context is not None:
            self._context.close()

    def _opened(self) -> LlamaContext:
        if self._context is None:
            raise RuntimeError("the prompts are to be read first")
        return self._context


def _read_text(
    context: LlamaContext, slot: int, tokens: Sequence[int], start: int, late: Callable[[], bool]
) -> bool:
    """Run the tokens of one slot from position `start`, and return whether the time sufficed."""
    for first in range(0, len(tokens), context.chunk):
        if late():
            return False
        part = tokens[first : first + context.chunk]
        context.read(slot, part, start + first)
    return True


def _missing() -> EngineMissingError:
    wrong = "The engine llama_cpp needs the package llama-cpp-python, which is not installed."
    return EngineMissingError(wrong, "Install it: pip install 'single-shot-eval[llama]'")
