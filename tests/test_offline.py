"""After the first build a machine without a network can go on evaluating."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from project import SETTINGS, lay_out

pytestmark = pytest.mark.slow


def test_a_changed_corpus_is_evaluated_without_a_network(tmp_path: Path) -> None:
    """With no network at all, a changed example is transpiled, checked and reported."""
    unshare = shutil.which("unshare")
    probe = [unshare or "unshare", "--user", "--map-root-user", "--net", "true"]
    if unshare is None or subprocess.run(probe, check=False).returncode != 0:
        pytest.skip("this machine has no unprivileged network namespaces")
    project = lay_out(tmp_path)
    assert project.doit(*SETTINGS).exit_code == 0
    path = "tasks/py2rs/03_functions/clamp/example.py"
    project.edit(path, "def clamp", "# Kept between two bounds.\n\n\ndef clamp")
    done = subprocess.run(
        [unshare, "--user", "--map-root-user", "--net", *project.command(*SETTINGS)],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "transpile python_to_rust tiny run 1: 1 in" in done.stdout + done.stderr
