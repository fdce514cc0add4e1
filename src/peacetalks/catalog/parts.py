"""Pieces that several classic games share: offers on a line, and states in which nothing is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peacetalks.errors import GameError
from peacetalks.game.language import Move

FORCED = -1000.0  # non-welfare incentive (`drive`) that rules a move out for a type
Offers = int | Sequence[float]  # a number of evenly spaced shares, or the shares themselves


def passing(state: Any) -> list[Move]:
    """Return the one move of a state in which nobody has anything to do.

    >>> passing("peace")[0].to
    'peace'
    """
    return [Move("pass", to=state)]


def spread(offers: Offers, low: float = 0.0, high: float = 1.0) -> list[tuple[float, float]]:
    """Return offers with reference weights: a density on [low, high] from a count, equal weights from a list.

    A count n gives n evenly spaced shares with trapezoid weights, so that behaviour does not depend on n.

    >>> spread(3)
    [(0.0, 0.25), (0.5, 0.5), (1.0, 0.25)]
    >>> spread([0.4, 0.6])
    [(0.4, 0.5), (0.6, 0.5)]
    """
    if not isinstance(offers, int):
        if not len(offers):
            raise GameError("the list of offers is empty; give at least one share")
        return [(float(x), 1.0 / len(offers)) for x in offers]
    if offers < 2 or not low < high:
        raise GameError(f"offers need a count >= 2 on a range low < high, got {offers!r} on [{low!r}, {high!r}]")
    h = 1.0 / (offers - 1)
    ends = (0, offers - 1)
    return [(round(low + (high - low) * i * h, 12), h / 2 if i in ends else h) for i in range(offers)]
