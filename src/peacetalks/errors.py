"""Errors, each of which says what is wrong, where, what was got and how to mend it.

Errors are distinguished by their class, never by their text.  The command line ends with the exit code of the class:
2 for bad input, 3 for a game that was not solved, 4 for data, or a compiled core, that are not on this machine.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class GameError(ValueError):
    """A game that cannot be played as written."""

    exit_code = 2


class SpecError(ValueError):
    """A scenario, or a file beside it, that cannot be read."""

    exit_code = 2


class NothingChanges(SpecError):
    """A patch after which every value is what it was."""


class NoRecord(SpecError):
    """A scenario beside which no record of events stands."""


class QueryError(SpecError):
    """A query that cannot be read, or cannot be answered for a scenario: what, and at which column."""


class NotSolved(RuntimeError):
    """No equilibrium within tolerance: where it failed, by how much, and what to try."""

    exit_code = 3


class EmulatorError(NotSolved):
    """An emulator of solved games that may not be used: how far it is off, and what to try."""


class NotConverged(NotSolved):
    """A likelihood whose maximum was not found: what is wrong with it there, and what to try."""


class WorkerDied(NotSolved):
    """A piece of work whose process died twice (killed, out of memory): which piece, how, and what to try."""


class ClusterError(ValueError):
    """A cluster that cannot be used: its address, what is not installed, or workers with other software."""

    exit_code = 2


class MissingCore(RuntimeError):
    """The numerical core is not compiled for this machine: what was tried, and what to install."""

    exit_code = 4


class EvidenceError(ValueError):
    """A file, a question or a filter that the historical record cannot use as it stands."""

    exit_code = 2


class UnknownQuestion(EvidenceError):
    """A question about an event that the record has no rate of."""


class EmptyClass(EvidenceError):
    """A reference class that holds no case at the date asked about."""


class EvidenceMissing(EvidenceError):
    """A dataset that is not on this machine."""

    exit_code = 4


class AnchorError(ValueError):
    """Forecasts that the record's answer cannot be adjusted by."""

    exit_code = 2


class PoolError(ValueError):
    """Views that cannot be pooled."""

    exit_code = 2


class ScoreError(ValueError):
    """Forecasts or outcomes that cannot be scored."""

    exit_code = 2


class EstimationError(ValueError):
    """A formula or a table of cases from which no parameters can be estimated: what, where, how to mend it."""

    exit_code = 2


class ArchiveError(ValueError):
    """A folder of saved forecasts, a file in it, or outcomes that cannot be used as they stand."""

    exit_code = 2


class ServeError(ValueError):
    """Pages that cannot be served as asked for: what is wrong, and how to start the server."""

    exit_code = 2


class PageError(ValueError):
    """A file name whose suffix says nothing of what to write."""

    exit_code = 2


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return ` (did you mean 'x'?)` when a known name is close, else an empty string.

    >>> did_you_mean("rusia", ["russia", "ukraine"])
    " (did you mean 'russia'?)"
    """
    close = get_close_matches(str(name), [str(k) for k in known], n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def suggestion(name: object, known: Iterable[object]) -> str:
    """Return a sentence with the nearest known names, or with all of them where none is near.

    >>> suggestion("ceasfire", ["ceasefire", "crisis"])
    "Did you mean 'ceasefire'?"
    """
    names = [str(k) for k in known]
    close = get_close_matches(str(name), names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(repr(k) for k in close)}?" if close else f"Known: {', '.join(sorted(names))}."
