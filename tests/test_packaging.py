"""What is installed where there is no repository: the wheel's content, and `sse init` from it."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import pytest
from fresh import ROOT, Newcomer, built, interpreter, repository_files
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sse_steps.errors import ProjectError
from sse_steps.project.command import main
from sse_steps.project.laying_down import lay_down
from sse_steps.project.shipped import LAID_DOWN, shipped_files

INSIDE = "sse_steps/project/laid_down/"
VERSIONS = ("3.11", "3.12", "3.13")
TYPED = """
python3 -m venv environment && . environment/bin/activate
pip install --quiet WHEEL
sse init project
cd project
doit models=[py2many] run.samples=4 run.runs=1
doit models=[py2many] run.samples=4 run.runs=1
doit sql "select distinct 'py2many says ' || finish_reason from completions where model = 'py2many'"
doit demo:pareto
printf 'fn main() { println!("hi"); }' > out.rs
printf '[{"arguments": [], "stdout": "hi\\\\n", "exit_code": 0}]' > cases.json
doit verify --source out.rs --cases cases.json
"""
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def files() -> list[str]:
    """Return what the repository holds."""
    found = repository_files()
    if found is None:
        pytest.skip("only a checkout says what the repository holds")
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel of this repository."""
    return built("wheel", tmp_path_factory.mktemp("wheel"))


def laid_down(name: str) -> bool:
    """Return whether a file of the repository belongs into a project."""
    return any(fnmatch(name, pattern.replace("**/*", "*")) for pattern in LAID_DOWN)


def test_a_wheel_holds_the_package_and_the_project_and_nothing_else(
    wheel: Path, files: list[str]
) -> None:
    """Every file of both is in it; tests, benchmarks, results and caches are not."""
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    package = {name for name in files if name.startswith(("sse_steps/", "hydra_plugins/"))}
    project = {f"{INSIDE}{name}" for name in files if laid_down(name)}
    assert len(project) > 300
    assert names == package | project


def test_a_wheel_holds_the_bytes_of_the_repository(wheel: Path) -> None:
    """Packing changes no file, and the wheel is small enough to be mailed."""
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if ".dist-info/" not in name]
        for name in names:
            assert packed.read(name) == (ROOT / name.removeprefix(INSIDE)).read_bytes(), name
    assert wheel.stat().st_size < 5_000_000


def test_a_wheel_says_its_licence_and_its_command(wheel: Path) -> None:
    """Its metadata has the licence of program and corpus, the command and the Pythons tested."""
    with zipfile.ZipFile(wheel) as packed:
        texts = {
            Path(name).name: packed.read(name).decode()
            for name in packed.namelist()
            if ".dist-info/" in name
        }
    assert texts["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "sse = sse_steps.project.command:main" in texts["entry_points.txt"]
    assert "License-Expression: MIT\n" in texts["METADATA"]
    named = re.findall(r"Classifier: Programming Language :: Python :: (3\.\d+)", texts["METADATA"])
    assert tuple(named) == VERSIONS


def test_a_source_distribution_is_the_repository(tmp_path: Path, files: list[str]) -> None:
    """It holds what the repository holds, so that it can be tested without git."""
    with tarfile.open(built("sdist", tmp_path)) as packed:
        names = {member.name.partition("/")[2] for member in packed if member.isfile()}
    assert names == {*files, "PKG-INFO"}


def test_the_wheel_and_an_editable_install_take_the_same_files() -> None:
    """The list in hatch_build.py is that of the package."""
    assert runpy.run_path(str(ROOT / "hatch_build.py"))["_LAID_DOWN"] == LAID_DOWN


def test_a_project_is_laid_down_byte_by_byte(tmp_path: Path, files: list[str]) -> None:
    """A new folder gets the build, its configuration, its tasks, its pages, and no more."""
    folder = tmp_path / "new" / "project"
    count = lay_down(folder)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    expected = {name for name in files if laid_down(name)} | {"README.md", ".gitignore"}
    assert found == expected
    assert count == len(expected)
    for name in found - {"README.md", ".gitignore"}:
        assert (folder / name).read_bytes() == (ROOT / name).read_bytes()


def test_links_of_a_project_lead_somewhere(tmp_path: Path) -> None:
    """Every relative link in its README names a file that was laid down."""
    lay_down(tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    assert links
    assert [link for link in links if not (tmp_path / link).is_file()] == []


def test_every_place_that_messages_name_is_laid_down(tmp_path: Path) -> None:
    """A message that points at docs/ or conf/ points at a file that a project has."""
    lay_down(tmp_path)
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "sse_steps").rglob("*.py")]
    named = {name for text in sources for name in re.findall(r"(?<!/)\bdocs/[\w-]+\.md", text)}
    assert len(named) > 3
    assert [name for name in named if not (tmp_path / name).is_file()] == []


