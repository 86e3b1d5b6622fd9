"""The step that lets models in: real tiny models, converted and put to golden prompts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import gguf
import numpy as np
import pytest
from tiny_model import TOKENS, TinyModel

from sse_steps.errors import (
    ConfigError,
    EngineError,
    EngineMissingError,
    LineHaltedError,
    ModelFormatError,
)
from sse_steps.infer import llama_cpp_engine, memory
from sse_steps.models.convert import convert
from sse_steps.models.gates import Finding
from sse_steps.models.line import Ledger, Stage, StageRecord, read_stage
from sse_steps.models.quantization import Quantization
from sse_steps.models.stored_model import FloatArray
from sse_steps.settings import ModelSettings, ValidationSettings
from sse_steps.slices import ValidateSlice
from sse_steps.steps import validate
from sse_steps.steps.model_plan import ModelFiles
from sse_steps.store import sha256_of, write_text

WANTED = ValidationSettings(
    golden_prompts="golden_prompts.yaml",
    max_tokens=8,
    logit_tolerance=0.1,
    least_agreement=0.9,
    least_sane=0.5,
    least_equivalent=0.9,
    latency_s=60.0,
    memory_gb=8.0,
)
PROMPTS = """\
version: 1
prompts:
  - {id: hello, category: sanity, prompt: Say hello., expect: ''}
  - {id: loop, category: code, prompt: Write a loop., expect: '[^\\s\\S]'}
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A model that was converted and is about to be validated."""

    files: ModelFiles
    prompts: Path
    stage: Stage
    model: ModelSettings

    def run(self, wanted: ValidationSettings = WANTED) -> StageRecord:
        """Validate the model and return the record."""
        validate.run(
            ValidateSlice("tiny", self.model, wanted), self.stage, self.files, self.prompts
        )
        return read_stage(self.stage.record)

    def finding(self, gate: str) -> Finding:
        """Return what a gate found."""
        (found,) = (each for each in read_stage(self.stage.record).findings if each.gate == gate)
        return found


Make = Callable[..., Line]


def converted(
    stage: Stage, before: Path, source: Path, weights: Path, quantization: Quantization
) -> None:
    """Convert a model and leave the record that the convert stage leaves."""

    def work(ledger: Ledger) -> dict[str, object]:
        found = convert(source, quantization, weights, ledger, {})
        return {
            "apr": {"bytes": weights.stat().st_size, "sha256": sha256_of(weights)},
            "parameters": found.parameters,
            "precision": {
                "worst_kl": max(tensor.kl for tensor in found.precision),
                "worst_cosine": min(tensor.cosine for tensor in found.precision),
            },
        }

    stage.run(work, before=before)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that takes a tiny model as far as the validation."""

    def make_line(
        tiny: TinyModel | None = None,
        *,
        engine: str = "numpy",
        quantization: Quantization = Quantization.NONE,
        prompts: str = PROMPTS,
    ) -> Line:
        source = (tiny or TinyModel(context_length=512)).write(tmp_path / "tiny.gguf")
        weights = tmp_path / f"{quantization}.apr"
        downloaded, record = tmp_path / "download.json", tmp_path / "models/tiny.json"
        stages = {
            name: Stage("tiny", name, path, tmp_path / "andon")
            for name, path in (
                ("download", downloaded),
                ("convert", weights.with_suffix(".json")),
                ("validate", record),
            )
        }
        stages["download"].run(lambda _ledger: {}, before=None)
        converted(stages["convert"], downloaded, source, weights, quantization)
        (tmp_path / "golden_prompts.yaml").write_text(prompts, encoding="utf-8")
        return Line(
            ModelFiles(tmp_path, source, downloaded, weights, record, reference=source),
            tmp_path / "golden_prompts.yaml",
            stages["validate"],
            ModelSettings("Tiny.", engine, source=str(source), quantization=quantization),
        )

    return make_line


