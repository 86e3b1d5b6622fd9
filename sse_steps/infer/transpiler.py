"""Rule-based transpilers: an installed Python tool that reads example.py and writes Rust."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from sse_steps.errors import EngineMissingError, EngineUnfitError
from sse_steps.infer.engine import OnFinish, Request, Sampling
from sse_steps.records import Example, FinishReason, Reply
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox


@dataclass(frozen=True, slots=True)
class TranspilerEngine:
    """Runs a command in the sandbox, one process an example.

    Args:
        sandbox: where the command runs; the Python that it reads is not ours.
        limits: what one process may use; the request's timeout bounds its time as well.
        command: the command line; a first word of `python` is this interpreter.
        output: the file that the command writes.
        package: the Python package whose version is the engine's.
        failure_text: what the file holds, and nothing else, where the tool has given up.
    """

    sandbox: Sandbox
    limits: Limits
    command: tuple[str, ...]
    output: str
    package: str
    failure_text: str | None = None

    @property
    def version(self) -> str:
        """The package and its version.

        Raises:
            EngineMissingError: the package is not installed.
        """
        try:
            return f"{self.package} {metadata.version(self.package)}"
        except metadata.PackageNotFoundError as missing:
            raise EngineMissingError(
                f"The transpiler '{self.package}' is not installed.",
                f"Run 'pip install {self.package}', or leave the model out of `models`.",
            ) from missing

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return the Python, which is all that a transpiler reads, and how it is run.

        Raises:
            EngineUnfitError: the request is not about a program.
        """
        limits = (sampling.timeout_s, *asdict(self.limits).values())
        return (
            _python(request, self.package),
            *self.command,
            self.output,
            self.failure_text,
            *limits,
        )

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield the replies one by one, in batches of one."""
        for request in requests:
            reply = self._transpile(_python(request, self.package), sampling)
            on_finish(1)
            yield [reply]

    def _transpile(self, python: str, sampling: Sampling) -> Reply:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "example.py").write_text(python, encoding="utf-8")
            done = self._run(folder, sampling)
            written = folder / self.output
            code = _read_inside(folder, written, self.limits.output_bytes)
        gave_up = code is None or code.strip() in ("", self.failure_text)
        return _reply(done, None if gave_up else code)

    def _run(self, folder: Path, sampling: Sampling) -> Finished:
        python = str(Path(sys.executable).resolve())
        command = [python if word == "python" else word for word in self.command]
        access = Access(
            folder,
            readable=(Path(sys.base_prefix), Path(sys.prefix)),
            writable=True,
            system=True,
            processes=True,
            environment=(("PYTHONPATH", _installed_packages()),),
        )
        wall_s = min(self.limits.wall_s, sampling.timeout_s)
        limits = Limits(
            self.limits.cpu_s, wall_s, self.limits.memory_bytes, self.limits.output_bytes
        )
        return self.sandbox.run(command, access, limits)


def _installed_packages() -> str:
    """Return where packages are installed, for the interpreter itself.

    A virtual environment's own `python` is a link that may lead over others, which the sandbox does
    not show: uv and others put links to interpreters into ~/.local/bin.
    """
    return os.pathsep.join(dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib"))))


def _python(request: Request, package: str) -> str:
    if not isinstance(request.example, Example):
        raise EngineUnfitError(
            f"'{package}' turns Python into Rust, and the task has no Python to turn.",
            "Ask a language model instead; other tasks of this build keep the transpiler.",
        )
    return request.example.python


def _read_inside(folder: Path, path: Path, most: int) -> str | None:
    """Return the text of a file that an untrusted program wrote, or None; follow no link."""
    if os.path.realpath(path) != f"{folder.resolve()}/{path.relative_to(folder)}":
        return None
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(most).decode(errors="replace")


def _reply(done: Finished, code: str | None) -> Reply:
    if code is None or done.timed_out:
        said = (done.stderr + done.stdout).decode(errors="replace").strip()[-2000:]
        reason = FinishReason.TIMEOUT if done.timed_out else FinishReason.ERROR
        return Reply("", reason, done.wall_s, done.wall_s, error=said or "it wrote nothing")
    return Reply(code, FinishReason.STOP, done.wall_s, done.wall_s, is_code=True)
