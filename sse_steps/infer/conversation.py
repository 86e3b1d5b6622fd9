"""A model's side of a conversation: text to its token ids and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sse_steps.errors import ModelFormatError
from sse_steps.infer.chat_template import ChatTemplate, render_chat
from sse_steps.infer.decoding import Prompt, StopTexts
from sse_steps.infer.engine import Request, Sampling
from sse_steps.infer.tokenizer import Tokenizer
from sse_steps.models.model_file import ModelFile, read_model
from sse_steps.records import Example


@dataclass(frozen=True, slots=True)
class Conversation:
    """A model's tokenizer and its chat template."""

    tokenizer: Tokenizer
    template: ChatTemplate

    @classmethod
    def of(cls, file: ModelFile) -> Conversation:
        """Return the text side of a model.

        Raises:
            ModelFormatError: it has no chat template, or its vocabulary does not hold together.
        """
        if file.chat_template is None:
            wrong = f"{file.path}: the model has no chat template (tokenizer.chat_template)."
            raise ModelFormatError(wrong, "Use an instruction-tuned build of the model.")
        data = file.tokenizer
        bos, eos = ("" if id_ is None else data.tokens[id_] for id_ in (data.bos_id, data.eos_id))
        template = ChatTemplate(file.chat_template, bos_token=bos, eos_token=eos)
        return cls(Tokenizer(data), template)

    def prompt(self, request: Request, sampling: Sampling) -> Prompt:
        """Return the token ids of a request, message by message, in the model's own chat template.

        Raises:
            ModelFormatError: the template cannot be used, or makes nothing of the request.
        """
        roles, contents = zip(*request.messages, strict=True)

        def render(texts: Sequence[str]) -> str:
            messages = [
                {"role": role, "content": text} for role, text in zip(roles, texts, strict=True)
            ]
            return render_chat(self.template, messages)

        tokens = tuple(self.tokenizer.encode_chat(contents, render))
        if not tokens:
            wrong = "The model's chat template makes nothing of a conversation."
            raise ModelFormatError(wrong, "Use an instruction-tuned build of the model.")
        return Prompt(
            tokens=tokens,
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


def try_out(path: Path) -> None:
    """Put a word through the tokenizer and the chat template of a model file.

    Raises:
        ModelFormatError: keys, tensors, tokenizer or template do not hold together.
    """
    request = Request(Example("", 1, "", ()), "", "Hello.")
    sampling = Sampling(temperature=0.0, max_tokens=1, timeout_s=1.0)
    Conversation.of(read_model(path)).prompt(request, sampling)
