"""One sweep under several of Hydra's launchers: seconds, and whether the verdicts are the same.

    python benchmarks/sweep_launchers.py                                    # 3 models x 3 x 3
    python benchmarks/sweep_launchers.py --models py2many,smollm2_135m --temperatures 0 --samples 4
    python benchmarks/sweep_launchers.py --launchers joblib sse_ray --kill sse_ray

With --kill a worker of that launcher is ended by SIGKILL in the middle of its sweep. Every launcher
starts with an empty cache of replies and verdicts; weights are brought before.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
LAUNCHERS = {
    "basic": (),
    "joblib": ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
    "submitit_local": ("hydra/launcher=submitit_local", "hydra.launcher.timeout_min=60"),
    "sse_ray": ("hydra/launcher=sse_ray", "hydra.launcher.workers=2"),
}


@dataclass(frozen=True, slots=True)
class Timed:
    """What a sweep took and came to."""

    seconds: float
    exit_code: int
    killed: int  # workers
    tables: int
    digest: str  # SHA-256 over the bytes of all verdict tables, by their paths


def main() -> int:
    """Print a line for each launcher; exit with 1 where verdicts differ or a sweep failed."""
    options = _options()
    (ROOT / "cache").mkdir(exist_ok=True)  # weights are linked from there, so on the same disk
    with tempfile.TemporaryDirectory(prefix="sweep-", dir=ROOT / "cache") as folder:
        found = {each: _timed(each, options, Path(folder)) for each in options.launchers}
    heads = f"{'launcher':16} {'seconds':>8} {'exit':>5} {'killed':>7} {'tables':>7}"
    print(f"{heads}  digest of the verdict tables")
    for name, timed in found.items():
        figures = f"{timed.seconds:8.1f} {timed.exit_code:5} {timed.killed:7} {timed.tables:7}"
        print(f"{name:16} {figures}  {timed.digest[:32]}")
    same = len({timed.digest for timed in found.values()}) == 1
    if not all(timed.tables for timed in found.values()):
        print("A SWEEP HAS LEFT NO VERDICT TABLE.")
        return 1
    print("The verdict tables are byte-identical." if same else "THE VERDICT TABLES DIFFER.")
    return 0 if same and all(each.exit_code == 0 for each in found.values()) else 1


def _options() -> argparse.Namespace:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=layout)
    parser.add_argument("--models", default="py2many,smollm2_135m,smollm2_135m_llama_cpp")
    parser.add_argument("--temperatures", default="0,0.2,0.8")
    parser.add_argument("--quantizations", default="none,q8_0,q4_0")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--launchers", nargs="+", choices=LAUNCHERS, default=[*LAUNCHERS])
    parser.add_argument("--kill", nargs="*", choices=LAUNCHERS, default=[], help="lose a worker")
    return parser.parse_args()


def _timed(launcher: str, options: argparse.Namespace, folder: Path) -> Timed:
    cache, results = folder / f"cache-{launcher}", folder / launcher
    if (ROOT / "cache/models").is_dir():  # weights are not what is timed
        shutil.copytree(ROOT / "cache/models", cache / "models", copy_function=_linked)
    command = (
        *(sys.executable, "-m", "sse_steps", "--multirun", *LAUNCHERS[launcher]),
        *("experiment=smoke", f"model={options.models}", f"run.temperature={options.temperatures}"),
        *(f"quantization={options.quantizations}", f"run.samples={options.samples}"),
        *(f"run.max_tokens={options.max_tokens}", "run.timeout_ms=600000"),
        *(f"paths.results='{results}'", f"paths.cache='{cache}'"),
    )
    started = time.monotonic()
    sweep = subprocess.Popen(command, cwd=ROOT)
    killed = 0
    while sweep.poll() is None:
        time.sleep(0.5)
        if launcher in options.kill and not killed and _tables(results):
            killed += _kill_a_worker(sweep.pid, results)
    seconds = time.monotonic() - started
    tables = _tables(results)
    digest = hashlib.sha256()
    for path in tables:
        digest.update(path.relative_to(results).as_posix().encode())
        digest.update(path.read_bytes())
    return Timed(seconds, sweep.returncode, killed, len(tables), digest.hexdigest())


def _tables(results: Path) -> list[Path]:
    return sorted(results.glob("sweep/jobs/*/verdicts/*/*/*.parquet"))


def _kill_a_worker(sweep: int, results: Path) -> bool:
    """End the process that has a job's build as its child; the sweep itself is none."""
    for build in psutil.process_iter(["cmdline", "ppid"]):
        asked, parent = " ".join(build.info["cmdline"] or ()), build.info["ppid"]
        if "sweep.job_build" in asked and str(results) in asked and parent not in (1, sweep):
            os.kill(parent, signal.SIGKILL)
            return True
    return False


def _linked(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


if __name__ == "__main__":
    sys.exit(main())
