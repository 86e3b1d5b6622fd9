"""What is being written and what a killed process left: one stays, the other goes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

from sse_steps.store import written_beside
from sse_steps.unfinished import sweep, sweep_flat, unfinished_folder

KILLED = """
import os, sys
from pathlib import Path
from sse_steps.store import written_beside
from sse_steps.unfinished import unfinished_folder
folder = Path(sys.argv[1])
with written_beside(folder / "deep/rows.parquet") as partial, unfinished_folder(folder) as beside:
    partial.write_text("half")
    (beside / "content").mkdir()
    (beside / "content/half").write_text("half")
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    """Hidden files and folders of a process that was killed go; whole files stay."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/rows.parquet").write_text("old", encoding="utf-8")
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    left = [path for path in tmp_path.rglob("*") if path.name.endswith(".unfinished")]
    assert len(left) == 2
    assert sorted(sweep(tmp_path)) == sorted(left)
    kept = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert kept == ["deep", "deep/rows.parquet"]


def test_what_is_being_written_is_not_swept(tmp_path: Path) -> None:
    """A sweep beside a living writer takes nothing from it."""
    with written_beside(tmp_path / "file") as partial, unfinished_folder(tmp_path) as beside:
        partial.write_text("new", encoding="utf-8")
        assert sweep(tmp_path) == []
        assert beside.is_dir()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_writers_and_sweepers_do_not_disturb_one_another(tmp_path: Path) -> None:
    """However often it is swept, each of hundreds of files is written whole."""
    stop = Event()

    def sweeping() -> None:
        while not stop.is_set():
            sweep(tmp_path)

    sweeper = Thread(target=sweeping)
    sweeper.start()
    try:
        for number in range(300):
            with written_beside(tmp_path / f"{number}") as partial:
                partial.write_text(str(number), encoding="utf-8")
    finally:
        stop.set()
        sweeper.join()
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == set(
        map(str, range(300))
    )


def test_only_our_names_are_swept(tmp_path: Path) -> None:
    """Files of others stay, and a link is not followed."""
    outside = tmp_path / "outside"
    outside.write_text("precious", encoding="utf-8")
    place = tmp_path / "place"
    place.mkdir()
    (place / ".hidden").write_text("x", encoding="utf-8")
    (place / "plain.unfinished").write_text("x", encoding="utf-8")
    (place / ".link.unfinished").symlink_to(outside)
    (place / ".other-1.unfinished").mkdir()
    assert sweep_flat(place, ".ours-") == []
    assert [path.name for path in sweep(place)] == [".other-1.unfinished"]
    assert outside.read_text(encoding="utf-8") == "precious"


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    """A first build has nothing to sweep."""
    assert sweep(tmp_path / "nowhere") == []


def test_what_another_machine_writes_stays_for_a_week(tmp_path: Path) -> None:
    """Its lock cannot be seen in a shared folder, so age alone tells what it left behind."""
    writing, left = (tmp_path / f".{name}.0badcafe.unfinished" for name in ("now", "then"))
    for folder in (writing, left):
        folder.mkdir()
    weeks_ago = time.time() - 8 * 24 * 3600
    os.utime(left, (weeks_ago, weeks_ago))
    assert sweep(tmp_path) == [left]
    assert writing.is_dir()
