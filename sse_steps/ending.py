"""The program that a stopped build becomes: it ends what the build started and removes its folder.

Run by its path with the exit code, the file that knows how to find descendants, and a folder.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys


def _end_descendants(knowing: str) -> None:
    """Let the file `knowing` end the descendants of this process; no package is imported for it."""
    spec = importlib.util.spec_from_file_location("tool_process", knowing)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        module._end_descendants()


if __name__ == "__main__":
    exit_code, knowing, *folders = sys.argv[1:]
    try:
        _end_descendants(knowing)
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(int(exit_code))
