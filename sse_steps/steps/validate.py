"""Step: converted weights in, a record of what the model shows before it is let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sse_steps.console import progress
from sse_steps.errors import ConfigError, EngineError, ModelFormatError, nearest
from sse_steps.infer.conversation import try_out
from sse_steps.infer.executors import Executor, executors, other_executor
from sse_steps.infer.golden_run import GoldenRun, golden_requests, golden_run
from sse_steps.infer.text_engine import Load
from sse_steps.models.golden_prompts import Category, GoldenPrompt, read_golden_prompts
from sse_steps.models.line import Ledger, Stage, read_stage, say
from sse_steps.models.logit_agreement import LogitAgreement, agreeing, compare_logits
from sse_steps.models.quantization import Quantization
from sse_steps.models.validate_gates import (
    BehaviourEquivalent,
    LatencyBounded,
    Loads,
    LogitsAgree,
    MemoryBounded,
    MetadataValid,
    OutputProduced,
    QuantizedLogitsAgree,
    SanePrompts,
)
from sse_steps.settings import ValidateSlice
from sse_steps.steps.model_plan import ModelFiles
from sse_steps.store import sha256_of


@dataclass(frozen=True, slots=True)
class _Validation:
    """One model on its way in."""

    settings: ValidateSlice
    files: ModelFiles
    golden: tuple[GoldenPrompt, ...]
    ledger: Ledger

    def executor(self) -> Executor:
        """Return what the model's own settings say runs it."""
        name = self.settings.model.engine
        if name not in executors():
            wrong = f"The model '{self.settings.name}' has weights, which '{name}' does not run."
            raise ConfigError(wrong, nearest(name, executors()))
        return executors()[name]()

    def ask(self, load: Load, weights: Path) -> GoldenRun:
        """Put weights to the golden prompts."""
        requests = golden_requests(self.golden)
        most = self.settings.validation.max_tokens
        return golden_run(load, weights, requests, max_tokens=most)

    def admit(self) -> GoldenRun:
        """Put the model through the gates that look at it alone, as it will run."""
        weights, executor = self.files.weights, self.executor()
        self.ledger.put_through(MetadataValid(_fault_of(lambda: try_out(weights))))
        found: list[GoldenRun] = []
        error = _fault_of(lambda: found.append(self.ask(executor.load, weights)))
        self.ledger.put_through(Loads(error))
        self._put_replies_through(found[0])
        return found[0]

    def decoded(self, run: GoldenRun) -> GoldenRun:
        """Return what the model makes of the prompts with its weights decoded to 32 bits."""
        executor = self.executor()
        if executor.load_decoded is executor.load:
            return run
        return self.ask(executor.load_decoded, self.files.weights)

    def _put_replies_through(self, run: GoldenRun) -> None:
        wanted, put = self.settings.validation, self.ledger.put_through
        empty = sum(not reply.text.strip() for reply in run.replies)
        put(OutputProduced(empty, len(run.replies)))
        put(LatencyBounded(max(reply.machine_s for reply in run.replies), wanted.latency_s))
        put(MemoryBounded(run.peak_bytes, wanted.memory_gb * 1e9))
        sane = [
            prompt.is_met_by(reply.text)
            for prompt, reply in zip(self.golden, run.replies, strict=True)
            if prompt.category is Category.SANITY
        ]
        put(SanePrompts(sum(sane), len(sane), wanted.least_sane))

    def source(self) -> tuple[str, GoldenRun]:
        """Put the source to the prompts, under the other executor where that can run it."""
        other, reference = other_executor(self.settings.model.engine), self.files.reference
        try:
            return other.name, self.ask(other.load_decoded, reference)
        except (ModelFormatError, EngineError) as fault:
            say(f"{other.name} cannot run the source of '{self.settings.name}': {fault.wrong}")
            own = self.executor()
            return own.name, self.ask(own.load_decoded, reference)

    def compare(self, source: GoldenRun, own: GoldenRun) -> list[LogitAgreement]:
        """Put the model through the gates that look at it beside its source."""
        wanted = self.settings.validation
        pairs = zip(source.logits, own.logits, strict=True)
        found = [compare_logits(*pair, wanted.logit_tolerance) for pair in pairs]
        lossless = self.settings.model.quantization is Quantization.NONE
        gate = LogitsAgree if lossless else QuantizedLogitsAgree
        share, least = agreeing(found, wanted.least_agreement), wanted.least_agreement
        self.ledger.put_through(gate(share, least, wanted.logit_tolerance, len(found)))
        replies = zip(source.replies, own.replies, strict=True)
        same = sum(one.text == other.text for one, other in replies)
        self.ledger.put_through(BehaviourEquivalent(same, len(found), wanted.least_equivalent))
        return found


def run(settings: ValidateSlice, stage: Stage, files: ModelFiles, prompts: Path) -> None:
    """Put a model to the golden prompts and record what its gates found.

    Args:
        settings: the model, and what it must show.
        stage: whose record this is.
        files: the weights, what they come from, and the record of their conversion.
        prompts: the golden prompts, YAML.

    Raises:
        LineHaltedError: weights that kept every bit of their source say something else.
    """

    def work(ledger: Ledger) -> dict[str, Any]:
        golden = read_golden_prompts(prompts).prompts
        validation = _Validation(settings, files, golden, ledger)
        with progress(f"validate {settings.name}", 3) as advance:
            own = validation.admit()
            advance(1)
            decoded = validation.decoded(own)
            advance(1)
            executor, source = validation.source()
            advance(1)
        found = validation.compare(source, decoded)
        details = _details(settings, files, found, executor)
        details["conversion"]["golden_prompts"] = sha256_of(prompts)
        details["replies"] = [
            {"id": prompt.id, "met": prompt.is_met_by(reply.text), "reply": reply.text}
            for prompt, reply in zip(golden, own.replies, strict=True)
        ]
        return details

    stage.run(work, before=files.converted)


def _details(
    settings: ValidateSlice, files: ModelFiles, found: list[LogitAgreement], executor: str
) -> dict[str, Any]:
    converted = read_stage(files.converted).details
    return {
        "sha256": converted["apr"]["sha256"],
        "bytes": converted["apr"]["bytes"],
        "conversion": {
            "source": settings.model.source,
            "quantization": settings.model.quantization,
            "parameters": converted["parameters"],
            "worst_kl": converted["precision"]["worst_kl"],
            "worst_cosine": converted["precision"]["worst_cosine"],
            "prompts": len(found),
            "top_10_overlap": sum(each.overlap for each in found) / len(found),
            "largest_logit_difference": max(each.largest for each in found),
            "compared_with": executor,
        },
    }


def _fault_of(work: Callable[[], object]) -> str | None:
    """Return what is wrong with a model file, or None where nothing is."""
    try:
        work()
    except (ModelFormatError, EngineError) as fault:
        return fault.wrong
    except MemoryError:
        return "there is not enough memory for it"
    return None