def test_what_is_beside_a_project_stays(tmp_path: Path) -> None:
    """A folder that holds other files gets a project beside them."""
    own = tmp_path / "model.gguf"
    own.write_bytes(b"GGUF")
    lay_down(tmp_path)
    assert own.read_bytes() == b"GGUF"
    assert (tmp_path / "dodo.py").is_file()


@pytest.mark.parametrize("name", sorted(shipped_files())[::40])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    """A file in the way, even a link to nowhere, is named, and nothing is written."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(ProjectError) as caught:
        lay_down(tmp_path)
    assert len(str(caught.value).splitlines()) == 2
    assert str(tmp_path / name) in str(caught.value)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == [tmp_path / name]


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nothing"])
def test_a_place_that_can_be_no_folder_is_named(tmp_path: Path, place: str) -> None:
    """A file, or a folder that cannot be made, is an error of two lines."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        lay_down(tmp_path / place)
    assert len(str(caught.value).splitlines()) == 2
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_the_command_alone_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """`sse` names its commands, and that the rest is doit's."""
    assert main([]) == 0
    text = capsys.readouterr().out
    assert "init" in text
    assert "doit" in text


def test_the_command_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`sse --version` is the version that is installed."""
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"single-shot-eval {version('single-shot-eval')}\n"


def test_the_command_begins_a_project_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sse init` says what to type next; the second time it says in two lines why not."""
    folder = tmp_path / "a folder"
    assert main(["init", str(folder)]) == 0
    assert f"cd '{folder}' && doit" in capsys.readouterr().out
    assert main(["init", str(folder)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 2


def locked() -> dict[str, list[dict[str, object]]]:
    """Return the packages of uv.lock by name: some have several versions, for several Pythons."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, object]]] = {}
    for package in lock["package"]:
        found.setdefault(package["name"], []).append(package)
    return found


def test_the_lock_file_fits_the_declared_dependencies() -> None:
    """uv.lock has each dependency and extra of pyproject.toml, in a version of its range."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *(each for extra in extras.values() for each in extra)]
    packages = locked()
    (ours,) = packages["single-shot-eval"]
    assert set(ours["optional-dependencies"]) == set(extras)  # type: ignore[call-overload]  # TOML
    for requirement in map(Requirement, declared):
        found = packages[canonicalize_name(requirement.name)]
        for package in found:
            fits = requirement.specifier.contains(str(package["version"]), prereleases=True)
            assert fits, f"{requirement} is locked as {package['version']}: run `uv lock`"


def test_the_lock_file_names_public_places_alone() -> None:
    """Whoever syncs from it downloads from the public index, not from somebody's mirror."""
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r"\w+://([^/\"]+)", text))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


@pytest.mark.slow
@pytest.mark.parametrize("number", VERSIONS)
def test_an_installed_wheel_evaluates_without_the_repository(
    tmp_path: Path, wheel: Path, number: str
) -> None:
    """A fresh environment of each Python begins a project, builds it, and asks its results."""
    python = interpreter(number)
    if python is None:
        pytest.skip(f"no Python {number} is on this machine")
    newcomer = Newcomer(tmp_path, python)
    said = newcomer.types(TYPED.replace("WHEEL", str(wheel)))
    assert "-- report\n" in said  # the second build had nothing to do
    assert "py2many says stop" in said
    assert "passed: 1 of 1 cases" in said
    assert (newcomer.work / "project/results/report.html").stat().st_size > 10_000


def test_this_package_is_not_imported_from_elsewhere() -> None:
    """The tests look at the code of this repository, not at another installation."""
    asked = [sys.executable, "-c", "import sse_steps; print(sse_steps.__file__)"]
    done = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(ROOT / "sse_steps/__init__.py")
