"""Which of doit's tasks others need, and in which order."""

from __future__ import annotations

from doit.task import Task
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.doit_tasks import COMMAND, is_command, needed


@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12), st.data())
def test_what_is_needed_comes_once_and_after_what_it_needs(
    numbers: list[set[int]], data: st.DataObject
) -> None:
    """Every task that can be reached is there, none twice, and each after its dependencies."""
    before = {
        str(number): [str(each) for each in sorted(found) if each < number]
        for number, found in enumerate(numbers)
    }
    tasks = {name: Task(name, None, task_dep=names) for name, names in before.items()}
    asked = data.draw(st.lists(st.sampled_from(sorted(tasks))))
    found = needed(tasks, asked)
    reached, growing = set(asked), True
    while growing:
        more = reached | {each for name in reached for each in before[name]}
        growing, reached = more != reached, more
    assert sorted(found) == sorted(reached)
    assert all(found.index(each) < found.index(name) for name in found for each in before[name])


def test_a_long_chain_of_tasks_is_no_trouble() -> None:
    """As many runs as one likes depend on one another, each on the one before."""
    tasks = {
        str(number): Task(str(number), None, task_dep=[str(number - 1)] if number else [])
        for number in range(5000)
    }
    assert needed(tasks, ["4999"]) == [str(number) for number in range(5000)]


def test_a_command_is_told_by_what_it_declares() -> None:
    """A task is a command where its `meta` says so."""
    assert is_command(Task("told", None, meta=COMMAND))
    assert not is_command(Task("step", None))
