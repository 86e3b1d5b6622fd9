"""Language models from text to text: tokenizer and chat template around what writes token ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sse_steps.closing import Closing
from sse_steps.errors import ModelFormatError
from sse_steps.infer.conversation import Conversation
from sse_steps.infer.decoding import Continuation, Prompt, Writer
from sse_steps.infer.engine import OnFinish, Request, Sampling, before_first
from sse_steps.infer.memory import forget_peak, peak_bytes
from sse_steps.models.model_file import ModelFile, interpret, read_stored
from sse_steps.models.stored_model import StoredModel
from sse_steps.records import FinishReason, Reply
from sse_steps.versions import installed_version

Load = Callable[[StoredModel, ModelFile], Writer]


class TextEngine:
    """Engine for model files, whatever executes them.

    Requests are cut into batches of `batch_size` in the order given. The model is loaded when the
    first batch is asked for; that batch counts as cold. Latencies begin when a batch's tokens go to
    the model: loading, and the milliseconds of the tokenizer, are in nobody's.

    Args:
        path: the model file.
        load: puts the model into memory.
        executor: name and version of what executes the model.
        batch_size: how many requests are written at a time.

    """

    def __init__(self, path: Path, load: Load, executor: str, *, batch_size: int = 32) -> None:
        if batch_size < 1:
            raise ValueError(f"a batch size of {batch_size}, not at least 1")
        self._path = path
        self._load = load
        self._executor = executor
        self._batch_size = batch_size
        self._model: LoadedModel | None = None

    @property
    def version(self) -> str:
        """Name and version of what executes the model."""
        ours = installed_version("single-shot-eval") or "unreleased"  # a checkout, not installed
        return f"{self._executor} / sse {ours}"

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return what the model sees of a request, and how it writes."""
        prompt = (request.system, request.user)
        return (*prompt, asdict(sampling), self._batch_size, *request.dialogue)

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield the replies batch by batch, in the order of the requests.

        Raises:
            ModelFormatError: the model file, its tokenizer or its chat template cannot be used.

        """
        for start in range(0, len(requests), self._batch_size):
            cold = self._model is None
            if self._model is None:
                forget_peak()
                self._model = LoadedModel.load(self._path, self._load)
            batch = requests[start : start + self._batch_size]
            yield self._model.answer(batch, sampling, on_finish, cold=cold)


@dataclass(frozen=True, slots=True)
class LoadedModel(Closing):
    """A model in memory, from text to text."""

    conversation: Conversation
    writer: Writer

    @classmethod
    def load(cls, path: Path, load: Load) -> LoadedModel:
        """Load weights and tokenizer, which takes seconds and all the memory of the weights."""
        stored = read_stored(path)
        file = interpret(stored)
        return cls(Conversation.of(file), load(stored, file))

    def close(self) -> None:
        """Free the weights."""
        self.writer.close()

    def answer(
        self,
        requests: Sequence[Request],
        sampling: Sampling,
        on_finish: OnFinish,
        *,
        cold: bool,
    ) -> Sequence[Reply]:
        """Return the replies to one batch."""
        size = len(requests)
        read = [self._read(each, sampling, size, cold=cold) for each in requests]
        prompts = [each for each in read if isinstance(each, Prompt)]
        written = iter(self.writer.generate(prompts, on_finish))
        on_finish(size - len(prompts))
        return [
            each
            if isinstance(each, Reply)
            else self._reply(each, next(written), sampling.stop, size, cold=cold)
            for each in read
        ]

    def _read(
        self, request: Request, sampling: Sampling, batch_size: int, *, cold: bool
    ) -> Prompt | Reply:
        """Return what the model reads of a request, or the failure where it cannot.

        A template that knows no second reply fails that request alone: the first reply stands.
        """
        try:
            prompt = self.conversation.prompt(request, sampling)
        except ModelFormatError as fault:
            if not request.dialogue:
                raise
            return _not_asked(FinishReason.ERROR, fault.wrong, None, batch_size, cold=cold)
        count, context = len(prompt.tokens), self.writer.context_length
        if count < context:
            return prompt
        wrong = f"the prompt has {count} tokens, the model reads fewer than {context}"
        return _not_asked(FinishReason.CONTEXT_OVERFLOW, wrong, count, batch_size, cold=cold)

    def _reply(
        self,
        prompt: Prompt,
        written: Continuation,
        stop: Sequence[str],
        batch_size: int,
        *,
        cold: bool,
    ) -> Reply:
        whole = self.conversation.tokenizer.decode(written.tokens)
        text = before_first(stop, whole)
        return Reply(
            text=text,
            finish_reason=written.finish_reason if text == whole else FinishReason.STOP,
            latency_s=written.latency_s,
            machine_s=written.machine_s,
            batch_size=batch_size,
            cold=cold,
            prompt_tokens=len(prompt.tokens),
            completion_tokens=len(written.tokens),
            time_to_first_token_s=written.first_token_s,
            peak_memory_bytes=peak_bytes(),
        )


def _not_asked(
    reason: FinishReason, error: str, prompt_tokens: int | None, batch_size: int, *, cold: bool
) -> Reply:
    return Reply(
        text="",
        finish_reason=reason,
        latency_s=0.0,
        machine_s=0.0,
        batch_size=batch_size,
        cold=cold,
        prompt_tokens=prompt_tokens,
        completion_tokens=0,
        error=error,
    )
