"""Mutated headers of .apr, GGUF and safetensors against the readers: only our typed errors.

Usage: python benchmarks/fuzz_headers.py [COUNT] [SEED]

COUNT cases a container (100,000 unless said), each container in a process of its own. A case is
written to a file, read, interpreted and inspected, its first tensors decoded. The round fails with
the case's number at any exception but ModelFormatError, at a case that takes a second of CPU time,
and at 200 MB of memory more than the process had before. The second table is of headers that are
as large as the limits allow, each in a process of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import header_bombs
from header_mutations import CONTAINERS, Seed

from sse_steps.errors import ModelFormatError
from sse_steps.models.model_file import interpret, read_stored
from sse_steps.models.safetensors_file import read_safetensors
from sse_steps.steps import inspect

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
LONGEST_S = 1.0
MOST_MB = 200
ADDRESS_SPACE_MB = 600  # beyond what is in use: one huge allocation fails, and so the round


class FuzzError(AssertionError):
    """A case that did what none may do."""


@dataclass(slots=True)
class Round:
    """What a container's cases came to."""

    container: str
    cases: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    refusals: int = 0  # distinct places in the source that refused
    longest_s: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0  # beyond what the process had before


def peak_mb() -> float:
    """Return the most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def use(path: Path) -> str:
    """Do with a file all that is done with a stranger's, and return how far it came.

    Raises:
        ModelFormatError: the file is refused.
    """
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        inspect.run(model=str(path), json=False)
    if not shown.getvalue().replace("\n", "").isprintable():
        raise FuzzError("a letter that a terminal may obey was printed")
    if path.suffix == ".safetensors":
        for safe in islice(read_safetensors(path).tensors.values(), 3):
            with contextlib.suppress(ModelFormatError):  # a type that no weights have
                safe.values()
        return "accepted"
    stored = read_stored(path)
    try:
        model = interpret(stored)
    except ModelFormatError:
        return "read, not interpreted"
    for name in islice(model.tensors, 3):
        model.tensors[name]
    return "accepted"


def refused_at(error: ModelFormatError) -> str:
    """Return the line of source that first said no."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    frames = traceback.extract_tb(cause.__traceback__)
    ours = [frame for frame in frames if "sse_steps" in frame.filename]
    last = next((f for f in reversed(ours) if "raise" in (f.line or "")), ours[-1])
    return f"{Path(last.filename).name}:{last.lineno}"


def fuzz(container: str, count: int, seed: int) -> Round:
    """Run `count` cases.

    Raises:
        FuzzError: a case failed; its file is kept, and named.
    """
    source, found = Seed(container), Round(container)
    outcomes: Counter[str] = Counter()
    places: set[str] = set()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder) / f"case.{container}"
        path.write_bytes(source.raw)
        if use(path) != "accepted":
            raise FuzzError(f"the sound {container} file is refused")
        before = peak_mb()
        for number in range(count):
            path.unlink()  # a file that is still mapped must keep its bytes
            path.write_bytes(source.mutated(random.Random(f"{container}:{seed}:{number}")))  # noqa: S311 - repeatable
            start = time.process_time()
            try:
                outcomes[use(path)] += 1
            except ModelFormatError as error:
                outcomes["refused"] += 1
                places.add(refused_at(error))
            except Exception as error:
                kept = Path(tempfile.gettempdir()) / f"fuzz-{container}-{seed}-{number}"
                kept.write_bytes(path.read_bytes())
                raise FuzzError(f"case {number} of seed {seed}, kept as {kept}") from error
            spent = time.process_time() - start
            found.longest_s, found.cpu_s = max(found.longest_s, spent), found.cpu_s + spent
            if spent > LONGEST_S:
                raise FuzzError(f"case {number} of seed {seed} took {spent:.1f} s of CPU time")
        found.memory_mb = peak_mb() - before
    found.cases, found.outcomes, found.refusals = count, dict(outcomes), len(places)
    return found


def weigh(name: str) -> dict[str, object]:
    """Read one of the largest headers, and return what that cost beyond the file itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"bomb.{name.split(maxsplit=1)[0]}"
        sys.stderr.flush()
        subprocess.run(
            [sys.executable, __file__, "--make", name, str(path)], check=True, timeout=300
        )
        before, start = peak_mb(), time.process_time()
        try:
            outcome = use_once(path)
        except ModelFormatError as error:
            outcome = f"refused: {error.wrong.partition(': ')[2][:60]}"
        cost = max(0.0, peak_mb() - before - path.stat().st_size / 2**20)
        return {
            **{"name": name, "outcome": outcome, "memory_mb": cost},
            "cpu_s": time.process_time() - start,
        }


def use_once(path: Path) -> str:
    """Read and interpret a file, and hold on to it while its memory is taken."""
    if path.suffix == ".safetensors":
        return f"accepted, {len(read_safetensors(path).tensors)} tensors"
    stored = read_stored(path)
    with contextlib.suppress(ModelFormatError):
        interpret(stored)
    return f"accepted, {len(stored.keys)} keys, {len(stored.tensors)} tensors"


def limit_address_space() -> None:
    """Make one absurd allocation fail here, and not the machine."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (ADDRESS_SPACE_MB << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def child(*arguments: str) -> dict[str, object]:
    """Run this file in a process of its own and return the JSON that it prints."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise FuzzError(f"{' '.join(arguments)} failed")
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def main(arguments: list[str]) -> None:
    """Print a line for each container, then one for each of the largest headers."""
    count = int(arguments[0]) if arguments else 100_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    for container in CONTAINERS:
        start = time.perf_counter()
        found = child("--fuzz", container, str(count), str(seed))
        print(json.dumps(found), f"{time.perf_counter() - start:.0f} s", flush=True)
        if float(str(found["memory_mb"])) > MOST_MB:
            raise FuzzError(f"{container}: more than {MOST_MB} MB")
    for name in header_bombs.BOMBS:
        found = child("--weigh", name)
        print(json.dumps(found), flush=True)
        if float(str(found["memory_mb"])) > MOST_MB:
            raise FuzzError(f"{name}: more than {MOST_MB} MB")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--fuzz", container, count, seed]:
            limit_address_space()
            print(json.dumps(asdict(fuzz(container, int(count), int(seed)))))
        case ["--weigh", name]:
            print(json.dumps(weigh(name)))
        case ["--make", name, path]:
            header_bombs.BOMBS[name](Path(path))
        case arguments:
            main(arguments)
