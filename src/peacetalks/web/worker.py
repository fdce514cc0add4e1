"""A process that makes pages, one after another; it can be killed in the middle of one, and nothing else is lost.

It says how far it has come, and ends with the server however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from peacetalks.forecasting.workers import interrupts_held
from peacetalks.web.made import Failure, Result, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

PROGRESS, MADE, FAILED = "progress", "made", "failed"  # what a worker sends
NICE = 3  # the server goes first
PATIENCE = 5.0  # seconds in which a process ends that was asked to
STATUS = {2: 422, 3: 422, 4: 404}  # exit code of an error -> status of HTTP
BROKE = "an internal error, which stands in the terminal of the server; please report it with the scenario"
DIED = "the process that computed it ended (out of memory?); nothing was saved. Try again, or use a smaller game"


class Died(Exception):
    """The process ended without an answer."""


class Worker:
    """The server's end of a process that makes pages."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self.process = context.Process(target=_work, args=(there,), daemon=False, name="peacetalks-pages")
        with interrupts_held():
            self.process.start()
        there.close()

    def make(self, task: Task, report: Callable[[int, int], None]) -> Result | Failure:
        """Return what a task makes, or why there is nothing; blocks meanwhile.  Raise `Died` where the process ends."""
        try:
            self._pipe.send(task)
            while True:
                what, value = self._pipe.recv()
                if what != PROGRESS:
                    return value
                report(*value)
        except (EOFError, OSError):
            raise Died from None

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self.process.kill()

    def close(self) -> None:
        """End the process, wait for it and free what it held."""
        self.process.kill()
        self.process.join(PATIENCE)
        self._pipe.close()


def failure_of(error: Exception) -> Failure:
    """Return what a reader learns of an error: its own words where they are meant for readers.

    >>> from peacetalks.errors import NotSolved
    >>> failure_of(NotSolved("no equilibrium"))
    Failure(status=422, words='no equilibrium')
    """
    code = getattr(error, "exit_code", None)
    if code is None:
        traceback.print_exception(error, file=sys.stderr)
        return Failure(500, BROKE)
    return Failure(STATUS.get(code, 500), str(error))


def _work(pipe: Connection) -> None:
    """Make page after page until the server has gone; the whole life of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        os.nice(NICE)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    from peacetalks.web import work  # takes seconds

    with suppress(EOFError, OSError):
        while True:
            pipe.send(_made(work.MAKERS, pipe.recv(), pipe))


def _made(makers: dict[str, Any], task: Task, pipe: Connection) -> tuple[str, Any]:
    """Return what is sent for a task: its page, or why there is none."""
    try:
        return MADE, makers[task.kind](*task.args, lambda done, total: pipe.send((PROGRESS, (done, total))))
    except (EOFError, BrokenPipeError):
        raise
    except Exception as e:
        return FAILED, without_folder(failure_of(e), task)


def without_folder(failure: Failure, task: Task) -> Failure:
    """Return a failure whose words name the files that a task reads, but not the folder that they lie in.

    >>> without_folder(Failure(422, "/home/me/war.toml: line 3"), Task("forecast", ("/home/me/war.toml",))).words
    'war.toml: line 3'
    """
    words = failure.words
    for path in (a for a in task.args if isinstance(a, str) and os.path.isabs(a)):
        words = words.replace(f"{os.path.dirname(path)}{os.sep}", "")
    return failure._replace(words=words)
