"""The readers under atheris, which keeps what reaches new code and mutates it further.

Usage: python benchmarks/fuzz_headers_guided.py CONTAINER [-runs=N] [libFuzzer's options] [CORPUS]

CONTAINER is apr, gguf or safetensors; `pip install atheris` first. It ends at the first exception
that is not ModelFormatError.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["sse_steps.models"]):
    from fuzz_headers import use
    from header_mutations import CONTAINERS, Seed

    from sse_steps.errors import ModelFormatError


def main(container: str, options: list[str]) -> None:
    """Fuzz the reader of a container until libFuzzer's options say stop."""
    seed = Seed(container)
    path = Path(tempfile.mkdtemp()) / f"case.{container}"

    def mutate(data: bytes, longest: int, number: int) -> bytes:
        rng = random.Random(number)  # noqa: S311 - repeatable
        return seed.mutated(rng, bytes(data) or None)[:longest]

    def run(data: bytes) -> None:
        path.unlink(missing_ok=True)  # a file that is still mapped must keep its bytes
        path.write_bytes(data)
        try:
            use(path)
        except ModelFormatError:
            return

    corpus = Path(tempfile.mkdtemp())
    (corpus / "sound").write_bytes(seed.raw)
    largest = f"-max_len={4 * len(seed.raw)}"
    atheris.Setup([sys.argv[0], largest, *options, str(corpus)], run, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in CONTAINERS:
        sys.exit(f"Name a container: {', '.join(CONTAINERS)}")
    main(sys.argv[1], sys.argv[2:])
