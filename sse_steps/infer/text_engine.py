"""Language models from text to text: tokenizer and chat template around what writes token ids."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sse_steps.errors import ModelFormatError
from sse_steps.infer.chat_template import ChatTemplate, render_chat
from sse_steps.infer.decoding import Continuation, Prompt, StopTexts, Writer
from sse_steps.infer.engine import OnFinish, Request, Sampling
from sse_steps.infer.tokenizer import Tokenizer
from sse_steps.models.model_file import ModelFile, interpret, read_stored
from sse_steps.models.stored_model import StoredModel
from sse_steps.records import FinishReason, Reply

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
        return f"{self._executor} / sse {_package_version()}"

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return what the model sees of a request, and how it writes."""
        return request.system, request.user, asdict(sampling), self._batch_size

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
                self._model = LoadedModel.load(self._path, self._load)
            batch = requests[start : start + self._batch_size]
            yield self._model.answer(batch, sampling, on_finish, cold=cold)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory, from text to text."""

    tokenizer: Tokenizer
    template: ChatTemplate
    writer: Writer

    @classmethod
    def load(cls, path: Path, load: Load) -> LoadedModel:
        """Load weights and tokenizer, which takes seconds and all the memory of the weights."""
        stored = read_stored(path)
        file = interpret(stored)
        if file.chat_template is None:
            wrong = f"{path}: the model has no chat template (tokenizer.chat_template)."
            raise ModelFormatError(wrong, "Use an instruction-tuned build of the model.")
        data = file.tokenizer
        bos, eos = ("" if id_ is None else data.tokens[id_] for id_ in (data.bos_id, data.eos_id))
        return cls(
            tokenizer=Tokenizer(data),
            template=ChatTemplate(file.chat_template, bos_token=bos, eos_token=eos),
            writer=load(stored, file),
        )

    def answer(
        self,
        requests: Sequence[Request],
        sampling: Sampling,
        on_finish: OnFinish,
        *,
        cold: bool,
    ) -> Sequence[Reply]:
        """Return the replies to one batch."""
        prompts = [self._prompt(request, sampling) for request in requests]
        context = self.writer.context_length
        fitting = [prompt for prompt in prompts if len(prompt.tokens) < context]
        written = iter(self.writer.generate(fitting, on_finish))
        on_finish(len(prompts) - len(fitting))
        return [
            self._reply(prompt, next(written), sampling.stop, len(requests), cold=cold)
            if len(prompt.tokens) < context
            else _too_long(prompt, context, len(requests), cold=cold)
            for prompt in prompts
        ]

    def _prompt(self, request: Request, sampling: Sampling) -> Prompt:
        roles = ("system", "user") if request.system else ("user",)
        contents = (request.system, request.user) if request.system else (request.user,)

        def render(texts: Sequence[str]) -> str:
            messages = [
                {"role": role, "content": text} for role, text in zip(roles, texts, strict=True)
            ]
            return render_chat(self.template, messages)

        return Prompt(
            tokens=tuple(self.tokenizer.encode_chat(contents, render)),
            max_tokens=sampling.max_tokens,
            timeout_s=sampling.timeout_s,
            temperature=sampling.temperature,
            seed=sampling.seed,
            top_k=sampling.top_k,
            top_p=sampling.top_p,
            stop_repetition=sampling.stop_repetition,
            stop=self._stop_texts(sampling),
        )

    def _stop_texts(self, sampling: Sampling) -> StopTexts | None:
        if not sampling.stop:
            return None
        return StopTexts(
            tuple(text.encode("utf-8", "replace") for text in sampling.stop), self.tokenizer.piece
        )

    def _reply(
        self,
        prompt: Prompt,
        written: Continuation,
        stop: Sequence[str],
        batch_size: int,
        *,
        cold: bool,
    ) -> Reply:
        whole = self.tokenizer.decode(written.tokens)
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
            peak_memory_bytes=peak_memory_bytes(),
        )


def before_first(stop: Sequence[str], text: str) -> str:
    """Return a text up to where the first of some other texts begins in it."""
    places = [place for place in map(text.find, stop) if place >= 0]
    return text[: min(places, default=len(text))]


def peak_memory_bytes() -> int:
    """Return the most memory that this process has held at once so far."""
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _too_long(prompt: Prompt, context: int, batch_size: int, *, cold: bool) -> Reply:
    return Reply(
        text="",
        finish_reason=FinishReason.CONTEXT_OVERFLOW,
        latency_s=0.0,
        machine_s=0.0,
        batch_size=batch_size,
        cold=cold,
        prompt_tokens=len(prompt.tokens),
        completion_tokens=0,
        error=f"the prompt has {len(prompt.tokens)} tokens, the model reads fewer than {context}",
    )


def _package_version() -> str:
    try:
        return version("single-shot-eval")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unreleased"
