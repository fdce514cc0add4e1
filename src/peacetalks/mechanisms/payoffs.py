"""Sums of what several mechanisms pay at the same move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def merged(*pays: Mapping[Any, float]) -> dict[Any, float]:
    """Return payments added up, by player or (player, type).

    >>> merged({"A": 1.0}, {"A": 0.5, ("B", "weak"): -1.0})
    {'A': 1.5, ('B', 'weak'): -1.0}
    """
    out = dict(pays[0])
    for pay in pays[1:]:
        for who, amount in pay.items():
            out[who] = out[who] + amount if who in out else amount
    return out
