"""The log of builds: one JSON object a line, for people and machines that come later.

A line is one write to the end of the file, so builds side by side never mix within a line; each
line names its build. Texts of strangers are cut and hold no control character.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from pythonjsonlogger.json import JsonFormatter

from sse_steps.errors import POKA_YOKE, UserError

LOG_NAME = "build.log"
_LOGGER = "sse_steps"
_LONGEST_TEXT = 2000  # characters of one field
_CONTEXT: ContextVar[Mapping[str, object]] = ContextVar("log_context", default={})  # noqa: B039 - never changed


def log(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Add a line to the log of the build, if one is open.

    Args:
        event: what happened, in words that do not change.
        level: how grave it is, as in `logging`.
        fields: more about it; None is left out.
    """
    logger = logging.getLogger(_LOGGER)
    if logger.hasHandlers():  # without any, Python would print on standard error
        known = {**_CONTEXT.get(), **fields}
        extra = {name: _short(value) for name, value in known.items() if value is not None}
        logger.log(level, "%s", event, extra=extra)


def log_fault(fault: UserError) -> None:
    """Add a line about a fault that a person can mend."""
    level = logging.WARNING if fault.event == POKA_YOKE else logging.ERROR
    gate = getattr(fault, "gate", None)
    log(fault.event, level=level, what=fault.wrong, remedy=fault.remedy, gate=gate)


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Let every line that this thread adds meanwhile have these fields as well."""
    token = _CONTEXT.set({**_CONTEXT.get(), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


@contextmanager
def build_log(folder: Path, *, largest_bytes: int) -> Iterator[None]:
    """Keep a log in `folder` as long as the context lasts; one that cannot be written is none.

    Args:
        folder: the results.
        largest_bytes: a log that is larger is renamed first, and the one before it goes. 0: no log.
    """
    handler = _handler(folder / LOG_NAME, largest_bytes) if largest_bytes else None
    if handler is None:
        yield
        return
    logger = logging.getLogger(_LOGGER)
    before = (logger.level, logger.propagate)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        handler.close()


class _LineFormatter(JsonFormatter):
    """One line of ASCII: whatever else there is, it is escaped."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - logging's own
        """Return the time in UTC, as ISO 8601."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, in which DEL, which JSON leaves as it is, is escaped too."""
        return super().format(record).replace("\x7f", "\\u007f")


class _AppendingHandler(logging.Handler):
    """Adds each line with one write, which the system does not mix with others."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        """Add a line. A full disk stops no build through its log."""
        with suppress(OSError):
            os.write(self._descriptor, f"{self.format(record)}\n".encode())

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
        super().close()


def _handler(path: Path, largest_bytes: int) -> logging.Handler | None:
    try:
        handler = _AppendingHandler(_opened(path, largest_bytes))
    except OSError:
        return None
    names = {"asctime": "time", "levelname": "level", "message": "event"}
    build = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    handler.setFormatter(
        _LineFormatter(
            list(names),
            rename_fields=names,
            static_fields={"build": build},
            json_ensure_ascii=True,
        )
    )
    return handler


def _opened(path: Path, largest_bytes: int) -> int:
    """Return a descriptor at the end of the log, after a log that is too large was renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        held = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(held, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(held), path.stat()):
                if os.fstat(held).st_size <= largest_bytes:
                    fcntl.flock(held, fcntl.LOCK_UN)
                    return held
                path.replace(path.with_name(f"{LOG_NAME}.1"))
        os.close(held)


def _short(value: object) -> object:
    if isinstance(value, int | float):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
