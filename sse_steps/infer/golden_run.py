"""A model put to the golden prompts: what it finds likely, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sse_steps.errors import EngineError
from sse_steps.infer.engine import OnFinish, Request, Sampling
from sse_steps.infer.memory import forget_peak, peak_bytes
from sse_steps.infer.text_engine import Load, LoadedModel
from sse_steps.models.golden_prompts import GoldenPrompt
from sse_steps.models.stored_model import FloatArray
from sse_steps.records import Example, Reply

# A reply to a golden prompt has all the time it needs; the gate on latency looks at what it took.
_PATIENCE_S = 3600.0


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """What a model made of the golden prompts, in their order; the replies are greedy."""

    logits: tuple[FloatArray, ...]  # [V] each, of the reply's first token
    replies: tuple[Reply, ...]
    peak_bytes: int  # of the process, while the model was in memory


def golden_requests(prompts: Sequence[GoldenPrompt]) -> list[Request]:
    """Return what a model is asked: each prompt as a user's turn."""
    return [Request(Example(each.id, 1, "", ()), "", each.prompt) for each in prompts]


def golden_run(
    load: Load,
    weights: Path,
    requests: Sequence[Request],
    *,
    max_tokens: int,
    on_finish: OnFinish,
) -> GoldenRun:
    """Put a model to the prompts, the replies in one batch.

    Raises:
        ModelFormatError: the weights cannot be run.
        EngineError: there is no memory for them, a prompt is longer than the model's context, or
            what the model finds likely are no numbers.
    """
    forget_peak()
    sampling = Sampling(temperature=0.0, max_tokens=max_tokens, timeout_s=_PATIENCE_S)
    with LoadedModel.load(weights, load) as model:
        replies = model.answer(requests, sampling, on_finish, cold=True)
        logits = [_logits(model, request, sampling) for request in requests]
        return GoldenRun(tuple(logits), tuple(replies), peak_bytes())


def _logits(model: LoadedModel, request: Request, sampling: Sampling) -> FloatArray:
    """Return the logits [V] of a reply's first token."""
    name, tokens = request.example.id, model.conversation.prompt(request, sampling).tokens
    if len(tokens) >= model.writer.context_length:
        wrong = (
            f"The golden prompt '{name}' has {len(tokens)} tokens, and the model reads fewer than "
            f"{model.writer.context_length}."
        )
        raise EngineError(wrong, "Use a model with a longer context.")
    logits = model.writer.scores(tokens)
    if not np.isfinite(logits).all():
        wrong = f"The model's scores after the golden prompt '{name}' are no numbers."
        raise EngineError(wrong, "Its weights are damaged: convert or download the model again.")
    return logits
