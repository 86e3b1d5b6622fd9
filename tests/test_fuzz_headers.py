"""Mutated and oversized headers: our typed errors and bounded memory, nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fuzz_headers import LONGEST_S, MOST_MB, FuzzError, child, fuzz, use
from header_bombs import BOMBS
from header_mutations import CONTAINERS, Seed

from sse_steps.errors import ModelFormatError


@pytest.mark.parametrize("container", CONTAINERS)
def test_mutated_headers_end_in_typed_errors(container: str) -> None:
    """Of some hundred mutated files each is read or refused by name; both happen."""
    found = fuzz(container, count=400, seed=7)
    assert found.cases == sum(found.outcomes.values()) == 400
    assert found.outcomes["refused"] > 100
    assert found.outcomes["accepted"] > 0
    assert found.refusals > 8


@pytest.mark.slow
@pytest.mark.parametrize("container", CONTAINERS)
def test_thousands_of_mutated_headers_cost_little(container: str) -> None:
    """A longer round in a process of its own stays below the limits of time and memory."""
    found = child("--fuzz", container, "5000", "11")
    assert float(str(found["longest_s"])) < LONGEST_S
    assert float(str(found["memory_mb"])) < MOST_MB


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_the_largest_headers_cost_less_than_200_mb(name: str) -> None:
    """Headers as large as the limits allow, of what costs most, stay below 200 MB."""
    found = child("--weigh", name)
    assert 0 <= float(str(found["memory_mb"])) < MOST_MB


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_number_gives_the_same_case(container: str) -> None:
    """A failing case can be made again from its number."""
    seed = Seed(container)
    one, two = (seed.mutated(random.Random("x")) for _ in range(2))  # noqa: S311 - repeatable
    assert one == two
    assert len({seed.mutated(random.Random(number)) for number in range(50)}) > 40  # noqa: S311


def test_a_round_fails_at_any_other_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that lets an exception of another kind out fails the round."""

    def broken(path: Path) -> str:
        raw = path.read_bytes()
        if raw != Seed("gguf").raw:
            raise KeyError(len(raw))
        return use(path)

    monkeypatch.setattr("fuzz_headers.use", broken)
    with pytest.raises(FuzzError, match="case 0 of seed 3"):
        fuzz("gguf", count=5, seed=3)


@pytest.mark.parametrize("container", CONTAINERS)
def test_files_cut_anywhere_in_the_header_are_refused(tmp_path: Path, container: str) -> None:
    """No header cut short at any byte is taken for a whole one."""
    seed = Seed(container)
    for length in range(0, seed.end, max(1, seed.end // 300)):
        path = tmp_path / f"{length}.{container}"
        path.write_bytes(seed.raw[:length])
        with pytest.raises(ModelFormatError):
            use(path)
