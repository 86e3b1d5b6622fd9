"""The reference engine: a model's forward pass in numpy, greedy or sampled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sse_steps.infer.generation import Generator
from sse_steps.infer.text_engine import TextEngine
from sse_steps.infer.weights import load_weights
from sse_steps.models.model_file import ModelFile
from sse_steps.models.stored_model import StoredModel


def numpy_engine(path: Path, *, batch_size: int = 32) -> TextEngine:
    """Return the engine that runs a model file in numpy."""
    return TextEngine(path, load_numpy, f"numpy {np.__version__}", batch_size=batch_size)


def load_numpy(stored: StoredModel, file: ModelFile) -> Generator:
    """Put a model into memory, every tensor in float32."""
    del stored  # its keys and bytes are in `file` already, read and decoded
    return Generator(load_weights(file.hyperparameters, file.tensors), file.tokenizer.stop_ids)
