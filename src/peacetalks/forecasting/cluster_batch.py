"""A batch of pieces given out to the workers of a Dask cluster, and their results taken as they come.

A piece is one item with what is to be done with it, as bytes.  Its name at the scheduler holds the key of its answer,
so that two runs which want the same answer at the same time have it solved once.  Few pieces more than there are
threads are given out at a time, which keeps the scheduler's work small; a worker that comes later gets its share.

Where a worker is lost with a piece, the piece is given out once more after all others, and never beside another piece
on the same worker; where that worker is lost too, the result is `WorkerDied`.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import time
import warnings
from collections import Counter, deque
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from peacetalks.equilibrium.watch import watcher
from peacetalks.errors import ClusterError, WorkerDied
from peacetalks.forecasting.software import differences, other_software, software
from peacetalks.forecasting.workers import ERROR, RESULT, TRIES, answer_of, piece_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from distributed import Future

log = logging.getLogger("peacetalks")

AHEAD = 2  # pieces given out for each thread: one is worked on, and one waits there for it
LOOK = 1.0  # seconds between two looks at which workers there are
SOON = 5.0  # seconds without a worker after which that is said
LOST = 60.0  # seconds without a worker, after there had been some, after which the work is given up
REFUSED = "refused"  # what a worker with other software answers, beside `workers.RESULT` and `workers.ERROR`


class Batch:
    """The pieces that wait and those that are given out, how often each was lost, and which workers there are.

    Parameters
    ----------
    client : distributed.Client
    address : str
        Of the scheduler, for messages.
    work, items, total, take
        As of `workers.work_in_processes`.
    keys : {number: key}
        Of the items; those of the same key are solved once.  Left out, each is a piece of its own.
    """

    def __init__(
        self,
        client: Any,
        address: str,
        work: Callable[[Any], Any],
        items: Mapping[int, Any],
        keys: Mapping[int, str],
        total: int,
        take: Callable[[int, Any], None],
    ) -> None:
        self.client, self.address, self.total, self.hand_over = client, address, total, take
        self.work, self.items, self.software = work, items, software()
        own = uuid4().hex
        self.places: dict[str, list[int]] = {}  # key -> numbers of the items
        for i in items:
            self.places.setdefault(keys.get(i, f"{own}-{i}"), []).append(i)
        self.waiting, self.once_more = deque(self.places), deque[str]()
        self.out: dict[Any, tuple[str, Future]] = {}  # name at the scheduler -> key, and where its result comes
        self.done: SimpleQueue[Future] = SimpleQueue()
        self.lost: Counter[str] = Counter()
        self.said: set[str] = set()  # by workers
        self.finished = 0
        self.workers = self.threads = 0
        self.looked = self.missing_since = 0.0
        self.had_some = self.warned = False

    def run(self) -> None:
        """Work until every piece is done or given up."""
        try:
            while self.waiting or self.once_more or self.out:
                self._look()
                self._give_out()
                self._take(self._come_back())
        finally:
            if self.out:
                with suppress(OSError, RuntimeError, asyncio.CancelledError):
                    self.client.cancel([future for _, future in self.out.values()])

    def _give_out(self) -> None:
        """Give out pieces, as many as the workers have use for; what was lost comes last, one for each worker."""
        fresh = self.waiting or any(not self.lost[key] for key, _ in self.out.values())
        queue, most = (self.waiting, AHEAD * self.threads) if fresh else (self.once_more, self.workers)
        while queue and len(self.out) < most:
            key = queue.popleft()
            item = self.items[self.places[key][0]]
            name = ("peacetalks", key, self.lost[key])
            packed = pickle.dumps((self.work, item))
            future = self.client.submit(work_on_piece, self.software, packed, key=name, pure=False)
            self.out[name] = key, future
            future.add_done_callback(self.done.put)

    def _come_back(self) -> list[Future]:
        """Return the pieces that have come back, after a short wait for the first of them."""
        found = []
        with suppress(Empty):
            found.append(self.done.get(timeout=LOOK))
            while True:
                found.append(self.done.get_nowait())
        return [future for future in found if future.key in self.out]

    def _take(self, futures: list[Future]) -> None:
        """Take what has come back: results, and pieces that were lost with their worker."""
        ready = {future.key: future for future in futures if future.status == "finished"}
        try:
            results = self.client.gather(ready) if ready else {}
        except Exception:  # a worker was lost meanwhile, with a result: one by one
            results = {}
        for future in futures:
            key, _ = self.out.pop(future.key)
            try:
                result = results[future.key] if future.key in results else future.result()
            except Exception as e:
                self._take_loss(key, e)
            else:
                self._take_result(key, *pickle.loads(result))

    def _take_result(self, key: str, what: str, value: Any, said: list[str]) -> None:
        """Hand a result over, or raise the error of a piece; what its worker said is said here, once."""
        for text in said:
            if text not in self.said:
                self.said.add(text)
                log.warning("%s", text)
        if what == REFUSED:
            raise ClusterError(value)
        if what != RESULT:
            raise value
        for i in self.places[key]:
            self.finished += 1
            self.hand_over(i, value)

    def _take_loss(self, key: str, error: Exception) -> None:
        """Take that a piece was lost with its worker: it is given out once more, or given up."""
        from distributed import KilledWorker

        if not isinstance(error, KilledWorker):
            if isinstance(error, (OSError, asyncio.CancelledError)) or type(error).__name__ == "FutureCancelledError":
                raise self._no_scheduler() from None
            raise ClusterError(f"a worker of {self.address} cannot take a piece: {error!r}") from error
        self.lost[key] += 1
        if self.lost[key] < TRIES:
            self.once_more.append(key)
            return
        first, worker = self.places[key][0], getattr(error.last_worker, "address", error.last_worker)
        deaths = TRIES * (1 + error.allowed_failures)  # the scheduler may have given it out anew by itself
        gone = WorkerDied(
            f"piece {first + 1} of {self.total} ({piece_name(self.items[first])}) was lost: its worker died "
            f"{'twice' if deaths == 2 else f'{deaths} times'}, the last time {worker} (out of memory?). "
            "Give each worker more memory, or use fewer belief points"
        )
        for i in self.places[key]:
            self.hand_over(i, gone)

    def _look(self) -> None:
        """Look at which workers there are, from time to time; say that there is none, and give up after a while."""
        now = time.monotonic()
        if now - self.looked < LOOK and self.workers:
            return
        try:
            counts = self.client.nthreads()
        except (OSError, RuntimeError):
            raise self._no_scheduler() from None
        self.looked = now
        if counts and len(counts) != self.workers:
            watcher().processes(len(counts))
        self.workers, self.threads = len(counts), sum(counts.values())
        if counts:
            self.had_some, self.warned, self.missing_since = True, False, now
            return
        self.missing_since = self.missing_since or now
        here = f"the scheduler at {self.address}; {self.finished} of {self.total} pieces are done"
        if self.had_some and now - self.missing_since > LOST:
            raise WorkerDied(f"every worker was lost, and none has come for {LOST:.0f} s to {here}")
        if not self.warned and now - self.missing_since > SOON:
            self.warned = True
            log.warning("No worker is connected to %s; the rest waits for one. Ctrl-C ends it.", here)

    def _no_scheduler(self) -> WorkerDied:
        """Return the error that the scheduler was lost; there is nobody any more to whom pieces could be called off."""
        self.out.clear()
        return WorkerDied(
            f"the scheduler at {self.address} was lost, or has dropped the work, when {self.finished} of {self.total} "
            "pieces were done"
        )


_one_at_a_time = threading.Lock()  # of the threads of a worker: a solve has its process to itself


def work_on_piece(expected: Mapping[str, str], packed: bytes) -> bytes:
    """Return the answer of a piece, in a worker: (what it is, the result or the error, what was said meanwhile).

    A worker whose software is not what is expected refuses.
    """
    if problems := differences(expected, software()):
        from distributed import get_worker

        return pickle.dumps((REFUSED, other_software(get_worker().address, problems), []))
    with _one_at_a_time, _heard() as said:
        work, item = pickle.loads(packed)
        what, value = answer_of(work, item)
    try:
        return pickle.dumps((what, value, said))
    except Exception as e:
        return pickle.dumps((ERROR, RuntimeError(f"a result cannot be sent from a worker: {e!r}: {value!r}"), said))


class _Listener(logging.Handler):
    """Takes the notices of a worker down."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Yield what is said by the package and by libraries in this block, in the place of writing it to a log."""
    said: list[str] = []
    listener, before = _Listener(said), log.propagate
    log.addHandler(listener)
    log.propagate = False
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield said
        said.extend(f"{w.category.__name__}: {w.message}" for w in caught)
    finally:
        log.removeHandler(listener)
        log.propagate = before
