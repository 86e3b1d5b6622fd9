"""What a command line asks a sweep for, before Hydra sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sse_steps.config import plain_override
from sse_steps.sweep.names import Override

_MULTIRUN = ("--multirun", "-m")
# What a report over all jobs has of its own, and what is Hydra's.
_NOT_OF_THE_REPORT = ("model", "models", "baselines", "paths.results", "join", "variant")
_NOT_OF_DOIT = ("hydra.", "hydra/", "sweep.")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Options of Hydra's and overrides, in the order given."""

    arguments: tuple[str, ...]

    @property
    def is_sweep(self) -> bool:
        """Whether many jobs are asked for."""
        return any(each in _MULTIRUN for each in self.arguments)

    @property
    def overrides(self) -> list[str]:
        """The `key=value` among the arguments."""
        return [each for each in self.arguments if "=" in each and not each.startswith("-")]

    def sets(self, *keys: str) -> bool:
        """Return whether one of these settings is given."""
        return any(Override(each).key in keys for each in self.overrides)


def read_arguments(arguments: Iterable[str]) -> CommandLine:
    """Return the command line as Hydra can take it.

    `conf/model` is a group, whose files a sweep does not compose: `model.NAME.key=value` is added.
    """
    return CommandLine(tuple(_for_hydra(each) for each in arguments))


def _for_hydra(argument: str) -> str:
    if argument.lstrip("+").startswith("model.") and "=" in argument:
        return f"++{argument.lstrip('+')}"
    return plain_override(argument)


def of_doit(overrides: Iterable[str]) -> Iterator[str]:
    """Yield the overrides that are a build's, as doit takes them."""
    for each in overrides:
        if each.startswith("model="):
            yield f"models=[{each.partition('=')[2]}]"
        elif not each.lstrip("+~").startswith(_NOT_OF_DOIT):
            yield each


def of_the_report(
    overrides: Iterable[str], varied: Sequence[str], baselines: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the overrides that hold for all jobs and so for the report over them.

    What is said about single models concerns it for its own `baselines` alone.
    """
    own = tuple(f"model.{name}." for name in baselines)
    for each in of_doit(overrides):
        key = Override(each).key
        is_own = key.startswith(own) if key.startswith("model.") else True
        if is_own and key not in (*varied, *_NOT_OF_THE_REPORT):
            yield each
