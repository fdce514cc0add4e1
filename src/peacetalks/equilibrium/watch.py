"""How far long work has come, for whoever watches it: the share of a solve that is done, and the pieces of a batch.

A solve reports the share of its work that is done: of a stationary game by how far the change of its values has fallen,
on the scale of logarithms, towards what is asked for (a contraction lowers it by about the same factor in every sweep);
of a finite one by its periods.  Nobody watches unless `watched` is entered, and no result depends on it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from math import isfinite, log
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Watcher(Protocol):
    """Who takes reports of how far work has come."""

    def share(self, done: float) -> None:
        """Take the share (0 to 1) of the piece that this process works on."""
        ...

    def pieces(self, weights: Sequence[float]) -> None:
        """Take that a batch of pieces begins, and how much work each is compared with the others."""
        ...

    def finished(self, place: int) -> None:
        """Take that a piece of the batch is done."""
        ...

    def processes(self, count: int) -> None:
        """Take that so many processes work on the rest of the batch."""
        ...


class Nobody:
    """A watcher that takes every report and does nothing."""

    def share(self, done: float) -> None:
        """Do nothing."""

    def pieces(self, weights: Sequence[float]) -> None:
        """Do nothing."""

    def finished(self, place: int) -> None:
        """Do nothing."""

    def processes(self, count: int) -> None:
        """Do nothing."""


_watcher: ContextVar[Watcher] = ContextVar("watcher", default=Nobody())  # noqa: B039 (it holds nothing)
_share: ContextVar[Callable[[float], None] | None] = ContextVar("share", default=None)


@contextmanager
def watched(by: Watcher) -> Iterator[None]:
    """Report to a watcher what is done in this block."""
    tokens = _watcher.set(by), _share.set(by.share)
    try:
        yield
    finally:
        _watcher.reset(tokens[0])
        _share.reset(tokens[1])


def watcher() -> Watcher:
    """Return who watches, `Nobody` where nobody does."""
    return _watcher.get()


@contextmanager
def part(start: float, end: float) -> Iterator[None]:
    """Make what is reported in this block the part from `start` to `end` of what goes on around it.

    >>> class Shown:
    ...     def share(self, done):
    ...         print(f"{done:.2f}")
    >>> with watched(Shown()), part(0.5, 1.0):
    ...     report_share(0.5)
    0.75
    """
    outer = _share.get()
    if outer is None:
        yield
        return
    token = _share.set(lambda done: outer(start + (end - start) * done))
    try:
        yield
    finally:
        _share.reset(token)


def report_share(done: float) -> None:
    """Report the share (0 to 1) that is done of the part that goes on."""
    report = _share.get()
    if report is not None:
        report(min(max(done, 0.0), 1.0))


def fallen(first: float, now: float, last: float) -> float:
    """Return how far a change has fallen from `first` towards `last`, on the scale of logarithms; 0 where unknown.

    >>> fallen(1.0, 0.1, 0.01), fallen(0.0, 0.0, 0.01)
    (0.5, 0.0)
    """
    if not (isfinite(first) and isfinite(now) and first > last > 0 and now > 0):
        return 0.0
    return log(first / now) / log(first / last)
