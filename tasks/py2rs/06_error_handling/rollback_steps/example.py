"""Run the steps named on the command line; undo them all when one fails.

A step is NAME (works), NAME! (fails) or NAME? (fails, but may be skipped).
"""

import sys


def start(step: str) -> str:
    """Start one step and return its name."""
    name = step.rstrip("!?")
    if not name:
        raise KeyError(step)
    if step.endswith("!"):
        raise RuntimeError(name)
    if step.endswith("?"):
        raise InterruptedError(name)
    print(f"start {name}")
    return name


def run(steps: list[str]) -> int:
    """Run all steps in order, clean up, and return how many were started."""
    done: list[str] = []
    complete = False
    try:
        for step in steps:
            try:
                done.append(start(step))
            except InterruptedError as error:
                print(f"skip {error}")
        complete = True
        return len(done)
    finally:
        while done and not complete:
            print(f"undo {done.pop()}")
        print("clean up")


try:
    print(f"{run(sys.argv[1:])} done")
except RuntimeError as failure:
    print(f"failed at {failure}")
    sys.exit(4)
except KeyError:
    print("a step has no name")
    sys.exit(5)
