"""How doit finds dodo.py: as ever, after a look at what it would stumble over itself."""

from __future__ import annotations

import sys

from doit.cmd_base import DodoTaskLoader

from sse_steps.doit_commands.plain import BEFORE_ANY_TASK


class Loader(DodoTaskLoader):  # type: ignore[misc]  # doit has no types
    """Loads tasks from dodo.py. doit looks at an argument's first letter: an empty one has none."""

    def __init__(self) -> None:
        super().__init__()
        if "" in sys.argv[1:]:
            sys.stderr.write(
                "ERROR: An argument is empty.\nLeave it out, or write what is meant.\n"
            )
            raise SystemExit(BEFORE_ANY_TASK)
