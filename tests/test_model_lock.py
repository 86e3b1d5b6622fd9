"""The lock file of models: what it keeps, and what it refuses."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from sse_steps.errors import DownloadError, InputFileError
from sse_steps.models.model_lock import LockedFile, LockedModel, lock_model, locked_model


def model(name: str, path: str = "a.gguf") -> LockedModel:
    """Return a model with one file."""
    return LockedModel(f"hf://a/{name}/a.gguf", "0" * 40, (LockedFile(path, 3, "f" * 64),))


def test_what_is_locked_is_read_again(tmp_path: Path) -> None:
    """A model comes back as it was locked, and another source is unknown."""
    path = tmp_path / "models.lock.json"
    assert locked_model(path, "hf://a/x/a.gguf") is None
    lock_model(path, model("x"))
    lock_model(path, model("y"))
    assert locked_model(path, "hf://a/x/a.gguf") == model("x")
    assert locked_model(path, "hf://a/z/a.gguf") is None


def test_the_order_of_locking_leaves_no_trace(tmp_path: Path) -> None:
    """The same models make the same bytes, so that version control shows changes alone."""
    for folder, order in (("a", "xyz"), ("b", "zxyx")):
        for name in order:
            lock_model(tmp_path / folder / "models.lock.json", model(name))
    texts = {path.read_bytes() for path in tmp_path.rglob("models.lock.json")}
    assert len(texts) == 1


def test_two_builds_lose_nothing(tmp_path: Path) -> None:
    """Writers at the same time keep one another's entries."""
    path = tmp_path / "models.lock.json"
    threads = [threading.Thread(target=lock_model, args=(path, model(f"m{n}"))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(path.read_text(encoding="utf-8"))["models"]) == 12


def test_what_is_locked_stays_locked(tmp_path: Path) -> None:
    """Other bytes for the same source are an error, and the first stay."""
    path = tmp_path / "models.lock.json"
    lock_model(path, model("x"))
    lock_model(path, model("x"))
    with pytest.raises(DownloadError, match="other bytes"):
        lock_model(path, model("x", "b.gguf"))
    assert locked_model(path, "hf://a/x/a.gguf") == model("x")


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "", ".x", "a\\b", "a\nb"])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """A lock file from a stranger's repository cannot place files outside of the cache."""
    path = tmp_path / "models.lock.json"
    lock_model(path, model("x", name))
    with pytest.raises(InputFileError) as caught:
        locked_model(path, "hf://a/x/a.gguf")
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"version": 2, "models": []}', '{"version": 1}', "[" * 99999]
)
def test_what_is_no_lock_file_is_an_error(tmp_path: Path, text: str) -> None:
    """A damaged file is an error of two lines, and is left as it is."""
    path = tmp_path / "models.lock.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError) as caught:
        lock_model(path, model("x"))
    assert len(str(caught.value).splitlines()) == 2
    assert path.read_text(encoding="utf-8") == text
