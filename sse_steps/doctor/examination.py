"""Every check, one after the other; one that fails itself is a finding and no end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sse_steps.doctor import (
    cache_checks,
    machine_checks,
    program_checks,
    rust_checks,
    sandbox_checks,
)
from sse_steps.doctor.finding import Check, Finding, State
from sse_steps.doctor.surroundings import Surroundings
from sse_steps.errors import ConfigError, UserError
from sse_steps.settings import Settings

CHECKS: tuple[Check, ...] = (
    program_checks.python,
    program_checks.packages,
    program_checks.settings,
    rust_checks.rustc,
    rust_checks.cargo,
    rust_checks.linker,
    sandbox_checks.bubblewrap,
    sandbox_checks.kernel,
    sandbox_checks.level,
    machine_checks.memory,
    machine_checks.disks,
    cache_checks.cache_limit,
    program_checks.tools,
    program_checks.hub,
    machine_checks.locale,
)


def examine(around: Surroundings, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Yield what each check finds."""
    for check in checks:
        try:
            yield from check(around)
        except Exception as fault:  # whatever is broken here, the rest is looked at
            name = getattr(check, "__name__", "check").replace("_", " ")
            shown = f"the check itself failed: {type(fault).__name__}: {fault}"
            yield Finding(name, State.WARNING, shown, "Please report this.")


def surroundings(root: Path, overrides: Sequence[str]) -> Surroundings:
    """Return a project on this machine; settings that cannot be composed are its first fault."""
    return Surroundings(root, _settings(root, overrides))


def _settings(root: Path, overrides: Sequence[str]) -> Settings | UserError:
    try:
        from sse_steps.config import load_settings  # noqa: PLC0415 - its packages may be missing

        return load_settings(overrides, root=root)
    except UserError as fault:
        return fault
    except Exception as fault:  # a broken conf must not stop the doctor
        wrong = f"The configuration cannot be composed: {type(fault).__name__}: {fault}"
        return ConfigError(wrong, "Run this in a project's folder; look at conf/ there.")
