"""What each quantisation makes of a model: size, precision, the gates, peak memory.

Usage: python benchmarks/bench_convert.py MODEL

MODEL is whatever can be converted. Each conversion is a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from sse_steps.errors import GateError
from sse_steps.models.convert import convert
from sse_steps.models.line import Ledger
from sse_steps.models.quantization import Quantization


def measure(source: Path, quantization: Quantization, folder: Path) -> dict[str, object]:
    """Convert, and return the figures, or what halted the line."""
    target = folder / f"{quantization}.apr"
    try:
        conversion = convert(source, quantization, target, Ledger(source.name), {})
    except GateError as halted:
        return {"halted": halted.wrong}
    tensors = conversion.precision
    return {
        "bytes": target.stat().st_size,
        "worst_kl": max(tensor.kl for tensor in tensors),
        "mean_kl": sum(tensor.kl for tensor in tensors) / len(tensors),
        "worst_cosine": min(tensor.cosine for tensor in tensors),
        "encodings": dict(conversion.encodings),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_mib_of_llama_cpp": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def main(source: str) -> None:
    """Print a line of figures for each quantisation."""
    for quantization in Quantization:
        command = [sys.executable, __file__, source, quantization.value]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        print(quantization.value, done.stdout.strip(), flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            quantization = Quantization(sys.argv[2])
            print(json.dumps(measure(Path(sys.argv[1]), quantization, Path(folder))))
