"""What an outside view is made of: its class and scope, their own frequencies, and the returns to fighting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.evidence.composition import Composition, Left, compose, unplaced
from peacetalks.evidence.crosswalk import Times, grid
from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.endings import SETTLED
from peacetalks.evidence.grammar import parse
from peacetalks.evidence.outside_methods import scope_and_class
from peacetalks.evidence.rates import rate
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    import polars as pl

    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.outside_methods import Sample

ENDED = "conflict ends within 1 year"  # the question by which a class is weighed against its scope, at the last month


@dataclass(frozen=True)
class Returns:
    """What became of the conflicts of a scope that ended in one way, by the last month after their end."""

    ending: str
    n: int
    returned: int  # active again by then
    censored: int  # followed for less, and not active again
    frequency: (
        float | None
    )  # of a return by then, of which the last known chance is carried forward; None without cases


@dataclass(frozen=True)
class OutsideComposition:
    """The cases behind an outside view."""

    own: Composition  # of the class, ended in any way by the last month
    parent_class: Composition | None  # of its scope; None for a class that is its own scope
    unplaced: tuple[Left, ...]
    returns: tuple[Returns, ...]  # in the scope
    own_end_frequency: Floats  # [month, class] of the class alone; NaN where no case was followed that long
    parent_end_frequency: Floats  # [month, class] of the scope alone


def outside_composition(given: Sample) -> OutsideComposition:
    """Return what the outside view of a sample is made of."""
    every, mine = scope_and_class(Times.of(given.whole), Times.of(given.own), given.months)
    return OutsideComposition(
        own=_of_episodes(given, str(given.chosen), given.chosen.apply(given.population), given.own),
        parent_class=_of_episodes(
            given, str(given.chosen.parent), given.chosen.parent.apply(given.population), given.whole
        )
        if given.chosen.own
        else None,
        unplaced=unplaced(given.chosen, given.population),
        returns=returns(Times.of(given.whole), given.months),
        own_end_frequency=mine[:, -len(ENDS) :],
        parent_end_frequency=every[:, -len(ENDS) :],
    )


def returns(times: Times, months: tuple[int, ...]) -> tuple[Returns, ...]:
    """Return what became of settlements and ceasefires by the last month after their end."""
    days = grid(months)
    chances, out = times.returns(days), []
    for i, ending in enumerate(SETTLED):
        ended = (times.k == i + 1) & (times.r >= 0)
        r, back = times.r[ended], times.b[ended] == 1
        returned = int((back & (r <= days[-1])).sum())
        censored = int((~back & (r < days[-1])).sum())
        chance = float(chances[i][-1]) if ended.any() else None
        out.append(Returns(ending, int(ended.sum()), returned, censored, chance))
    return tuple(out)


def _of_episodes(given: Sample, where: str, frame: pl.DataFrame, used: pl.DataFrame) -> Composition:
    """Return the composition of "ended in any way by the last month" in a class; `used` are its cases with times."""
    event, days = parse(ENDED).event, int(max(given.months) * DAYS_PER_MONTH)
    found = rate(event, used, days, given.as_of)
    frequency = None if np.isnan(found.p) else found.p
    return compose(event, where, frame, days, given.as_of, (frequency, found.effective), manner=True)


__all__ = ["OutsideComposition", "Returns", "outside_composition", "returns"]
