"""Where a report's figures come from, beyond what the results database knows."""

from __future__ import annotations

from dataclasses import dataclass

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 of something that the figures follow from; an empty one is not known."""

    what: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How a model was asked at a task. Runs with equal seeds are one run, reused."""

    task: str
    model: str
    temperature: float
    max_tokens: int
    seeds: tuple[int, ...]  # one per run


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures come from: label and value pairs, digests, and how models were asked.

    `config_hash` is the SHA-256 of `config.yaml`, which stands beside the report and holds the
    whole configuration. `command` is the command line that repeats the evaluation.
    """

    config_hash: str
    facts: Facts = ()
    command: str = ""
    prices: Facts = ()
    digests: tuple[Digest, ...] = ()
    asked: tuple[Asked, ...] = ()
