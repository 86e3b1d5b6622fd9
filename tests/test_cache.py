"""The cache of models: who goes first, who stays, and what two builds at once may do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_disk import mounted, remount

from sse_steps.errors import DownloadError, InputFileError
from sse_steps.models import cache as cache_module
from sse_steps.models.cache import ModelCache, lease
from sse_steps.settings import CacheSettings
from sse_steps.steps import cache as cache_step
from sse_steps.steps.model_plan import ModelStorage


def add(cache: ModelCache, name: str, size: int, used: float) -> Path:
    """Put an entry of `size` bytes in all into a cache, used at a moment."""
    entry = cache.folder / name
    entry.mkdir(parents=True)
    stamp = json.dumps({"source": f"hf://{name}", "models": [f"model_{name}"], "last_used": used})
    (entry / ".entry.json").write_text(stamp, encoding="utf-8")
    (entry / "weights.gguf").write_bytes(bytes(size - len(stamp)))
    return entry


def names(cache: ModelCache) -> list[str]:
    """Return the entries' names, the least recently used first."""
    return [each.folder.name for each in cache.entries()]


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    """Return a cache of 3,000 bytes in four entries of 1,000, used one after the other."""
    cache = ModelCache(tmp_path / "models", 3000)
    for used, name in enumerate("dbca", start=1):
        add(cache, name, 1000, used)
    return cache


def test_the_least_recently_used_goes_first(cache: ModelCache) -> None:
    """A trim evicts by the stamp, oldest first, and no more than it must."""
    trimmed = cache.trim([])
    assert [each.folder.name for each in trimmed.evicted] == ["d"]
    assert names(cache) == ["b", "c", "a"]
    assert (trimmed.kept_bytes, trimmed.excess_bytes) == (3000, 0)


def test_use_is_recorded(cache: ModelCache) -> None:
    """An entry that was just used goes last, whatever its access time says."""
    os.utime(cache.folder / "d" / "weights.gguf", (0, 0))
    cache.record_use(cache.folder / "d", "hf://d", "another")
    assert names(cache) == ["b", "c", "a", "d"]
    assert cache.entries()[-1].stamp.models == ("another", "model_d")


def test_room_is_made_for_what_comes(cache: ModelCache) -> None:
    """Bytes that are about to come count."""
    assert [each.folder.name for each in cache.trim([], incoming_bytes=1500).evicted] == [
        *("d", "b", "c")
    ]


def test_what_a_build_needs_stays(cache: ModelCache) -> None:
    """Entries that are named, or that a named file lies in, stay even above the limit."""
    needed = [cache.folder / "d" / "weights.gguf", cache.folder / "b", Path("/elsewhere/x")]
    assert [each.folder.name for each in cache.trim(needed).evicted] == ["c"]
    everything = [cache.folder / name for name in "abd"]
    trimmed = ModelCache(cache.folder, 500).trim(everything)
    assert trimmed.evicted == ()
    assert trimmed.excess_bytes == 2500


@pytest.mark.parametrize("name", ["d", "hf://d", "model_d"])
def test_pins_stay(cache: ModelCache, name: str) -> None:
    """A pin of the configuration names an identity, a source or a model."""
    pinned = ModelCache(cache.folder, 500, (name,))
    assert {each.folder.name for each in pinned.trim([]).evicted} == {"a", "b", "c"}
    assert names(cache) == ["d"]


def test_pins_can_be_set_and_taken_back(cache: ModelCache) -> None:
    """A pin is kept with the entry, outlives its use, and can be taken back."""
    cache.pin("model_d", pinned=True)
    cache.record_use(cache.folder / "d", "hf://d", "model_d")
    assert [each.folder.name for each in cache.entries() if each.pinned] == ["d"]
    cache.pin("model_d", pinned=False)
    assert not [each for each in cache.entries() if each.pinned]
    with pytest.raises(InputFileError, match="nothing"):
        cache.pin("nothing", pinned=True)


