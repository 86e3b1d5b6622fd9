"""Conversion end to end: formats in, .apr out, gates, kills, full disks, determinism."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from tiny_hugging_face import LAYOUTS
from tiny_model import TinyModel

from sse_steps.errors import (
    ConversionError,
    EngineMissingError,
    LineHaltedError,
    ModelSkippedError,
)
from sse_steps.models import convert as convert_module
from sse_steps.models.apr_file import read_apr
from sse_steps.models.convert import Conversion, convert
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.line import Ledger, Stage, StageRecord, read_stage
from sse_steps.models.precision import Precision
from sse_steps.models.quantization import Quantization
from sse_steps.models.quantize import encoded
from sse_steps.models.source_model import from_stored
from sse_steps.models.stored_model import StoredModel
from sse_steps.settings import CacheSettings
from sse_steps.steps import convert as step
from sse_steps.steps.model_plan import ModelStorage
from sse_steps.store import sha256_of, write_text

ROOT = Path(__file__).parents[1]
CODES = [f"C{number}" for number in range(1, 9)]


def run(source: Path, quantization: Quantization, target: Path) -> tuple[Conversion, Ledger]:
    """Convert a file, and return what was written and what the gates found."""
    ledger = Ledger("tiny")
    return convert(source, quantization, target, ledger, {"by": "a test"}), ledger


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(each.name for each in folder.iterdir())


def same_tensors(one: StoredModel, other: StoredModel) -> bool:
    """Return whether two files hold the same tensors in every bit."""
    return one.tensors.keys() == other.tensors.keys() and all(
        tensor.encoding is other.tensors[name].encoding
        and tensor.shape == other.tensors[name].shape
        and np.array_equal(tensor.data, other.tensors[name].data)
        for name, tensor in one.tensors.items()
    )


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"])
def test_gguf_becomes_apr_bit_for_bit(kind: str, tmp_path: Path) -> None:
    """Without quantisation every key and every byte of every tensor stays."""
    tiny = TinyModel(quantisation=gguf.GGMLQuantizationType[kind])
    source = tiny.write(tmp_path / "tiny.gguf")
    conversion, ledger = run(source, Quantization.NONE, tmp_path / "tiny.apr")
    before, after = read_gguf(source), read_apr(tmp_path / "tiny.apr")
    assert after.keys == before.keys
    assert same_tensors(before, after)
    assert {tensor.kl for tensor in conversion.precision} == {0.0}
    assert [finding.gate for finding in ledger.findings] == CODES
    assert all(finding.passed for finding in ledger.findings)
    assert after.provenance == {"by": "a test", "source": {"tiny.gguf": sha256_of(source)}}


QUANTIZATIONS = [Quantization.Q8_0, Quantization.Q4_0]


@pytest.mark.parametrize("quantization", QUANTIZATIONS)
def test_matrices_are_encoded_and_the_rest_stays(
    quantization: Quantization, tmp_path: Path
) -> None:
    """A quantised file decodes to what the encoding makes of the source, vectors untouched."""
    source = TinyModel(tied=False).write(tmp_path / "tiny.gguf")
    conversion, _ = run(source, quantization, tmp_path / "tiny.apr")
    before, after = read_gguf(source), read_apr(tmp_path / "tiny.apr")
    for name, tensor in before.tensors.items():
        written = after.tensors[name]
        expected = encoded(tensor.values().reshape(-1), written.encoding)
        np.testing.assert_array_equal(written.data.reshape(-1), expected)
        assert (written.encoding is tensor.encoding) == (len(tensor.shape) == 1)
    assert after.quantization == quantization.value
    assert 0 < max(tensor.kl for tensor in conversion.precision) < 1e-2


@pytest.mark.parametrize("quantization", list(Quantization))
def test_an_apr_file_can_be_converted_again(quantization: Quantization, tmp_path: Path) -> None:
    """By way of an unquantised .apr comes the same as straight from the GGUF file."""
    if quantization is Quantization.Q4_K_M:
        pytest.importorskip("llama_cpp")
    source = TinyModel().write(tmp_path / "tiny.gguf")
    run(source, Quantization.NONE, tmp_path / "plain.apr")
    run(source, quantization, tmp_path / "straight.apr")
    run(tmp_path / "plain.apr", quantization, tmp_path / "again.apr")
    straight, again = read_apr(tmp_path / "straight.apr"), read_apr(tmp_path / "again.apr")
    assert same_tensors(straight, again)
    assert straight.keys == again.keys
    origin = {"by": "a test", "source": {"tiny.gguf": sha256_of(source)}}
    assert again.provenance["converted_from"] == origin


@pytest.mark.parametrize("quantization", list(Quantization))
@pytest.mark.parametrize("layout", ["llama_sharded_bf16", "gemma3", "gpt2", "qwen2_f16"])
def test_every_layout_can_be_quantised(
    layout: str, quantization: Quantization, tmp_path: Path
) -> None:
    """Safetensors of each layout and dtype pass all gates with each quantisation."""
    if quantization is Quantization.Q4_K_M:
        pytest.importorskip("llama_cpp")
    source = LAYOUTS[layout].write(tmp_path / "source")
    conversion, ledger = run(source, quantization, tmp_path / "tiny.apr")
    assert [finding.gate for finding in ledger.findings] == CODES
    assert conversion.parameters > 50_000


def test_another_alignment_stays_a_key_and_reaches_no_other_file(tmp_path: Path) -> None:
    """A GGUF file may align its tensors to any power of two; llama.cpp gets one that is right."""
    pytest.importorskip("llama_cpp")
    source = tmp_path / "aligned.gguf"
    tiny = TinyModel().write(tmp_path / "tiny.gguf")
    stored = from_stored(read_gguf(tiny))
    aligned = gguf.GGUFWriter(source, "llama")
    aligned.add_custom_alignment(256)
    for name, key in stored.keys.items():
        if name != "general.architecture":
            aligned.add_key_value(name, key.value, key.kind, key.item_kind)
    for tensor in stored.tensors:
        aligned.add_tensor(tensor.name, tensor.load().view(np.float32).reshape(tensor.shape))
    aligned.write_header_to_file()
    aligned.write_kv_data_to_file()
    aligned.write_tensors_to_file()
    aligned.close()
    run(source, Quantization.NONE, tmp_path / "none.apr")
    assert read_apr(tmp_path / "none.apr").keys["general.alignment"].value == 256
    run(source, Quantization.Q4_K_M, tmp_path / "aligned.apr")
    run(tiny, Quantization.Q4_K_M, tmp_path / "plain.apr")
    assert same_tensors(read_apr(tmp_path / "aligned.apr"), read_apr(tmp_path / "plain.apr"))


def test_every_file_that_was_read_is_in_the_provenance(tmp_path: Path) -> None:
    """Of shards and their companions each has its digest in the file."""
    source = LAYOUTS["llama_sharded_bf16"].write(tmp_path / "source")
    run(source, Quantization.NONE, tmp_path / "tiny.apr")
    files = {file.name: sha256_of(file) for file in (tmp_path / "source").iterdir()}
    assert read_apr(tmp_path / "tiny.apr").provenance["source"] == files
    assert len(files) == 7


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    """Converted twice, to two names, the files are equal."""
    source = TinyModel().write(tmp_path / "tiny.gguf")
    for quantization in Quantization:
        if quantization is Quantization.Q4_K_M:
            pytest.importorskip("llama_cpp")
        files = [tmp_path / folder / "tiny.apr" for folder in ("one", "two")]
        for file in files:
            run(source, quantization, file)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_nothing_but_the_file_and_its_lock_stays(tmp_path: Path) -> None:
    """The folder of the work is gone when the work is done, and when it was in vain."""
    source = TinyModel().write(tmp_path / "tiny.gguf")
    run(source, Quantization.Q8_0, tmp_path / "out/tiny.apr")
    assert names(tmp_path / "out") == [".tiny.apr.lock", "tiny.apr"]


SKIPPED: dict[str, tuple[str, str]] = {
    "no such file": ("C1", "No such file"),
    "pickle": ("C1", "pickle"),
    "cut": ("C2", "not a readable GGUF file"),
    "other architecture": ("C2", "mamba"),
    "no config": ("C2", "config.json"),
    "missing tensor": ("C3", "blk.1.ffn_up.weight"),
    "missing in safetensors": ("C3", "blk.1.ffn_up.weight"),
}


def broken(case: str, folder: Path) -> Path:
    """Write a source that cannot be converted."""
    path = folder / "model.gguf"
    layer = "model.layers.1.mlp.up_proj.weight"
    if case == "pickle":
        path.write_bytes(b"\x80\x04K\x01.")
    elif case == "cut":
        path.write_bytes(TinyModel().write(folder / "whole.gguf").read_bytes()[:5000])
    elif case == "other architecture":
        TinyModel(extra={"general.architecture": "mamba"}).write(path)
    elif case == "no config":
        path = LAYOUTS["llama"].write(folder)
        (folder / "config.json").unlink()
    elif case == "missing tensor":
        TinyModel(without=frozenset({"blk.1.ffn_up.weight"})).write(path)
    elif case == "missing in safetensors":
        path = replace(LAYOUTS["llama"], without=frozenset({layer})).write(folder)
    return path


@pytest.mark.parametrize("case", SKIPPED)
def test_what_cannot_be_converted_is_skipped(case: str, tmp_path: Path) -> None:
    """Each kind of unusable source fails its own gate, and nothing is written."""
    gate, found = SKIPPED[case]
    with pytest.raises(ModelSkippedError, match=found) as raised:
        run(broken(case, tmp_path), Quantization.NONE, tmp_path / "out/tiny.apr")
    assert raised.value.gate == gate
    assert not list(tmp_path.glob("out/*.apr"))


def test_what_llama_cpp_cannot_quantise_fails_c4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quantiser that gives up skips the model and leaves nothing behind."""
    pytest.importorskip("llama_cpp")
    source = TinyModel().write(tmp_path / "tiny.gguf")
    monkeypatch.setattr(
        convert_module, "write_gguf", lambda path, *_: path.write_bytes(b"GGUF, and no more")
    )
    with pytest.raises(ModelSkippedError, match="quantiser ended") as raised:
        run(source, Quantization.Q4_K_M, tmp_path / "out/tiny.apr")
    assert raised.value.gate == "C4"
    assert names(tmp_path / "out") == [".tiny.apr.lock"]


