"""The pace of long work, and how long the rest takes at it.

Work is counted in pieces, which differ: a game in which types are hidden takes several times as long as one in which
they are known.  Weights of the pieces, and the share of the one that is worked on, come from `equilibrium.watch`, so
that there is an estimate before the first piece is done.  It is measured in this run, on this machine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEAST = 0.01  # share of a piece from which its pace is an estimate
UNDER_WAY = 0.5  # share of the pieces in other processes that is taken as done


class Pace:
    """How much of some work is done, and at which pace; it is a `Watcher` of solves.

    >>> now = iter((0.0, 0.0, 10.0)).__next__
    >>> pace = Pace(now)
    >>> pace.pieces([1.0, 1.0, 2.0])
    >>> pace.count(1, 3), pace.finished(0)
    (None, None)
    >>> pace.left()
    30.0
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.began = clock()
        self.done, self.total = 0, 0  # pieces, as they are reported
        self._weights: list[float] = []  # of the batch that goes on
        self._finished: set[int] = set()
        self._share = 0.0  # of the piece that this process works on
        self._before = 0.0  # work of the batches before
        self._workers = 1
        self._since = self.began, 0.0  # time and work from which the pace is measured
        self._alone = 0.0  # the pace of this process

    def count(self, done: int, total: int) -> None:
        """Take how many pieces are done, of all."""
        if not self._weights and done != self.done:
            self._share = 0.0
        self.done, self.total = done, total

    def share(self, done: float) -> None:
        """Take the share (0 to 1) of the piece that this process works on; what was done stays done."""
        self._share = max(self._share, done)

    def pieces(self, weights: Sequence[float]) -> None:
        """Take that a batch of pieces begins, and how much work each is."""
        first, self._before = not self._work, self._work
        self._weights, self._finished, self._share, self._workers = list(weights), set(), 0.0, 1
        if first:
            self._since = self._clock(), self._before

    def finished(self, place: int) -> None:
        """Take that a piece of the batch is done."""
        self._finished.add(place)
        self._share = 0.0

    def processes(self, count: int) -> None:
        """Take that so many processes work on the rest of the batch."""
        self._alone, self._workers = self._measured(), count
        self._since = self._clock(), self._work

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self.began

    @property
    def fraction(self) -> float:
        """The share of all work that is done."""
        whole = self._work + self._left
        return self._work / whole if whole > 0 else 0.0

    def left(self) -> float | None:
        """Return the seconds that the rest takes at the pace so far; None where that is not known yet."""
        pace = self._measured()
        if self._workers > 1 and not pace:
            pace = self._alone * self._workers
        return self._left / pace if pace > 0 else None

    @property
    def _work(self) -> float:
        """What is done, in units of the weights; without a batch in pieces."""
        if not self._weights:
            return self._before + self.done + self._share
        done = sum(w for i, w in enumerate(self._weights) if i in self._finished)
        return self._before + done + self._share * self._now

    @property
    def _now(self) -> float:
        """The weight of the piece that this process works on: the first that is not done."""
        return next((w for i, w in enumerate(self._weights) if i not in self._finished), 0.0)

    @property
    def _left(self) -> float:
        if not self._weights:
            return max((self.total or 1) - self.done - self._share, 0.0)
        here = sum(w for i, w in enumerate(self._weights) if i not in self._finished) - self._share * self._now
        later = max(self.total - self.done - (len(self._weights) - len(self._finished)), 0)
        return max(here, 0.0) + later * sum(self._weights) / len(self._weights)

    def _measured(self) -> float:
        """Return the pace, in work per second, since it is measured; 0 where too little is done."""
        when, work = self._since
        done, took = self._work - work, self._clock() - when
        unit = sum(self._weights) / len(self._weights) if self._weights else 1.0
        if done < LEAST * unit or took <= 0:
            return 0.0
        left = len(self._weights) - len(self._finished)
        under_way = UNDER_WAY * unit * min(self._workers, left) if self._workers > 1 else 0.0
        return (done + under_way) / took


def time_words(seconds: float) -> str:
    """Return a time in words, as exact as an estimate is.

    >>> [time_words(x) for x in (2.0, 17.0, 100.0, 3000.0, 4200.0, 90000.0)]
    ['a few seconds', '15 s', '2 min', '50 min', '1 h 10 min', '25 h']
    """
    if seconds < 57.5:
        return "a few seconds" if seconds < 7.5 else f"{5 * round(seconds / 5)} s"
    minutes = max(round(seconds / 60), 1)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(10 * round(minutes / 10), 60)
    return f"{hours} h" if hours >= 10 or not rest else f"{hours} h {rest} min"
