"""Independent solves, one after another or in several processes.

The first piece is always done in this process: kernels that are not on disk yet are compiled once, and it shows whether
the rest is worth further processes.  Each of those imports the package afresh (`spawn`) and takes one piece after
another.  What is returned does not depend on the number of processes.  A script that asks for more than one needs the guard
`if __name__ == "__main__":`, as always with processes that import it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TypeVar

from peacetalks.errors import NotSolved, SpecError

MOST = 8
EACH = 2**30  # bytes a process may need: the largest bundled scenario takes 0.6 GiB (measured)
SHORT = 5.0  # seconds of work that are not worth another process (one starts in some two)
MEMORY, GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")

T = TypeVar("T")
R = TypeVar("R")
Tell = Callable[[int, int], None]


def processes(asked: int | None) -> int:
    """Return the number of processes; when none is asked for, as many as CPUs may be used, at most 8.

    >>> processes(3), 1 <= processes(None) <= 8
    (3, True)
    """
    if asked is not None:
        return asked
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, MOST))


def count(jobs: int, pieces: int) -> int:
    """Return how many processes to use for so many pieces of work: no more than pieces, nor than memory holds.

    Raises `SpecError` for fewer than one.
    """
    if jobs < 1:
        raise SpecError(f"jobs must be at least 1 (1: in this process), got {jobs!r}")
    room = available()
    return max(1, min(jobs, pieces, jobs if room is None else room // EACH))


def available() -> int | None:
    """Return the bytes of memory that are free for use, None where the system does not tell."""
    found = []
    try:
        rows = (line.split() for line in MEMORY.read_text().splitlines())
        found += [int(row[1]) * 1024 for row in rows if row[0] == "MemAvailable:"]
        found.append(int((GROUP / "memory.max").read_text()) - int((GROUP / "memory.current").read_text()))
    except (OSError, ValueError):  # no such file, or no limit ("max")
        pass
    return min(found, default=None)


def spread(
    work: Callable[[T], R], items: Sequence[T], jobs: int = 1, tell: Tell | None = None, must: int | None = None
) -> list[R | NotSolved]:
    """Return `work(item)` for every item, in order; `tell(done, all)` is called after each.

    Where an item raises `NotSolved` and is not among the first `must` (default: all), the error stands in its place; any
    other error is raised and ends the work.  With several processes `work` and its results must be picklable.
    """
    must = len(items) if must is None else must
    jobs, out, began = count(jobs, len(items)), dict[int, R | NotSolved](), time.perf_counter()

    def told() -> None:
        if tell is not None:
            tell(len(out), len(items))

    for i, item in enumerate(items):
        left = len(items) - i
        if jobs > 1 and i > 0 and (time.perf_counter() - began) / i * left > SHORT:
            _parallel(work, dict(list(enumerate(items))[i:]), min(jobs, left), must, out, told)
            break
        out[i] = _kept(work, item, i < must)
        told()
    return [out[i] for i in range(len(items))]


def _kept(work: Callable[[T], R], item: T, must: bool) -> R | NotSolved:
    try:
        return work(item)
    except NotSolved as e:
        if must:
            raise
        return e.with_traceback(None)


def _parallel(
    work: Callable[[T], R],
    items: dict[int, T],
    jobs: int,
    must: int,
    out: dict[int, R | NotSolved],
    told: Callable[[], None],
) -> None:
    """Do the work in processes, into `out`; on an error or an interrupt the processes are ended at once."""
    mine = multiprocessing.active_children()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin)
    try:
        places: dict[Future[R | NotSolved], int] = {pool.submit(_kept, work, x, i < must): i for i, x in items.items()}
        for done in as_completed(places):
            out[places.pop(done)] = done.result()
            told()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process not in mine:
                process.terminate()
        raise
    pool.shutdown()


def _begin() -> None:
    """Leave an interrupt to the first process, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
