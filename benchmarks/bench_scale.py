"""How time and memory grow with the corpus: the whole build on 1,000, 10,000, 100,000 examples.

Usage: python benchmarks/bench_scale.py [SIZE ...] [--folder FOLDER] [--models N] [--runs N]
       (1000 10000 unless told; 3 models, 5 runs)

SYNTHETIC examples (`synthetic_corpus.py`), each a function of its own, answered by a real, small,
rule-based transpiler (`cheap_transpiler.py`) in three states of knowledge. What it writes is
recorded with the time that it took, and the build replays the recording: a process for every
example would measure processes. Everything else is the real build, a `doit` command a step: the
Python is run for its answers, the Rust is compiled and asked, SQL and report are those of every
build. Generated inputs (`run.equivalence`) are off. Runs two to five repeat the first, as at
temperature 0, and models share the Rust that they agree on.

Memory is the largest sum of resident memory over the processes of a step, looked at five times a
second; above 4 GB the benchmark fails. Growth is the slope of seconds between a size and the one
before on logarithmic scales: 1 is linear. Load is what else ran: the machine's load at a step's
end. A measured size is kept in FOLDER and not measured again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from cheap_transpiler import Transpiler
from synthetic_corpus import write_corpus

from sse_steps.corpus.examples_file import read_examples
from sse_steps.infer.prompt import build_request
from sse_steps.infer.recording import VERSION, Asked, Recorded, RecordedReply
from sse_steps.records import FinishReason
from sse_steps.steps.plan import Plan

ROOT = Path(__file__).parents[1]
TRANSPILERS = {
    "careful": Transpiler(),
    "hasty": Transpiler(floors=False),
    "literal": Transpiler(raises=False),
}
STEPS = ("corpus", "transpile", "check", "metrics", "report")
LAPTOP_BYTES = 4_000_000_000
NOTHING_TO_DO = 5  # times that a build with nothing to do is run
TASK = "python_to_rust"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one step took: seconds, the peak of resident bytes, the machine's load at its end."""

    seconds: float
    peak_bytes: int
    load: float


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a build over a corpus of its own."""

    folder: Path
    examples: int
    models: int
    runs: int

    @property
    def overrides(self) -> list[str]:
        """What the build is asked for."""
        models = ",".join(list(TRANSPILERS)[: self.models])
        return [
            "corpus=corpus.jsonl",
            f"run.samples={self.examples}",
            f"run.runs={self.runs}",
            f"models=[{models}]",
            "controls=[]",
            "run.equivalence.inputs=0",
        ]

    def lay_out(self) -> None:
        """Write the corpus, the models and our own build."""
        shutil.copytree(ROOT / "conf", self.folder / "conf")
        shutil.copy(ROOT / "dodo.py", self.folder)
        (self.folder / "tasks").mkdir()
        for name in (f"{TASK}.yaml", "golden_prompts.yaml"):
            shutil.copy(ROOT / "tasks" / name, self.folder / "tasks")
        for name in TRANSPILERS:
            model = f"description: The cheap transpiler, {name}.\nengine: replay\n"
            path = self.folder / "conf" / "model" / f"{name}.yaml"
            path.write_text(f"{model}recording: {name}.jsonl\n", encoding="utf-8")
        write_corpus(self.folder / "corpus.jsonl", self.examples)

    def record(self) -> None:
        """Let each transpiler answer, timed, and write its answers as recordings."""
        from sse_steps.config import load_settings  # noqa: PLC0415 - only where it is used

        plan = Plan(load_settings(self.overrides, root=self.folder), self.folder)
        prompts = plan.settings.tasks[TASK].prompts
        origins = {origin.model: origin for origin in plan.origins()}
        for model, origin in origins.items():
            with (self.folder / f"{model}.jsonl").open("w", encoding="utf-8") as file:
                for example in read_examples(plan.examples(TASK)):
                    asked = Asked.of(build_request(example, prompts), plan.sampling(origin))
                    reply = _reply(TRANSPILERS[model], example.python)
                    engine = "cheap transpiler 1"
                    line = Recorded(VERSION, asked, reply, engine, None, "this machine")
                    file.write(f"{json.dumps(asdict(line))}\n")

    def command(self, *tasks: str) -> list[str]:
        """Return the command that builds these tasks, all of them if none is named."""
        return [sys.executable, "-m", "doit", *tasks, *self.overrides]


def _reply(transpiler: Transpiler, python: str) -> RecordedReply:
    started = time.perf_counter()
    rust = f"```rust\n{transpiler.rust(python)}```\n"
    took = time.perf_counter() - started
    return RecordedReply(rust, FinishReason.STOP, took, False, None, None, None, None)  # noqa: FBT003 - not cold


def measured(command: list[str], folder: Path) -> Measured:
    """Run a command to a good end; return how long it took and the most memory of its processes."""
    log = folder / "log.txt"
    with log.open("a", encoding="utf-8") as file:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=file)
        peak = 0
        while process.poll() is None:
            peak = max(peak, resident_bytes(process.pid))
            time.sleep(0.2)
        seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{log.read_text(encoding='utf-8')[-3000:]}")
    return Measured(seconds, peak, os.getloadavg()[0])


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and all below it; shared pages count for each."""
    total = 0
    try:
        whole = psutil.Process(pid)
        for each in [whole, *whole.children(recursive=True)]:
            total += _resident_bytes(each)
    except psutil.NoSuchProcess:
        return total
    return total


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def measure(project: Project) -> dict[str, Measured]:
    """Build step by step in a new folder, and then with nothing to do."""
    project.lay_out()
    found = {}
    for step in STEPS:
        if step == "transpile":
            project.record()
        found[step] = measured(project.command(step), project.folder)
        print(f"<!-- {project.examples:,} {step}: {found[step]} -->", flush=True)
    measured(project.command(), project.folder)  # the recordings and whatever else is asked for
    again = [measured(project.command(), project.folder) for _ in range(NOTHING_TO_DO)]
    found["nothing to do"] = sorted(again, key=lambda each: each.seconds)[NOTHING_TO_DO // 2]
    return found


def kept(project: Project) -> dict[str, Measured]:
    """Return what was measured of a size, now or earlier."""
    target = project.folder.with_suffix(".json")
    if not target.exists():
        shutil.rmtree(project.folder, ignore_errors=True)
        project.folder.mkdir(parents=True)
        rows = {step: asdict(each) for step, each in measure(project).items()}
        target.write_text(json.dumps(rows), encoding="utf-8")
    rows = json.loads(target.read_text(encoding="utf-8"))
    return {step: Measured(**each) for step, each in rows.items()}


def table(sizes: dict[int, dict[str, Measured]]) -> Iterator[str]:
    """Yield the lines of a table with a row for each step of each size."""
    yield "| examples | step | seconds | ms an example | growth | peak, MB | load |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"
    before: tuple[int, dict[str, Measured]] | None = None
    for size, steps in sizes.items():
        whole = [each for step, each in steps.items() if step in STEPS]
        together = Measured(
            sum(each.seconds for each in whole),
            max(each.peak_bytes for each in whole),
            max(each.load for each in whole),
        )
        for step, each in {**steps, "**together**": together}.items():
            growth = _growth(before, (size, each), step)
            yield (
                f"| {size:,} | {step} | {each.seconds:.1f} | {1000 * each.seconds / size:.2f} "
                f"| {growth} | {each.peak_bytes / 1e6:,.0f} | {each.load:.1f} |"
            )
        before = (size, {**steps, "**together**": together})


def _growth(
    before: tuple[int, dict[str, Measured]] | None, now: tuple[int, Measured], step: str
) -> str:
    if before is None:
        return ""
    size, steps = before
    slope = math.log(now[1].seconds / steps[step].seconds) / math.log(now[0] / size)
    return f"{slope:.2f}"


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--folder", type=Path, help="where sizes are kept; none: nothing is kept")
    parser.add_argument("--models", type=int, default=3, choices=(1, 2, 3))
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-") as temporary:
        home = given.folder.absolute() if given.folder else Path(temporary)
        sizes = {
            size: kept(
                Project(
                    home / f"{size}-{given.models}x{given.runs}", size, given.models, given.runs
                )
            )
            for size in sorted(given.sizes)
        }
    print(f"{given.models} models x {given.runs} runs\n")
    print("\n".join(table(sizes)))
    largest = max(each.peak_bytes for steps in sizes.values() for each in steps.values())
    if largest > LAPTOP_BYTES:
        sys.exit(f"The peak of {largest:,} bytes is more than a laptop of 4 GB has.")


if __name__ == "__main__":
    main()