HOLDER = """
import sys, time
from pathlib import Path
from sse_steps.models.cache import hold
hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@contextmanager
def holder(entry: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold an entry; it is killed at the end."""
    command = [sys.executable, "-c", HOLDER, str(entry)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_what_another_process_uses_stays_until_it_dies(cache: ModelCache) -> None:
    """An entry that another process holds is not evicted; kill -9 gives it back."""
    with holder(cache.folder / "d") as process:
        assert [each.folder.name for each in cache.entries() if each.in_use] == ["d"]
        assert [each.folder.name for each in cache.trim([]).evicted] == ["b"]
        process.kill()
        process.wait()
        shutil.copytree(cache.folder / "c", cache.folder / "e")
        assert [each.folder.name for each in cache.trim([]).evicted] == ["d"]


def test_a_lease_lasts_as_long_as_its_context(cache: ModelCache) -> None:
    """Inside the context an entry stays, and several may have it; afterwards it may go."""
    tight = ModelCache(cache.folder, 0)
    with lease(cache.folder / "d"), lease(cache.folder / "d"):
        assert {each.folder.name for each in tight.trim([]).evicted} == {"a", "b", "c"}
    assert [each.folder.name for each in tight.trim([]).evicted] == ["d"]


def test_a_lease_on_what_was_evicted_meanwhile_makes_it_anew(
    cache: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for an entry while it is evicted gets a fresh folder, not the one that went."""
    entry = cache.folder / "d"
    with lease(entry):
        pass
    real = cache_module._is_the_same
    evicted: list[Path] = []

    def evict_first(held: object, path: Path) -> bool:
        if not evicted:
            evicted.append(entry.rename(cache.folder / ".gone"))
        return real(held, path)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(cache_module, "_is_the_same", evict_first)
    with lease(entry):
        assert evicted
        assert sorted(path.name for path in entry.iterdir()) == [".lease"]


def test_leftovers_of_a_killed_trim_are_removed(cache: ModelCache) -> None:
    """What was renamed away and not deleted counts as nothing and is deleted by the next trim."""
    (cache.folder / "d").rename(cache.folder / ".evicted-d-1")
    assert "d" not in names(cache)
    cache.trim([])
    assert not (cache.folder / ".evicted-d-1").exists()


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"last_used": "x"}', '{"pinned": {}}'])
def test_a_broken_stamp_counts_as_the_oldest(cache: ModelCache, stamp: str) -> None:
    """An entry whose stamp says nothing goes first."""
    (cache.folder / "a" / ".entry.json").write_text(stamp, encoding="utf-8")
    assert names(cache)[0] == "a"


def test_a_cache_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """No folder is no fault."""
    cache = ModelCache(tmp_path / "none", 10)
    assert cache.entries() == []
    assert cache.trim([]).evicted == ()


def test_two_trims_at_once_evict_each_entry_once(tmp_path: Path) -> None:
    """Several threads that trim the same cache share the work and end below the limit."""
    cache = ModelCache(tmp_path / "models", 3000)
    for number in range(20):
        add(cache, f"{number:02}", 1000, number)
    evicted: list[str] = []

    def trim() -> None:
        evicted.extend(each.folder.name for each in cache.trim([]).evicted)

    threads = [threading.Thread(target=trim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(evicted) == [f"{number:02}" for number in range(17)]


@given(
    sizes=st.lists(st.integers(200, 3000), min_size=1, max_size=6),
    limit=st.integers(0, 8000),
    needed=st.sets(st.integers(0, 5)),
)
def test_a_trim_keeps_its_promises(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], limit: int, needed: set[int]
) -> None:
    """What is needed stays; the rest fits, or is gone; what stayed was used after what went."""
    cache = ModelCache(tmp_path_factory.mktemp("cache") / "models", limit)
    entries = [add(cache, str(at), size, at) for at, size in enumerate(sizes)]
    keep = {entries[at] for at in needed if at < len(entries)}
    trimmed = cache.trim(keep)
    gone = {each.folder for each in trimmed.evicted}
    left = [each for each in entries if each not in gone]
    assert not keep & gone
    assert all(each.exists() for each in left)
    assert not any(each.exists() for each in gone)
    total = sum(size for entry, size in zip(entries, sizes, strict=True) if entry in left)
    assert total == trimmed.kept_bytes
    assert total <= limit or set(left) == keep
    assert trimmed.excess_bytes == max(0, total - limit)
    free = [each for each in entries if each not in keep]
    assert [each in gone for each in free] == sorted((each in gone for each in free), reverse=True)


def test_a_read_only_cache_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    """A cache that cannot be written to can be looked at; to trim or pin is an error."""
    folder = tmp_path / "mount"
    with mounted(folder, "size=1m"):
        cache = ModelCache(folder / "models", 500)
        add(cache, "a", 1000, 1)
        remount(folder, "ro")
        assert names(cache) == ["a"]
        with lease(folder / "models" / "a"):
            pass
        cache.record_use(folder / "models" / "a", "hf://a", "a")
        for work in (lambda: cache.trim([]), lambda: cache.pin("a", pinned=True)):
            with pytest.raises(DownloadError) as caught:
                work()
            assert len(str(caught.value).splitlines()) == 2
        assert names(cache) == ["a"]


# The command


def test_the_command_prints_json(cache: ModelCache, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` lists every entry with its source, size, last use, pin and whether it is in use."""
    settings = CacheSettings(limit_gb=3e-6)
    needed = frozenset({cache.folder / "b" / "weights.gguf"})
    storage = ModelStorage(settings, cache.folder, cache.folder / "models.lock.json", needed)
    with lease(cache.folder / "c"):
        assert cache_step.run(storage, trim=True, pin="a", unpin="", json=True)
    data = json.loads(capsys.readouterr().out)
    assert data["evicted"] == ["hf://d"]
    assert data["limit_bytes"] == 3000
    assert [each["identity"] for each in data["entries"]] == ["b", "c", "a"]
    assert [each["in_use"] for each in data["entries"]] == [False, True, False]
    assert [each["pinned"] for each in data["entries"]] == [False, False, True]
    assert data["entries"][0]["last_used"] == "1970-01-01T00:00:02+00:00"


def test_the_command_prints_a_table(
    cache: ModelCache, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it there is a table; what a stranger named reaches the terminal filtered."""
    monkeypatch.setenv("COLUMNS", "200")
    add(cache, "evil", 500, 9)
    stamp = json.dumps({"source": "hf://\x1b[2Jevil [red]", "last_used": 9})
    (cache.folder / "evil" / ".entry.json").write_text(stamp, encoding="utf-8")
    lock_file = cache.folder / "models.lock.json"
    storage = ModelStorage(CacheSettings(), cache.folder, lock_file, frozenset())
    cache_step.run(storage, trim=False, pin="", unpin="", json=False)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "hf://b" in text
    assert "model_b" in text
    assert "[red]" in text