@pytest.mark.parametrize("engine", ["numpy", "llama_cpp"])
@pytest.mark.parametrize("stored", ["F32", "Q8_0"])
def test_weights_that_kept_every_bit_pass(make: Make, engine: str, stored: str) -> None:
    """Both engines let a lossless conversion in, checked by each other, with every reply kept."""
    pytest.importorskip("llama_cpp")
    encoding = gguf.GGMLQuantizationType[stored]
    line = make(TinyModel(context_length=512, quantisation=encoding), engine=engine)
    record = line.run()
    assert record.skip is None
    wanted = {"V1", "V2", "V3", "T1", "T2", "T3", "T4", "T5"}
    assert {each.gate for each in record.findings if each.passed} >= wanted
    found = record.details["conversion"]
    assert found["worst_kl"] == 0
    assert found["largest_logit_difference"] < 0.01
    assert found["top_10_overlap"] == 1
    other = {"numpy": "llama_cpp", "llama_cpp": "numpy"}[engine]
    assert found["compared_with"].split()[0] == other
    assert [reply["id"] for reply in record.details["replies"]] == ["hello", "loop"]
    assert [reply["met"] for reply in record.details["replies"]] == [True, False]
    assert all(reply["reply"].strip() for reply in record.details["replies"])


@pytest.mark.parametrize(
    "other", [TinyModel(seed=1), TinyModel(tokens=(*TOKENS, "another"))], ids=["seed", "words"]
)
def test_other_weights_halt_the_line(make: Make, tmp_path: Path, other: TinyModel) -> None:
    """Weights of another model, even of another vocabulary, stop the build at V3 with a record."""
    line = make()
    source = replace(other, context_length=512).write(tmp_path / "other.gguf")
    stage = Stage("other", "convert", tmp_path / "other.json", tmp_path / "andon")
    before, weights = line.files.downloaded, line.files.weights
    converted(stage, before, source, weights, Quantization.NONE)
    with pytest.raises(LineHaltedError, match="gate V3"):
        line.run()
    assert not line.stage.record.exists()
    (andon,) = line.stage.andon.iterdir()
    assert "gate V3" in andon.read_text(encoding="utf-8")


