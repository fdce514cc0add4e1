"""Processes that work on one piece after another; one that dies costs its piece only.

A worker is started afresh (`spawn`), reports that it is ready and is then given one piece at a time.  Where its process
ends without an answer (killed, out of memory, a crash) the piece goes to a fresh process once more, after the other
pieces; where that one dies too, the result of the piece is `WorkerDied`, which names it and the reason.  Workers leave
Ctrl-C to the first process, end with it however it ends, and are ended with every error and interrupt.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import Counter, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from typing import TYPE_CHECKING, Any

from peacetalks.errors import NotSolved, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

READY, RESULT, ERROR = "ready", "result", "error"  # what a worker sends
TRIES = 2  # of a piece whose process dies
STARTS = 3  # processes in a row that end before they are ready
PATIENCE = 5.0  # seconds in which a process ends that was asked to
NAME_LENGTH = 60  # characters of a piece in a message


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    piece: int | None = None  # that it works on


def work_in_processes(
    work: Callable[[Any], Any], items: Mapping[int, Any], jobs: int, total: int, take: Callable[[int, Any], None]
) -> None:
    """Work on every item in at most `jobs` processes, and hand each result over as it comes.

    Parameters
    ----------
    work : function
        It, the items and its results must be picklable.
    items : {number: item}
    jobs : int
    total : int
        Of all pieces, for messages.
    take : function
        Called as `take(number, result)`.  The result of a piece without a solution is its `NotSolved`; that of a piece
        whose process died twice is `WorkerDied`.

    Raises
    ------
    WorkerDied
        No process can be started.  Any other error of `work` or `take` is raised too, and ends the work.
    """
    pool = _Pool(work, items, jobs, total, take)
    try:
        pool.run()
    except BaseException:
        pool.end(at_once=True)
        raise
    pool.end(at_once=False)


class _Pool:
    """The processes, the pieces that wait for them, and how often each piece was lost."""

    def __init__(
        self,
        work: Callable[[Any], Any],
        items: Mapping[int, Any],
        jobs: int,
        total: int,
        take: Callable[[int, Any], None],
    ) -> None:
        self.work, self.items, self.jobs, self.total, self.take = work, items, jobs, total, take
        self.waiting = deque(items)
        self.workers: list[_Worker] = []
        self.leaving: list[_Worker] = []  # that have no more to do
        self.lost: Counter[int] = Counter()
        self.failed_starts = 0

    def run(self) -> None:
        """Work until no piece waits and none is worked on."""
        while self.waiting or any(w.piece is not None for w in self.workers):
            starting = sum(not w.ready for w in self.workers)
            while len(self.workers) < self.jobs and starting < len(self.waiting):
                self.workers.append(_start(self.work))
                starting += 1
            ready = connection.wait([x for w in self.workers for x in (w.pipe, w.process.sentinel)])
            for worker in list(self.workers):
                if worker.pipe in ready or worker.process.sentinel in ready:
                    self._hear(worker)

    def end(self, at_once: bool) -> None:
        """End every process: when it has finished what it does, or at once."""
        everyone = [*self.workers, *self.leaving]
        for worker in everyone:
            if at_once or not worker.ready:  # not ready: it was started for a piece that another one took
                worker.process.terminate()
        for worker in everyone:
            worker.process.join(PATIENCE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()

    def _hear(self, worker: _Worker) -> None:
        """Take what a worker has sent, and give it the next piece; or take its death."""
        try:
            if not worker.pipe.poll():
                raise EOFError  # ended, and nothing is left in its pipe
            what, value = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if what == ERROR:
            raise value
        fresh = what == READY
        if fresh:
            worker.ready, self.failed_starts = True, 0
        elif worker.piece is not None:
            piece, worker.piece = worker.piece, None
            self.take(piece, value)
        with suppress(OSError):  # it has died: its end is noticed next
            if self.waiting and (fresh or not self.lost[self.waiting[0]]):
                worker.piece = self.waiting.popleft()
                worker.pipe.send(self.items[worker.piece])
            else:  # nothing waits, or only what was lost, which needs a fresh process
                self.workers.remove(worker)
                self.leaving.append(worker)
                worker.pipe.send(None)

    def _bury(self, worker: _Worker) -> None:
        """Take the death of a worker: its piece is tried once more, or given up with the reason."""
        worker.process.join(PATIENCE)
        worker.pipe.close()
        self.workers.remove(worker)
        code = worker.process.exitcode
        if code == -signal.SIGKILL:  # perhaps too little memory: fewer at once
            self.jobs = max(1, self.jobs - 1)
        if not worker.ready:
            self.failed_starts += 1
            if self.failed_starts == STARTS:
                raise WorkerDied(
                    f"no process can be started: {_how(code)}. Use --jobs 1 (one process); a script that asks for "
                    "several needs the guard `if __name__ == '__main__':`"
                )
        if worker.piece is None:
            return
        self.lost[worker.piece] += 1
        if self.lost[worker.piece] < TRIES:
            self.waiting.append(worker.piece)
            return
        self.take(
            worker.piece,
            WorkerDied(
                f"piece {worker.piece + 1} of {self.total} ({piece_name(self.items[worker.piece])}) was lost: its "
                f"process died twice, the last time {_how(code)}. Free memory, or use fewer processes (--jobs 1) or "
                "fewer belief points"
            ),
        )


def piece_name(item: Any) -> str:
    """Return a short name for a piece of work: that of its scenario or account.

    >>> piece_name(("base", 5)), piece_name(3)
    ('base', '3')
    """
    item = getattr(item, "scenario", item)
    names = [x if isinstance(x, str) else getattr(x, "name", None) for x in item] if isinstance(item, tuple) else []
    return str(next(filter(None, names), None) or getattr(item, "name", None) or repr(item))[:NAME_LENGTH]


def _how(code: int | None) -> str:
    """Return how a process ended, in words.

    >>> _how(-9), _how(1)
    ('killed by SIGKILL (out of memory?)', 'with exit code 1')
    """
    if code is None or code >= 0:
        return f"with exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"killed by {name}" + (" (out of memory?)" if -code == signal.SIGKILL else "")


def _start(work: Callable[[Any], Any]) -> _Worker:
    """Start a process; it never sees an interrupt, not even before it can say so."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(work, there), daemon=True)
    with interrupts_held():
        process.start()
    there.close()
    return _Worker(process, here)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold interrupts back while a process starts, which inherits that: they come through afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # otherwise its start would let them through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(work: Callable[[Any], Any], pipe: Connection) -> None:
    """Work on the pieces that come through the pipe until none does; the whole life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    with suppress(EOFError, OSError):  # the first process has gone
        pipe.send((READY, None))
        while (item := pipe.recv()) is not None:
            _send(pipe, *answer_of(work, item))


def answer_of(work: Callable[[Any], Any], item: Any) -> tuple[str, Any]:
    """Return what is sent for a piece: its result, that it has no solution, or the error that ends the work."""
    try:
        return RESULT, work(item)
    except NotSolved as e:
        return RESULT, e.with_traceback(None)
    except Exception as e:
        e.add_note(f"In a process that works on {piece_name(item)}:\n{traceback.format_exc()}")
        return ERROR, e.with_traceback(None)


def _send(pipe: Connection, what: str, value: Any) -> None:
    """Send a result; where it cannot be sent, an error that says so."""
    try:
        pipe.send((what, value))
    except (EOFError, OSError):
        raise
    except Exception as e:
        notes = "\n".join(getattr(value, "__notes__", ()))
        pipe.send((ERROR, RuntimeError(f"a result cannot be sent to the first process: {e!r}: {value!r}\n{notes}")))
