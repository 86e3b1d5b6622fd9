"""How long a build takes to end after Ctrl-C, in the middle of each of its steps.

Usage: python benchmarks/bench_stopping.py [ROUNDS]        (3 unless told)

The project is the small one of the tests. Each round starts from nothing, sends one signal while a
step is at work, and counts to the end of the process; what the build started is gone by then.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOMENTS = (
    ("corpus: Python in sandboxes", "corpus:", ()),
    ("validate: numpy", "validate:", ()),
    ("transpile: numpy", "transpile:python_to_rust:tiny", ()),
    ("transpile: numpy, one thread", "transpile:python_to_rust:tiny", ("-n", "0")),
    ("check: rustc in batches", "check:python_to_rust:reference", ()),
    ("report", "report", ()),
)


def seconds_to_end(folder: Path, task: str, options: tuple[str, ...], number: int) -> float:
    """Start a build, stop it half a second after a task began, and return how long that took."""
    command = [sys.executable, "-m", "doit", "run", *options, "record", "report"]
    command += ["models=[py2many,tiny]", "run.runs=1", "run.max_tokens=2000"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(f".  {task}"):
            break
    time.sleep(0.5)
    began = time.perf_counter()
    process.send_signal(number)
    assert process.wait(timeout=60) == 128 + number, "it had ended before"
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Print the table."""
    sys.path.insert(0, str(ROOT / "tests"))
    from project import lay_out  # noqa: PLC0415 - a helper of the tests

    print(f"load of this machine at the beginning: {os.getloadavg()[0]:.1f}\n")
    print("| in the middle of | Ctrl-C, median s | longest | SIGTERM, median s | longest |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder)
        for title, task, options in MOMENTS:
            row = []
            for number in (signal.SIGINT, signal.SIGTERM):
                taken = []
                for _ in range(rounds):
                    shutil.rmtree(folder / "results", ignore_errors=True)
                    for path in (*folder.glob(".doit.db*"), *folder.glob("cache/records*")):
                        path.unlink()
                    shutil.rmtree(folder / "cache/stages", ignore_errors=True)
                    taken.append(seconds_to_end(folder, task, options, number))
                row += [f"{statistics.median(taken):.2f}", f"{max(taken):.2f}"]
            print(f"| {title} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
