"""Independent solves, one after another, in several processes, or by workers elsewhere.

In processes the first item is always done in this one: kernels that are not on disk yet are compiled once, and the time
it takes shows whether the rest is worth further processes (`workers.py`).  Within `solved_by` all items go to other
workers instead, such as those of a cluster (`cluster.py`).  The results do not depend on who solves.  A script that
asks for more than one process needs the guard `if __name__ == "__main__":`, as always with processes that import it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol, TypeVar

from peacetalks.equilibrium.watch import watcher
from peacetalks.errors import NotSolved, SpecError, WorkerDied
from peacetalks.forecasting.workers import work_in_processes

log = logging.getLogger("peacetalks")

PROCESS_BYTES = 2**30  # memory that a process may need: the largest bundled scenario takes 0.6 GiB (measured)
HIDDEN_TYPES = 2.5  # factor on the time of a solve for each side with hidden types, at 5 belief points (measured)
SHORT_WORK = 5.0  # seconds of work that are not worth another process (one starts in some two seconds)
MEMORY, CONTROL_GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]  # called with the number of items done and of all items


class Workers(Protocol):
    """Workers that take the place of the processes of this machine."""

    def work(
        self,
        work: Callable[[Any], Any],
        items: Mapping[int, Any],
        keys: Mapping[int, str],
        total: int,
        take: Callable[[int, Any], None],
    ) -> None:
        """Work on every item, as `workers.work_in_processes` does; pieces with the same key have the same result."""
        ...


_elsewhere: ContextVar[Workers | None] = ContextVar("workers", default=None)


@contextmanager
def solved_by(workers: Workers | None) -> Iterator[None]:
    """Have everything that `solve_all` is given in this block, in this thread, solved by these workers.

    None: by this machine's processes.
    """
    token = _elsewhere.set(workers)
    try:
        yield
    finally:
        _elsewhere.reset(token)


class SolveCounter:
    """Counts solves, whatever part of the work they belong to, and reports them."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, *_: int) -> None:
        """Count one more solve."""
        self.done += 1
        if self.progress:
            self.progress(self.done, max(self.total, self.done))


def check_jobs(jobs: int) -> None:
    """Raise `SpecError` for fewer than one process.

    >>> check_jobs(1)
    """
    if jobs < 1:
        raise SpecError(f"jobs must be at least 1 (1: in this process), got {jobs!r}")


