"""The search: the smallest input, the same every time, within its bounds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import strategies as st

from sse_steps.equivalence.search import Search

NUMBERS = st.tuples(st.integers(-1000, 1000))


def seen_by(diverges: Callable[[Any], bool | None]) -> tuple[Any, Search, list[Any]]:
    """Search, and return what was found, the search and every input that was asked about."""
    seen: list[Any] = []

    def asked(values: tuple[Any, ...]) -> bool | None:
        seen.append(values)
        return diverges(values)

    search = Search(asked, 50)
    return search.smallest(NUMBERS), search, seen


def test_the_smallest_input_is_found() -> None:
    """Of all numbers above 70, the search ends with 71."""
    found, search, seen = seen_by(lambda values: values[0] > 70)
    assert found == (71,)
    assert 1 <= search.compared <= 50
    assert len(set(seen)) == len(seen)


def test_a_search_without_a_find_asks_exactly_so_often() -> None:
    """Where nothing diverges, the inputs that were asked for are compared, each once."""
    found, search, seen = seen_by(lambda _: False)
    assert (found, search.compared, search.skipped) == (None, 50, 0)
    assert len(set(seen)) == 50


def test_inputs_outside_the_domain_do_not_count() -> None:
    """What is skipped is counted apart and others are tried in its place."""
    found, search, seen = seen_by(lambda values: None if values[0] % 2 else False)
    assert (found, search.compared) == (None, 50)
    assert search.skipped == len(seen) - 50 > 10


def test_a_search_in_which_all_is_skipped_ends() -> None:
    """The number of inputs is bounded even where none of them lies in the domain."""
    found, search, _ = seen_by(lambda _: None)
    assert (found, search.compared) == (None, 0)
    assert 10 < search.skipped <= 2500


def test_a_small_domain_is_used_up() -> None:
    """With two possible inputs the search ends after two."""
    search = Search(lambda _: False, 50)
    assert search.smallest(st.tuples(st.booleans())) is None
    assert search.compared == 2


def test_shrinking_is_bounded() -> None:
    """A search whose every input diverges asks no more than its share of calls."""
    found, _, seen = seen_by(lambda values: abs(values[0]) > 2)
    assert found in ((3,), (-3,))
    assert len(seen) < 1100


def test_shrinking_can_be_stopped() -> None:
    """After a stop the input that was found stands, and nothing more is asked."""
    seen: list[Any] = []

    def diverges(values: tuple[Any, ...]) -> bool:
        seen.append(values)
        if values[0] > 300:
            search.stop_shrinking()
        return bool(values[0] > 300)

    search = Search(diverges, 50)
    assert search.smallest(NUMBERS) == seen[-1]


def test_inputs_do_not_depend_on_what_is_imported(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new module full of numbers changes none of the inputs."""
    _, _, before = seen_by(lambda _: False)
    source = tmp_path / "numbers_of_ours.py"
    source.write_text(f"NUMBERS = {list(range(200, 900))}\n", encoding="utf-8")
    module = ModuleType("numbers_of_ours")
    module.__file__ = str(source)
    monkeypatch.setitem(sys.modules, "numbers_of_ours", module)
    _, _, after = seen_by(lambda _: False)
    assert before == after
