"""A scenario file checked: that it can be loaded, filled and asked the record, and that its game is not too large.

The usual file is checked without building its game, which takes seconds; a game is counted where that is asked for, or
where its grid is large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from peacetalks.conflicts.fill import load
from peacetalks.conflicts.named_classes import check_classes

if TYPE_CHECKING:
    from pathlib import Path

    from peacetalks.scenario.scenario import Scenario

LARGE = 2000  # front positions times offers, from which on the game is counted; 231 is usual


class Checked(NamedTuple):
    """A valid scenario, filled, and how large its game is; None where it was not counted."""

    scenario: Scenario
    states: int | None
    nodes: int | None


def check_file(name_or_path: str | Path, count: bool = False) -> Checked:
    """Return a scenario, checked; its game is counted where `count`, or where it could be too large.

    Raises `SpecError` as `conflicts.fill.load` does, for an unknown reference class, and for a game beyond the limits.

    >>> check_file("korea-1951").nodes is None
    True
    """
    found = load(name_or_path)
    check_classes(found)
    if not count and found.battlefield.positions * found.talks.offers <= LARGE:
        return Checked(found, None, None)
    from peacetalks.forecasting.settings import BELIEF_POINTS, PERIODS
    from peacetalks.forecasting.size import check_size

    size = check_size(found, BELIEF_POINTS, PERIODS)
    return Checked(found, size.states, size.nodes)