def processes(asked: int | None) -> int:
    """Return the number of processes; where none is asked for, as many as CPUs may be used; errors as `check_jobs`.

    >>> processes(3), processes(None) >= 1
    (3, True)
    """
    if asked is not None:
        check_jobs(asked)
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def process_count(jobs: int, items: int) -> int:
    """Return how many of `jobs` processes to use: no more than there are items, nor than memory holds.

    Raises `SpecError` for fewer than one.
    """
    check_jobs(jobs)
    free = free_memory()
    return max(1, min(jobs, items, jobs if free is None else free // PROCESS_BYTES))


def free_memory() -> int | None:
    """Return the bytes of memory that are free for use, None where the system does not report them."""
    found = []
    try:
        rows = (line.split() for line in MEMORY.read_text().splitlines())
        found += [int(row[1]) * 1024 for row in rows if row[0] == "MemAvailable:"]
        limit, used = ((CONTROL_GROUP / name).read_text() for name in ("memory.max", "memory.current"))
        found.append(int(limit) - int(used))
    except (OSError, ValueError):  # no such file, or no limit ("max")
        pass
    return min(found, default=None)


def solve_all(
    work: Callable[[T], R],
    items: Sequence[T],
    jobs: int = 1,
    progress: Progress | None = None,
    required: int | None = None,
    store: Callable[[int, R | NotSolved], None] | None = None,
    keys: Sequence[str] | None = None,
) -> list[R | NotSolved]:
    """Return `work(item)` for every item, in order.

    Parameters
    ----------
    work : function
        With several processes it, the items and its results must be picklable.
    items : sequence
    jobs : int
        Most processes; 1 stays in this one.  Within `solved_by` all is left to the workers.
    progress : function, optional
        Called as `progress(done, all)` after every item.
    required : int, optional
        How many of the first items must have a solution; default all.
    store : function, optional
        Called as `store(place, result)` with every result as it comes, in this process.
    keys : sequence of str, optional
        Of the items, where the same key means the same result: workers that several runs share solve each once.

    Returns
    -------
    list
        Where an item that is not required raises `NotSolved`, the error stands in its place; `WorkerDied` where its
        process died twice.

    Raises
    ------
    NotSolved
        A required item has no solution; or its process died twice (`WorkerDied`), after the work on all others.  Any
        other error of `work` is raised too, and ends the work.
    """
    required = len(items) if required is None else min(required, len(items))
    jobs, out, workers = process_count(jobs, len(items)), dict[int, R | NotSolved](), _elsewhere.get()
    watch = watcher()
    watch.pieces([relative_work(item) for item in items])

    def take(i: int, found: R | NotSolved) -> None:
        out[i] = found
        _store_or_raise(i, found, required, store)
        watch.finished(i)
        if progress is not None:
            progress(len(out), len(items))

    if workers is None:
        _solve_here(work, items, jobs, take)
    elif items:
        workers.work(work, dict(enumerate(items)), dict(enumerate(keys or ())), len(items), take)
    _raise_lost([out[i] for i in range(required)])
    return [out[i] for i in range(len(items))]


def _solve_here(
    work: Callable[[T], R], items: Sequence[T], jobs: int, take: Callable[[int, R | NotSolved], None]
) -> None:
    """Work on every item in this process, or in several where what is left is worth it."""
    began = time.perf_counter()
    for i, item in enumerate(items):
        left = len(items) - i
        if jobs > 1 and i > 0 and (time.perf_counter() - began) / i * left > SHORT_WORK:
            watcher().processes(min(jobs, left))
            work_in_processes(work, dict(list(enumerate(items))[i:]), min(jobs, left), len(items), take)
            return
        take(i, _result_or_error(work, item))


def relative_work(item: Any) -> float:
    """Return how much work a piece is, compared with a game in which all types are known.

    >>> relative_work("no scenario")
    1.0
    """
    item = getattr(item, "scenario", item)
    parts = item if isinstance(item, tuple) else (item,)
    sides = next((x.sides for x in parts if hasattr(x, "sides")), ())
    return HIDDEN_TYPES ** sum(len(side.types) > 1 for side in sides)


def _store_or_raise(
    i: int, found: R | NotSolved, required: int, store: Callable[[int, R | NotSolved], None] | None
) -> None:
    """Store a result; name in the log what was lost with its process; raise that a required one has no solution."""
    if isinstance(found, WorkerDied):
        if i >= required:
            log.warning("%s", found)
        return
    if store is not None:
        store(i, found)
    if isinstance(found, NotSolved) and i < required:
        raise found


def _raise_lost(found: Sequence[object]) -> None:
    """Raise the first result that was lost with its process; name the others in the log."""
    lost = [e for e in found if isinstance(e, WorkerDied)]
    for e in lost[1:]:
        log.warning("%s", e)
    if lost:
        raise lost[0]


def _result_or_error(work: Callable[[T], R], item: T) -> R | NotSolved:
    """Return `work(item)`, or the `NotSolved` that it raises."""
    try:
        return work(item)
    except NotSolved as e:
        return e.with_traceback(None)


def require_majority_solved(unsolved: Sequence[NotSolved], total: int, what: str) -> None:
    """Raise `NotSolved`, with the first reason, where more than half of `total` games have no solution.

    >>> require_majority_solved([NotSolved("no equilibrium")], 2, "draws")
    """
    if 2 * len(unsolved) > total:
        raise NotSolved(f"{len(unsolved)} of {total} {what} have no solution within tolerance: {unsolved[0]}")
