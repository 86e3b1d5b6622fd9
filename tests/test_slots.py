"""Who may work at the same time: threads, processes, killed ones, and a disk without room."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread, Timer

import pytest
from small_disk import fill, mounted, remount

from sse_steps.models.slots import StoppedError, share_of_machine, slot

HOLD = """
import sys, time
from pathlib import Path
from sse_steps.models.slots import share_of_machine, slot
folder = Path(sys.argv[1])
with slot(folder, "check", 1), share_of_machine(folder, alone=True):
    print("held", flush=True)
    time.sleep(600)
"""


def worked(count: int, place: Callable[[int], AbstractContextManager[None]]) -> list[set[int]]:
    """Let threads work in their places and return who worked at each moment."""
    working: set[int] = set()
    seen: list[set[int]] = []

    def work(number: int) -> None:
        with place(number):
            working.add(number)
            seen.append(set(working))
            time.sleep(0.03)
            working.discard(number)

    threads = [Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(seen) == count
    return seen


def test_who_wants_the_machine_alone_has_it_alone(tmp_path: Path) -> None:
    """Threads 0 and 3 want it alone; the others share it with one another and with neither."""
    seen = worked(8, lambda number: share_of_machine(tmp_path, alone=number in (0, 3)))
    assert all(len(each) == 1 for each in seen if each & {0, 3})
    assert max(map(len, seen)) > 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_more_than_its_number_hold_a_slot(tmp_path: Path, count: int) -> None:
    """Of seven threads that want one at once, as many as there are have one, and no more."""
    seen = worked(7, lambda _: slot(tmp_path, "convert", count))
    assert max(map(len, seen)) == count


def test_what_a_killed_process_held_is_free(tmp_path: Path) -> None:
    """A process that is killed with the slot and the machine gives both back."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with (tmp_path / "machine.lock").open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        process.kill()
    with slot(tmp_path, "check", 1), share_of_machine(tmp_path, alone=True):
        pass


def test_a_slot_that_nobody_wants_any_longer_is_not_waited_for(tmp_path: Path) -> None:
    """Whoever sets `stop` gets the waiting thread back."""
    stop = Event()
    stop.set()
    with slot(tmp_path, "a", 1), pytest.raises(StoppedError), slot(tmp_path, "a", 1, stop):
        pass


def test_a_read_only_cache_makes_nobody_wait(tmp_path: Path) -> None:
    """Where no lock file can be made work goes on without; one that is there is used."""
    disk = tmp_path / "cache"
    with mounted(disk, "size=1m"):
        with slot(disk, "check", 1):
            pass
        remount(disk, "ro")
        with share_of_machine(disk, alone=True), share_of_machine(disk, alone=True):
            pass
        with slot(disk, "new", 1), slot(disk, "new", 1):
            pass
        stop = Event()
        with slot(disk, "check", 1):
            Timer(0.2, stop.set).start()
            with pytest.raises(StoppedError), slot(disk, "check", 1, stop):
                pass


def test_locks_cost_no_space(tmp_path: Path) -> None:
    """On a disk that is full the locks can still be had: their files are empty."""
    disk = tmp_path / "cache"
    with mounted(disk, "size=1m"):
        fill(disk / "full")
        with slot(disk, "check", 1), share_of_machine(disk, alone=False):
            pass


def test_who_waits_for_another_build_says_so_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While another process holds the machine, one line names the folder, after a second."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        Timer(3.5, process.kill).start()
        with share_of_machine(tmp_path, alone=False):
            said = capsys.readouterr().err
    assert said == (
        f"Waiting for another build that uses '{tmp_path}': "
        "it is measuring, or wants to measure, how long a model takes.\n"
    )


def test_a_build_that_waits_for_itself_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Threads of one process wait for one another in silence, however long."""
    worked(3, lambda _: slow_slot(tmp_path))
    assert capsys.readouterr().err == ""


@contextmanager
def slow_slot(folder: Path) -> Iterator[None]:
    """Hold a place for longer than others wait in silence."""
    with slot(folder, "check", 1):
        time.sleep(0.8)
        yield
