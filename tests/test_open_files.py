"""However many files are open, or may be, functions that share a sandbox get their verdicts."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator

import pytest

from sse_steps.records import Case, Outcome
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.open_files import allowed, group_size
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=1, wall_s=60.0, memory_bytes=512 << 20, output_bytes=1 << 20)
DESCRIPTORS_OF_SELECT = 1024


@pytest.fixture
def soft_limit() -> Iterator[None]:
    """Give the process its own limit back."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("soft_limit")
def test_more_files_than_a_system_begins_with_are_allowed() -> None:
    """The process's own limit is raised to what the system lets it have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    assert allowed() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256


@pytest.mark.parametrize(
    ("limit", "groups", "expected"), [(65536, 6, 12), (1024, 24, 3), (1024, 192, 1), (64, 999, 1)]
)
def test_groups_are_smaller_where_few_files_are_allowed(
    limit: int, groups: int, expected: int
) -> None:
    """All groups together need no more than half of the files, as far as that can be."""
    assert group_size(12, files_each=6, groups=groups, limit=limit) == expected


@pytest.mark.usefixtures("soft_limit")
def test_a_high_descriptor_is_as_good_as_another(toolchain: Toolchain, sandbox: Sandbox) -> None:
    """Conversations go on where the first 1,024 descriptors are in use, as with many processors."""
    if allowed() < 2 * DESCRIPTORS_OF_SELECT:
        pytest.skip("the system allows too few open files to have a high one")
    samples = [
        Sample(f"pub fn f(x: i64) -> i64 {{ x + {number} }}", (Case("f", (1,), 1 + number),))
        for number in range(3)
    ]
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(DESCRIPTORS_OF_SELECT)]
    try:
        verdicts = Judge(toolchain, sandbox, LIMITS).judge_many(samples)
    finally:
        for each in taken:
            os.close(each)
    assert [each.outcome for each in verdicts] == [Outcome.PASSED] * 3