def test_a_quantised_model_is_flagged_and_goes_on(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bits that were lost on purpose are no fault: V3 says so and lets the model in."""
    line = make(quantization=Quantization.Q4_0)
    record = line.run(replace(WANTED, logit_tolerance=0.0))
    assert record.skip is None
    assert record.details["conversion"]["worst_kl"] > 0
    assert not line.finding("V3").passed
    assert "'tiny' is flagged by gate V3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("gate", "tiny", "prompts"),
    [
        ("T4", TinyModel(context_length=512), PROMPTS.replace("expect: ''", "expect: Paris")),
        ("V2", TinyModel(context_length=512, chat_template=None), PROMPTS),
        ("V2", TinyModel(context_length=512, chat_template="{{ 1 / 0 }}"), PROMPTS),
        ("V2", TinyModel(context_length=512, chat_template="{# nothing #}"), PROMPTS),
        ("V1", TinyModel(context_length=16), PROMPTS),
        (
            "V1",
            TinyModel(
                context_length=512,
                chat_template="{% if 'loop' not in messages[0].content %}a{% endif %}",
            ),
            PROMPTS,
        ),
    ],
)
def test_what_is_wrong_with_a_model_skips_it(
    make: Make, gate: str, tiny: TinyModel, prompts: str
) -> None:
    """A model that cannot take part is skipped at the gate that says why, and nothing is raised."""
    record = make(tiny, prompts=prompts).run()
    assert record.skip is not None
    assert (record.skip.gate, record.details) == (gate, {})
    assert record.skip.remedy


def test_scores_that_are_no_numbers_skip_the_model(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model with damaged weights does not load, whichever of its scores are no numbers."""
    monkeypatch.setattr(TinyModel, "tensors", _damaged(TinyModel.tensors))
    record = make().run()
    assert record.skip is not None
    assert record.skip.gate == "V1"
    assert "no numbers" in record.skip.wrong


def _damaged(
    tensors: Callable[[TinyModel], dict[str, FloatArray]],
) -> Callable[[TinyModel], dict[str, FloatArray]]:
    def damaged(tiny: TinyModel) -> dict[str, FloatArray]:
        found = tensors(tiny)
        found["token_embd.weight"][-1] *= np.float32(np.inf)
        return found

    return damaged


def test_a_missing_engine_skips_the_model(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its engine a model takes no part, no gate is to blame, and the remedy is there."""
    line = make(engine="llama_cpp")
    monkeypatch.setattr(llama_cpp_engine, "executor_name", _missing)
    skip = line.run().skip
    assert skip is not None
    assert (skip.gate, skip.wrong, skip.remedy) == (None, "It is not installed.", "Install it.")


def test_without_a_second_engine_a_model_is_its_own_check(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no other engine is installed, or it does not start, the model's own runs the source."""
    line = make()
    monkeypatch.setattr(llama_cpp_engine, "load_llama_cpp", _missing)
    assert line.run().details["conversion"]["compared_with"].startswith("numpy ")
    monkeypatch.setattr(llama_cpp_engine, "executor_name", _missing)
    assert line.run().details["conversion"]["compared_with"].startswith("numpy ")


def _missing(*_arguments: object, **_options: object) -> str:
    raise EngineMissingError("It is not installed.", "Install it.")


def test_an_engine_that_runs_no_weights_is_a_mistake_in_the_configuration(make: Make) -> None:
    """A model with a source and an engine that cannot run it stops the build in two lines."""
    line = make(engine="stub")
    with pytest.raises(ConfigError, match="has weights, which 'stub' does not run"):
        line.run()
    assert not line.stage.record.exists()


def test_a_source_that_is_gone_is_no_fault_of_the_model(make: Make) -> None:
    """A source that was evicted meanwhile stops the step, which leaves no record."""
    line = make()
    line.files.source.unlink()
    with pytest.raises(ModelFormatError, match=r"tiny\.gguf"):
        line.run()
    assert not line.stage.record.exists()


def test_a_model_that_was_skipped_before_is_not_looked_at(make: Make) -> None:
    """What an earlier stage skipped stays skipped, with its gate and its findings."""
    line = make()
    before = json.loads(line.files.converted.read_text(encoding="utf-8"))
    before["skip"] = {"gate": "C2", "wrong": "unknown", "remedy": "none"}
    write_text(json.dumps(before), line.files.converted)
    line.files.weights.unlink()
    record = line.run()
    assert record.skip is not None
    assert record.skip.gate == "C2"


# ---- memory ----
def test_the_peak_is_this_validation_s_own(make: Make) -> None:
    """Memory that was held before and given back is not in the figure of gate T3."""
    ballast = bytearray(600 << 20)
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])
    before = memory.peak_bytes()
    del ballast
    line = make()
    line.run(replace(WANTED, memory_gb=before / 1e9 - 0.3))
    assert line.finding("T3").passed, line.finding("T3").found
    line.run(replace(WANTED, memory_gb=0.01))
    assert not line.finding("T3").passed


def test_where_the_peak_cannot_be_reset_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A kernel without that file leaves an upper bound, and no model is lost for it."""
    monkeypatch.setattr(memory, "_CLEAR", tmp_path / "none" / "clear_refs")
    memory.forget_peak()
    assert memory.peak_bytes() > 0


def test_weights_for_which_there_is_no_memory_skip_the_model(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too little memory is found out before the kernel ends the build, and V1 says how little."""
    line = make()
    monkeypatch.setattr(memory, "available_bytes", lambda: 100_000)
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "V1"
    assert "0.0 GB are available" in skip.wrong


def test_without_memory_for_32_bits_weights_are_compared_as_stored(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model's own engine then runs both, in the same arithmetic, and the record says so."""
    pytest.importorskip("llama_cpp")
    encoding = gguf.GGMLQuantizationType.Q4_0
    line = make(TinyModel(context_length=512, quantisation=encoding), engine="llama_cpp")
    size = line.files.weights.stat().st_size
    monkeypatch.setattr(memory, "available_bytes", lambda: 2 * size)
    found = line.run().details["conversion"]
    assert found["compared_with"].startswith("llama_cpp ")
    assert found["compared_with"].endswith(", weights as stored")
    assert found["largest_logit_difference"] == 0
    assert "cannot run 'none.apr' in 32 bits" in capsys.readouterr().err


def test_what_fits_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine tenths of what is available are enough, more are not, and unknown is no reason."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 1000)
    memory.check_room(900)
    with pytest.raises(EngineError):
        memory.check_room(901)
    monkeypatch.setattr(memory, "available_bytes", lambda: None)
    memory.check_room(1 << 60)