def test_q4_k_m_without_llama_cpp_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra that is missing is named before any work is spent."""
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EngineMissingError, match="pip install"):
        run(tmp_path / "none.gguf", Quantization.Q4_K_M, tmp_path / "tiny.apr")


def damage(path: Path, case: str) -> None:
    """Change a written file behind the converter's back."""
    data = bytearray(path.read_bytes())
    if case == "magic":
        data[:4] = b"GGUF"
    elif case == "header":
        data[20] ^= 1
    elif case == "weights":
        data[-4000:] = bytes(4000)
    path.write_bytes(data)


@pytest.mark.parametrize(("case", "gate"), [("magic", "C5"), ("header", "C5"), ("weights", "C8")])
def test_a_file_that_was_not_written_as_meant_halts_the_line(
    case: str, gate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gates look at the disk: damage between writing and reading is found and kept."""
    write = convert_module._write

    def write_and_damage(*arguments: Any) -> None:  # noqa: ANN401 (handed on)
        write(*arguments)
        damage(arguments[2], case)

    monkeypatch.setattr(convert_module, "_write", write_and_damage)
    source = TinyModel().write(tmp_path / "tiny.gguf")
    with pytest.raises(LineHaltedError) as raised:
        run(source, Quantization.NONE, tmp_path / "out/tiny.apr")
    assert raised.value.gate == gate
    assert not (tmp_path / "out/tiny.apr").exists()
    assert (tmp_path / "out/.tiny.apr.work/tiny.apr").exists()  # the evidence


@pytest.mark.parametrize(("change", "gate"), [("fewer", "C6"), ("turned", "C7")])
def test_a_file_of_other_tensors_halts_the_line(
    change: str, gate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tensor lost on the way fails the count, one of another shape the shapes."""
    write = convert_module._write

    def write_others(model: Any, *arguments: Any) -> None:  # noqa: ANN401 (handed on)
        first, *rest = model.tensors
        turned = replace(first, shape=first.shape[::-1])
        write(
            replace(model, tensors=(*([turned] if change == "turned" else []), *rest)), *arguments
        )

    monkeypatch.setattr(convert_module, "_write", write_others)
    source = TinyModel(tied=False).write(tmp_path / "tiny.gguf")
    with pytest.raises(LineHaltedError) as raised:
        run(source, Quantization.NONE, tmp_path / "tiny.apr")
    assert raised.value.gate == gate


def test_weights_that_are_no_numbers_halt_a_quantisation(tmp_path: Path) -> None:
    """Infinities pass through bit for bit, and cannot be quantised in silence."""
    tiny = replace(LAYOUTS["llama"])
    weights = tiny.write(tmp_path)
    data = bytearray(weights.read_bytes())
    data[-4:] = np.float32("inf").tobytes()
    weights.write_bytes(data)
    run(weights, Quantization.NONE, tmp_path / "none.apr")
    with pytest.raises(LineHaltedError, match="C8"):
        run(weights, Quantization.Q8_0, tmp_path / "q8_0.apr")


def stage_of(folder: Path) -> Stage:
    """Return the stage of a tiny model."""
    return Stage("tiny", "convert", folder / "convert.json", folder / "andon")


def downloaded(folder: Path) -> Path:
    """Write the record of a download that passed."""
    source = folder / "tiny.gguf"
    files = [{"path": source.name, "sha256": sha256_of(source)}] if source.exists() else []
    record: dict[str, Any] = {
        "model": "tiny",
        "stage": "download",
        "findings": [],
        "skip": None,
        "details": {"files": files},
    }
    write_text(json.dumps(record), folder / "download.json")
    return folder / "download.json"


def storage(folder: Path, limit_bytes: int = 10**9) -> ModelStorage:
    """Return the cache that the target lies in."""
    settings = CacheSettings(limit_gb=limit_bytes / 10**9)
    return ModelStorage(settings, folder / "cache", folder / "models.lock.json", frozenset())


def run_step(folder: Path, quantization: Quantization = Quantization.Q8_0) -> StageRecord:
    """Run the step on a tiny model in `folder`, and return its record."""
    source = folder / "tiny.gguf"
    if not source.exists():
        TinyModel().write(source)
    stage = stage_of(folder)
    target = folder / "cache/abc/tiny.apr"
    step.run(quantization, stage, downloaded(folder), source, target, storage(folder))
    return read_stage(stage.record)


def test_the_step_records_what_it_wrote(tmp_path: Path) -> None:
    """The record names the file, its bytes and digest, the tier and the precision."""
    record = run_step(tmp_path)
    target = tmp_path / "cache/abc/tiny.apr"
    details = record.details
    assert details["apr"]["sha256"] == sha256_of(target)
    assert details["apr"]["bytes"] == target.stat().st_size
    assert details["tier"].startswith("below Nano")
    assert 0 < details["precision"]["mean_kl"] <= details["precision"]["worst_kl"] < 1e-3
    assert {tensor["encoding"] for tensor in details["precision"]["tensors"]} == {"F32", "Q8_0"}
    assert details["encodings"] == {"F32": 5, "Q8_0": 15}
    assert [finding.gate for finding in record.findings] == ["D4", *CODES]
    digest = {"tiny.gguf": sha256_of(tmp_path / "tiny.gguf")}
    assert read_apr(target).provenance["source"] == digest


def test_the_step_run_again_ends_in_the_same_bytes(tmp_path: Path) -> None:
    """Record and file hold nothing that a second run would change."""
    run_step(tmp_path)
    files = tmp_path / "convert.json", tmp_path / "cache/abc/tiny.apr"
    before = [file.read_bytes() for file in files]
    run_step(tmp_path)
    assert [file.read_bytes() for file in files] == before


def test_a_conversion_keeps_the_cache_below_its_limit(tmp_path: Path) -> None:
    """What is converted takes room too: another model goes, the one at work stays."""
    source = TinyModel().write(tmp_path / "tiny.gguf")
    other = tmp_path / "cache/other/converted"
    other.mkdir(parents=True)
    (other / "none.apr").write_bytes(bytes(100_000))
    target, small = tmp_path / "cache/abc/tiny.apr", storage(tmp_path, 10_000)
    before = downloaded(tmp_path)
    step.run(Quantization.NONE, stage_of(tmp_path), before, source, target, small)
    assert target.is_file()
    assert not other.exists()


def test_a_source_that_changed_since_its_download_halts(tmp_path: Path) -> None:
    """One byte of the cache's file is another: gate D4, and nothing is converted."""
    source = TinyModel().write(tmp_path / "tiny.gguf")
    before = downloaded(tmp_path)
    source.write_bytes(source.read_bytes()[:-1] + b"?")
    stage, target = stage_of(tmp_path), tmp_path / "cache/abc/tiny.apr"
    with pytest.raises(LineHaltedError, match="gate D4"):
        step.run(Quantization.NONE, stage, before, source, target, storage(tmp_path))
    assert not target.exists()
    assert not stage.record.exists()


def test_a_model_skipped_before_is_not_converted(tmp_path: Path) -> None:
    """The reason of the download's skip goes on to the record of this stage."""
    record: dict[str, Any] = json.loads(downloaded(tmp_path).read_text())
    record["skip"] = {"gate": "D1", "wrong": "gone", "remedy": "look"}
    write_text(json.dumps(record), tmp_path / "download.json")
    stage = stage_of(tmp_path)
    target = tmp_path / "cache/abc/tiny.apr"
    before = tmp_path / "download.json"
    step.run(Quantization.NONE, stage, before, tmp_path / "none", target, storage(tmp_path))
    assert read_stage(stage.record).skip is not None
    assert not target.exists()


PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sse_steps.models import convert as module
from sse_steps.models.quantization import Quantization
from sse_steps.models.line import Ledger
whole = module.reencoded
def slow(*arguments):
    print("tensor", flush=True)
    time.sleep(0.05)
    return whole(*arguments)
module.reencoded = slow
module.convert(Path(sys.argv[2]), Quantization(sys.argv[3]), Path(sys.argv[4]), Ledger("m"), {})
"""


def test_killed_in_the_middle_leaves_nothing_half(tmp_path: Path) -> None:
    """After kill -9 there is no target; the next conversion clears up and completes."""
    source = TinyModel().write(tmp_path / "tiny.gguf")
    target = tmp_path / "out/tiny.apr"
    command = [sys.executable, "-c", PROGRAM, str(ROOT), str(source), "q8_0", str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(5):
            assert process.stdout.readline() == b"tensor\n"
        process.send_signal(signal.SIGKILL)
    assert not target.exists()
    assert list((tmp_path / "out/.tiny.apr.work").iterdir())  # what was half done
    run(source, Quantization.Q8_0, target)
    assert names(tmp_path / "out") == [".tiny.apr.lock", "tiny.apr"]


QUANTISING = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sse_steps.models import llama_quantizer
slow = Path(sys.argv[2])
slow.write_text(
    llama_quantizer._PROGRAM.read_text().replace("import llama_cpp", "print(os.getpid(), file="
    "sys.stderr, flush=True); import time; time.sleep(60); import llama_cpp")
)
llama_quantizer._PROGRAM = slow
class Shown(llama_quantizer.deque):
    def append(self, line):
        print(line, end="", flush=True)
llama_quantizer.deque = Shown
llama_quantizer.quantize_q4_k_m(Path("none"), Path("none"))
"""


def test_the_quantiser_does_not_outlive_a_killed_conversion(tmp_path: Path) -> None:
    """After kill -9 of a conversion nothing writes on to the folder that the next one uses."""
    pytest.importorskip("llama_cpp")
    command = [sys.executable, "-c", QUANTISING, str(ROOT), str(tmp_path / "slow.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = Path("/proc") / process.stdout.readline().decode().strip()
        assert (child / "stat").exists()
        process.send_signal(signal.SIGKILL)
    for _ in range(100):
        if not child.exists() or ") Z " in (child / "stat").read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the quantiser still runs")


def test_two_builds_at_once_both_complete(tmp_path: Path) -> None:
    """Two processes that convert to the same target take turns."""
    source = TinyModel().write(tmp_path / "tiny.gguf")
    target = tmp_path / "out/tiny.apr"
    command = [sys.executable, "-c", PROGRAM, str(ROOT), str(source), "q8_0", str(target)]
    builds = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [build.wait(60) for build in builds] == [0, 0]
    assert names(tmp_path / "out") == [".tiny.apr.lock", "tiny.apr"]


@pytest.mark.parametrize("quantization", [Quantization.Q8_0, Quantization.Q4_K_M])
def test_a_full_disk_is_a_fault_with_a_remedy(quantization: Quantization, tmp_path: Path) -> None:
    """No room is said in two lines, leaves nothing, and with room the same command completes."""
    if quantization is Quantization.Q4_K_M:
        pytest.importorskip("llama_cpp")
    source = TinyModel().write(tmp_path / "tiny.gguf")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    try:
        with pytest.raises(ConversionError, match="cannot be written"):
            run(source, quantization, disk / "out/tiny.apr")
        assert not list(disk.rglob("*.apr"))
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)  # noqa: S607
        run(source, quantization, disk / "out/tiny.apr")
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S607


LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sse_steps.models.convert import convert
from sse_steps.models.quantization import Quantization
from sse_steps.models.line import Ledger
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
convert(Path(sys.argv[2]), Quantization(sys.argv[3]), Path(sys.argv[4]), Ledger("m"), {})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("quantization", [Quantization.NONE, Quantization.Q8_0, Quantization.Q4_0])
def test_memory_stays_below_the_models_size(
    quantization: Quantization, smollm2_path: Path, tmp_path: Path
) -> None:
    """A conversion takes one tensor and its pages of both files, not the files."""
    command = [sys.executable, "-c", LIMITED, str(ROOT), str(smollm2_path), quantization.value]
    found = subprocess.run(
        [*command, str(tmp_path / "out.apr")], capture_output=True, check=True, text=True
    )
    assert int(found.stdout) * 1024 < 192 << 20


@pytest.mark.slow
def test_the_real_model_is_lossless_and_within_the_limits(
    smollm2_path: Path, tmp_path: Path
) -> None:
    """A real model keeps every bit with none, and is within the limits with the rest."""
    conversion, _ = run(smollm2_path, Quantization.NONE, tmp_path / "none.apr")
    assert {tensor.kl for tensor in conversion.precision} == {0.0}
    before, after = read_gguf(smollm2_path), read_apr(tmp_path / "none.apr")
    assert after.keys == before.keys
    assert same_tensors(before, after)
    for quantization in (Quantization.Q8_0, Quantization.Q4_0, Quantization.Q4_K_M):
        if quantization is Quantization.Q4_K_M:
            pytest.importorskip("llama_cpp")
        conversion, _ = run(smollm2_path, quantization, tmp_path / f"{quantization}.apr")
        assert 0 < worst(conversion.precision) < 1e-2


def worst(tensors: tuple[Precision, ...]) -> float:
    """Return the largest divergence."""
    return max(tensor.kl for tensor in tensors)
