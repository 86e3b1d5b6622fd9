"""Step: converted weights in, a record of what the model shows before it is let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sse_steps.console import Advance, progress
from sse_steps.errors import (
    ConfigError,
    EngineError,
    EngineMissingError,
    ModelFormatError,
    nearest,
)
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
from sse_steps.slices import ValidateSlice
from sse_steps.source_hash import source_hash
from sse_steps.steps.model_plan import ModelFiles
from sse_steps.store import content_key, sha256_of
from sse_steps.versions import installed_version


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a model and its source made of the golden prompts, and who ran the source, how."""

    executor: str
    source: GoldenRun
    own: GoldenRun


@dataclass(frozen=True, slots=True)
class _Validation:
    """One model on its way in."""

    settings: ValidateSlice
    files: ModelFiles
    golden: tuple[GoldenPrompt, ...]
    ledger: Ledger
    advance: Advance  # by the golden prompts that were answered

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
        return golden_run(load, weights, requests, max_tokens=most, on_finish=self.advance)

    def admit(self) -> GoldenRun:
        """Put the model through the gates that look at it alone, as it will run."""
        weights, executor = self.files.weights, self.executor()
        self.ledger.put_through(MetadataValid(_fault_of(lambda: try_out(weights))))
        found: list[GoldenRun] = []
        error = _fault_of(lambda: found.append(self.ask(executor.load, weights)))
        self.ledger.put_through(Loads(error))
        self._put_replies_through(found[0])
        return found[0]

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

    def beside_source(self, run: GoldenRun) -> _Beside:
        """Put the source to the prompts, and the model in the same way.

        Both sides' weights are decoded to 32 bits, and the other executor runs the source. Where
        that cannot be, the model's own does; without the memory for it, with the weights as they
        are stored, since two executors round those in ways of their own.

        Args:
            run: what the model made of the prompts as it will run.
        """
        own, reference = self.executor(), self.files.reference
        decoded: GoldenRun | None = run
        if own.load_decoded is not own.load:
            decoded = self._ask_if_possible(own, self.files.weights)
        if decoded is None:
            name = f"{own.name}, weights as stored"
            return _Beside(name, self.ask(own.load, reference), run)
        other = other_executor(self.settings.model.engine)
        source = self._ask_if_possible(other, reference)
        if source is None:
            return _Beside(own.name, self.ask(own.load_decoded, reference), decoded)
        return _Beside(other.name, source, decoded)

    def _ask_if_possible(self, executor: Executor, weights: Path) -> GoldenRun | None:
        """Put decoded weights to the prompts; None, and a line, where an executor cannot."""
        reason = "there is not enough memory"
        try:
            return self.ask(executor.load_decoded, weights)
        except (ModelFormatError, EngineError, EngineMissingError) as fault:
            reason = fault.wrong
        except MemoryError:
            pass
        name = self.settings.name
        say(f"'{name}': {executor.name} cannot run '{weights.name}' in 32 bits: {reason}")
        return None

    def compare(self, source: GoldenRun, own: GoldenRun) -> list[LogitAgreement]:
        """Put the model through the gates that look at it beside its source."""
        wanted = self.settings.validation
        pairs = list(zip(source.logits, own.logits, strict=True))
        if any(one.shape != other.shape for one, other in pairs):
            # Another vocabulary is another model, whatever its quantisation.
            least = wanted.least_agreement
            self.ledger.put_through(LogitsAgree(0.0, least, wanted.logit_tolerance, len(pairs)))
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
        ConfigError: the model's engine runs no weights, or the golden prompts do not fit.
        ModelFormatError: the source is not there any more, or cannot be run.
    """

    def work(ledger: Ledger) -> dict[str, Any]:
        golden = read_golden_prompts(prompts).prompts
        with progress(f"validate {settings.name}, golden prompts", None) as advance:
            validation = _Validation(settings, files, golden, ledger, advance)
            own = validation.admit()
            beside = validation.beside_source(own)
        found = validation.compare(beside.source, beside.own)
        details = _details(settings, files, found, beside.executor)
        details["conversion"]["golden_prompts"] = sha256_of(prompts)
        details["replies"] = [
            {"id": prompt.id, "met": prompt.is_met_by(reply.text), "reply": reply.text}
            for prompt, reply in zip(golden, own.replies, strict=True)
        ]
        return details

    stage.run(work, before=files.converted, key=_key(settings, files, prompts))


def _key(settings: ValidateSlice, files: ModelFiles, prompts: Path) -> str:
    """Return the address of a validation: everything that its record follows from."""
    libraries = ("numpy", "llama-cpp-python", "tokenizers", "jinja2", "gguf")
    versions = [installed_version(name) for name in libraries]
    seen = [sha256_of(path) for path in (*files.compared, prompts)]
    code = source_hash("infer", "models", "rust/sandbox.py", "steps/validate.py")
    return content_key(asdict(settings), seen, versions, code)


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
