"""How long a build with nothing to do takes, beside a bare doit file and ninja with as many tasks.

Usage: python benchmarks/bench_noop.py [EXAMPLES]        (10,000 unless told)

The corpus is copies of a few examples under other names; a build with nothing to do reads no
content, so what they say does not matter. Each rival has a task for every example, with the same
three files as its inputs. The three commands take turns, five times after one that is not counted.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEEDS = ("03_functions/clamp", "03_functions/factorial", "05_control_flow/is_prime")
FILES = ("example.py", "inputs.yaml", "reference.rs")
OURS = ("models=[py2many]", "run.runs=1", "run.samples=1000000")

BARE_DODO = """
from pathlib import Path

DOIT_CONFIG = {"backend": "sqlite3", "verbosity": 0}

def write(target):
    target.write_text("done")

def task_example():
    for folder in sorted(Path("tasks/py2rs").glob("*/*")):
        target = Path("out") / folder.name
        yield {
            "name": folder.name,
            "file_dep": sorted(folder.iterdir()),
            "targets": [target],
            "actions": [(write, [target])],
        }
"""


def lay_out(folder: Path, examples: int) -> None:
    """Write our build, a bare doit file and a ninja file over the same corpus."""
    shutil.copytree(ROOT / "conf", folder / "conf")
    shutil.copy(ROOT / "dodo.py", folder)
    (folder / "tasks").mkdir()
    shutil.copy(ROOT / "tasks/python_to_rust.yaml", folder / "tasks")
    for number in range(examples):
        seed = SEEDS[number % len(SEEDS)]
        target = folder / "tasks/py2rs" / seed.split("/")[0] / f"example_{number:06}"
        shutil.copytree(ROOT / "tasks/py2rs" / seed, target)
    (folder / "bare.py").write_text(BARE_DODO)
    (folder / "out").mkdir()
    edges = [_edge(each, folder) for each in sorted((folder / "tasks/py2rs").glob("*/*"))]
    (folder / "build.ninja").write_text(
        "rule touch\n  command = touch $out\n" + "\n".join(edges) + "\n"
    )


def _edge(example: Path, folder: Path) -> str:
    inputs = " ".join(str((example / name).relative_to(folder)) for name in FILES)
    return f"build ninja/{example.name}: touch {inputs}"


def seconds(command: list[str], folder: Path) -> float:
    """Run a command to a good end and return how long it took."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Print a table of medians."""
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    doit = [sys.executable, "-m", "doit"]
    commands = {
        "doit, this project": [*doit, *OURS],
        "doit, one task an example": [*doit, "-f", "bare.py", "--db-file", ".bare.db"],
        "ninja, one edge an example": ["ninja"],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, examples)
        first = {title: seconds(command, folder) for title, command in commands.items()}
        rounds = [
            {title: seconds(command, folder) for title, command in commands.items()}
            for _ in range(6)
        ][1:]
    print(f"{examples:,} examples, {3 * examples:,} files; seconds, median of {len(rounds)}")
    print(f"{'':28}{'first build':>12}{'nothing to do':>15}")
    for title in commands:
        median = statistics.median(each[title] for each in rounds)
        print(f"{title:28}{first[title]:12.2f}{median:15.3f}")


if __name__ == "__main__":
    main()
