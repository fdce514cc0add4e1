"""The queue: who waits for what, which process makes it, and when work is given up.

Each user has one piece of work done at a time, and may have a few waiting.  Work that nobody waits for any more is
ended at once where a slider moved on (`linger` 0), or after a while.  Work in the background gives way to work that
somebody waits for, and is begun again afterwards; what it solved before is in the cache of answers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from peacetalks.web.made import Failure, Result, Task
from peacetalks.web.worker import DIED, Died, Worker, failure_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

log = logging.getLogger("peacetalks")

MOST_WAITING = 40  # pieces of work
MOST_OF_USER = 6
LINGER = 30.0  # seconds for which work goes on that nobody waits for
SWEEP = 1.0  # seconds between two looks at who still waits
RETRY = 5.0  # seconds before a process that could not be started is tried again
FORGET = 60.0  # seconds after which a failure may be tried again
BUSY = "the queue is full: many readers have something computed at the moment. Try again in a minute"
TOO_MANY = "you have several computations waiting already; they are done one after another. Try again when one is done"
MOVED_ON = "the scenario was changed while it was computed; ask again"
LATE = "what was solved is in the cache, so that trying again goes on from there; the command line has no such limit"


class Refused(Exception):
    """Work that is not taken: the status and the words are those of its `Failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.words)
        self.failure = failure


@dataclass(eq=False)
class Job:
    """A piece of work, and who waits for it."""

    key: str
    task: Task
    owner: str
    linger: float = LINGER
    background: bool = False
    valid: Callable[[], bool] = lambda: True  # whether what it is made of is still what was asked about
    done: int = 0  # pieces, of `total`
    total: int = 0
    result: Result | Failure | None = None
    running: bool = False
    cancelled: bool = False
    interrupted: bool = False  # gave way to other work, and will be begun again
    listeners: int = 0
    seen: float = field(default_factory=time.monotonic)  # when somebody last asked for it
    ended: float = 0.0
    _version: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def finished(self) -> bool:
        """Whether there is a result, or it was cancelled."""
        return self.result is not None or self.cancelled

    @property
    def failure(self) -> Failure | None:
        """Why there is nothing; None where there is something, or nothing yet."""
        return self.result if isinstance(self.result, Failure) else None

    def report(self, done: int, total: int) -> None:
        """Take how far the work has come."""
        self.done, self.total = done, total
        self.changed()

    def changed(self) -> None:
        """Wake everybody who waits."""
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def finish(self, result: Result | Failure | None) -> None:
        """Take the result; None where the work was cancelled."""
        self.result, self.cancelled, self.running = result, result is None, False
        self.ended = time.monotonic()
        self.changed()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until the work is finished, at most so many seconds; return whether it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for _ in self.news():
                    pass
        return self.finished

    async def news(self) -> AsyncGenerator[None]:
        """Yield now, and whenever something changed, until the work is finished."""
        self.listeners += 1
        try:
            while True:
                version, changed = self._version, self._changed
                yield
                if self.finished:
                    return
                if version == self._version:
                    await changed.wait()
        finally:
            self.listeners -= 1
            self.seen = time.monotonic()


class Lane:
    """Processes that do one kind of work, and what waits for them.

    Parameters
    ----------
    workers : int
        Processes.
    budget : float
        Seconds that a piece of work may take.
    keep : function
        Awaited as `keep(key, result)` with everything that was made, before those who wait hear of it.
    spare : int
        Further processes that stand ready for one that is ended.
    """

    def __init__(
        self, workers: int, budget: float, keep: Callable[[str, Result], Awaitable[None]], spare: int = 0
    ) -> None:
        self.count, self.budget, self.keep, self.spare = workers, budget, keep, spare
        self.jobs: dict[str, Job] = {}
        self._waiting: list[Job] = []
        self._running: dict[Job, Worker] = {}
        self._free: list[Worker] = []
        self._wake = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._threads = ThreadPoolExecutor(workers)  # that wait for processes; those of the loop serve pages

    def start(self) -> None:
        """Start the processes, and give them work as it comes."""
        self._free = [Worker() for _ in range(self.count + self.spare)]
        self._tasks = [asyncio.create_task(self._serve()) for _ in range(self.count)]
        self._tasks.append(asyncio.create_task(self._sweep()))

    async def stop(self) -> None:
        """End all work and all processes."""
        for task in self._tasks:
            task.cancel()
        for worker in [*self._running.values(), *self._free]:
            worker.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in [*self._running.values(), *self._free]:
            await asyncio.to_thread(worker.close)
        self._threads.shutdown(wait=False)

    def find(self, key: str) -> Job | None:
        """Return the work of a key that waits, goes on, or failed a short while ago; it counts as asked for."""
        job = self.jobs.get(key)
        if job is not None:
            job.seen = time.monotonic()
        return job

    async def submit(
        self,
        key: str,
        task: Task,
        owner: str,
        linger: float = LINGER,
        background: bool = False,
        valid: Callable[[], bool] = lambda: True,
    ) -> Job:
        """Return the work of a key, begun if it is new; raise `Refused` where too much waits already.

        `valid` is asked, in a thread, after the work: whether what it is made of is still what was asked about.
        """
        if (job := self.find(key)) is not None and not job.cancelled:
            job.background = job.background and background
            job.linger = min(job.linger, linger)
            return job
        waiting = [j for j in self._waiting if not j.cancelled]
        if sum(j.owner == owner and j.background == background for j in waiting) >= MOST_OF_USER:
            raise Refused(Failure(429, TOO_MANY))
        if sum(not j.background for j in waiting) >= MOST_WAITING:
            raise Refused(Failure(503, BUSY))
        job = Job(key, task, owner, linger, background, valid)
        self.jobs[key] = job
        self._waiting.append(job)
        if not background:
            self._make_way()
        async with self._wake:
            self._wake.notify_all()
        return job

    def position(self, job: Job) -> int:
        """Return how many pieces of work are done before this one."""
        before = self._waiting[: self._waiting.index(job)] if job in self._waiting else []
        return len(before) + (len(self._running) if job in self._waiting else 0)

    def cancel(self, job: Job) -> None:
        """End a piece of work; nothing happens where it is finished."""
        if job.finished:
            return
        job.finish(None)
        self.jobs.pop(job.key, None)
        if job in self._waiting:
            self._waiting.remove(job)
        if job in self._running:
            self._running[job].kill()

    def _make_way(self) -> None:
        """Where every process is taken, end one that works in the background: its work is begun again later."""
        if len(self._running) < self.count:
            return
        for job, worker in self._running.items():
            if job.background and not job.finished:
                job.interrupted = True
                worker.kill()
                return

    def _next(self) -> Job | None:
        """Return the first piece of work that may begin: of a user who has none done now, background work last."""
        busy = {job.owner for job in self._running if not job.background}
        ready = [j for j in self._waiting if j.background or j.owner not in busy]
        return min(ready, key=lambda j: j.background, default=None)

    async def _serve(self) -> None:
        """Do one piece of work after another with one process at a time."""
        while True:
            async with self._wake:
                await self._wake.wait_for(lambda: self._next() is not None)
                job = self._next()
                assert job is not None
                self._waiting.remove(job)
                worker = self._running[job] = self._free.pop()
            job.running = True
            job.changed()
            try:
                goes_on = await self._do(job, worker)
            except Exception as e:  # of what keeps results, not of the work: the queue goes on
                job.finish(failure_of(e))
                goes_on = False
            if goes_on:
                self._free.append(worker)
            else:
                await asyncio.to_thread(worker.close)
                self._free.insert(0, await _new_worker())  # the spare ones, which stand ready, go first
            self._running.pop(job, None)
            async with self._wake:
                self._wake.notify_all()

    async def _do(self, job: Job, worker: Worker) -> bool:
        """Do a piece of work; return whether its process goes on."""
        loop = asyncio.get_running_loop()

        def report(done: int, total: int) -> None:
            loop.call_soon_threadsafe(job.report, done, total)

        made = loop.run_in_executor(self._threads, worker.make, job.task, report)
        made.add_done_callback(lambda t: t.cancelled() or t.exception())  # looked at, also when the server ends
        in_time, _ = await asyncio.wait([made], timeout=self.budget)
        if not in_time:
            worker.kill()
        try:
            await self._finish(job, await made)
        except Died:
            await self._take_end(job, bool(in_time))
            return False
        return True

    async def _take_end(self, job: Job, in_time: bool) -> None:
        """Take that the process of a piece of work has ended: it gave way, took too long, was cancelled, or died."""
        if job.interrupted and not job.finished:
            job.interrupted = job.running = False
            self._waiting.append(job)
            job.changed()
            return
        late = f"it took longer than {self.budget:g} seconds; {LATE}"
        await self._finish(job, Failure(503, DIED if in_time else late))

    async def _finish(self, job: Job, result: Result | Failure) -> None:
        """Take a result, unless the work was cancelled meanwhile."""
        if job.finished:
            return
        if not isinstance(result, Failure) and not await asyncio.to_thread(job.valid):
            result = Failure(409, MOVED_ON)
        if not isinstance(result, Failure):
            await self.keep(job.key, result)
            self.jobs.pop(job.key, None)
        job.finish(result)

    async def _sweep(self) -> None:
        """Every second, end what nobody waits for, and forget failures."""
        while True:
            await asyncio.sleep(SWEEP)
            now = time.monotonic()
            for job in list(self.jobs.values()):
                if job.finished and now - job.ended > FORGET:
                    self.jobs.pop(job.key, None)
                elif not job.finished and not job.background and not job.listeners and now - job.seen > job.linger:
                    self.cancel(job)


async def _new_worker() -> Worker:
    """Return a process that stands ready; where none can be started, it is tried again until one can."""
    while True:
        try:
            return await asyncio.to_thread(Worker)
        except OSError:
            log.exception("no process can be started; trying again")
            await asyncio.sleep(RETRY)
