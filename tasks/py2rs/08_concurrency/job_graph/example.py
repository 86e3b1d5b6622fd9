"""Jobs that wait for other jobs, as asyncio tasks: job_graph.py NAME=MINUTES:NEEDED,NEEDED...

A job of no minutes fails, and so does every job that needs it.
"""

import asyncio
import sys

End = asyncio.Future[int | None]


async def work(name: str, minutes: int, needed: list[str], done: dict[str, End]) -> None:
    """Wait for all that is needed, then tell when this job ends; None is a failure."""
    ends = [await done[other] for other in needed]
    if minutes == 0 or None in ends:
        done[name].set_result(None)
    else:
        done[name].set_result(minutes + max((end for end in ends if end), default=0))


async def main() -> int:
    """Run all jobs together and print when they end, in the order of the arguments."""
    jobs: dict[str, tuple[int, list[str]]] = {}
    for argument in sys.argv[1:]:
        name, _, rest = argument.partition("=")
        minutes, _, needed = rest.partition(":")
        jobs[name] = (int(minutes), needed.split(",") if needed else [])
    missing = {other for _, needed in jobs.values() for other in needed} - jobs.keys()
    if missing:
        print("missing:", *sorted(missing))
        return 2
    done: dict[str, End] = {name: asyncio.get_running_loop().create_future() for name in jobs}
    await asyncio.gather(*(work(name, *job, done) for name, job in jobs.items()))
    for name, end in done.items():
        result = end.result()
        print(f"{name}: failed" if result is None else f"{name}: ends at {result}")
    ends = [end.result() for end in done.values()]
    print(f"{ends.count(None)} of {len(ends)} failed")
    return 3 if None in ends else 0


sys.exit(asyncio.run(main()))
