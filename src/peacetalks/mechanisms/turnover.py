r"""Change of government during talks: a side's resolve is drawn again, and nobody knows what it has become.

While the war goes on or a truce holds, the government of a side changes with chance h = `hazard` a month, and with
chance `loses` at a dated election `election` months ahead.  From the next month on the new government's type is drawn
from the prior, publicly: beliefs about the side return to the prior, whatever had been learnt of the one before
(`equilibrium/redraw.py`).  Offers, the front, truces and public demands stay.

The date is kept by a clock of `steps` steps, one of which passes in a month with chance steps/election: with a step a
month (the default) the election is held in exactly that month, and every state has election + 1 copies; with k steps
its mean stays and its standard deviation is :math:`\sqrt{k(1-q)}/q` months, q = k/election.

Assumptions.  A government values what comes after it at its successor's costs, in expectation: a side is one player
whose resolve changes.  Under a settlement a change of government is of no consequence, and a dated election that falls
into one is not held.

Units: chances per month, and per election.

References
----------
Gaubatz, K. T. (1991). Election cycles and war. Journal of Conflict Resolution 35(2), 212-244.
Wolford, S. (2007). The turnover trap: new leaders, reputation, and international conflict. American Journal of
Political Science 51(4), 772-788.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.game.language import Chance, Move
from peacetalks.mechanisms.state import OPEN, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peacetalks.scenario.political_tables import Turnover
    from peacetalks.scenario.scenario import Scenario

STAYS, CHANGES, WON, LOST = "in office", "change of government", "election, in office", "election, change of government"


def steps(part: Turnover) -> int:
    """Return the steps of the clock at the start: 0 where no election is dated."""
    return 0 if part.election is None else part.steps or part.election


def opening(s: Scenario, regime: str) -> int:
    """Return the clock at the start."""
    return steps(s.turnover) if s.turnover and regime in OPEN else 0


def redraw(s: Scenario) -> Callable[[Any], list[str]] | None:
    """Return whose type is drawn again where a month begins in a state; None without the table."""
    if s.turnover is None:
        return None
    side, nobody = [s.sides[s.turnover.side - 1].label], []
    return lambda state: side if state.changed else nobody


def takes_office(s: Scenario) -> Chance:
    """Return the opening stage of a month: a new government is in office, and is new no more."""
    assert s.turnover is not None

    def moves(state: World) -> Iterator[Move]:
        yield Move("-", to=state._replace(changed=0) if state.changed else state)

    return Chance("new government", moves)


def change(s: Scenario) -> Chance:
    """Return the closing stage of a month, at which the government may change."""
    assert s.turnover is not None
    part = s.turnover

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in OPEN:
            yield Move("-", to=state)
            return
        for name, clock, changed, chance in month(part, state.clock):
            if chance > 0:
                yield Move(name, to=state._replace(clock=clock, changed=changed), weight=chance)

    return Chance("government", moves)


def month(part: Turnover, clock: int) -> list[tuple[str, int, int, float]]:
    """Return what a month may bring: (name, clock, 1 where the government changes, probability)."""
    h, passes = float(part.hazard), 0.0
    if clock and part.election:
        passes = steps(part) / part.election
    out = [(STAYS, clock, 0, (1 - passes) * (1 - h)), (CHANGES, clock, 1, (1 - passes) * h)]
    if clock == 1:
        lost = float(part.loses)
        return [*out, (WON, 0, 0, passes * (1 - lost)), (LOST, 0, 1, passes * lost)]
    later = [(f"{STAYS}, election nearer", clock - 1, 0, passes * (1 - h))]
    return [*out, *later, (f"{CHANGES}, election nearer", clock - 1, 1, passes * h)] if clock else out


def changes_within(part: Turnover, months: int) -> float:
    """Return the chance that the government changes within so many months, if neither side settles before.

    >>> from peacetalks.scenario.political_tables import Turnover
    >>> round(changes_within(Turnover(side=1, hazard=0.1), 2), 6)
    0.19
    >>> changes_within(Turnover(side=1, election=12, loses=0.4), 12), changes_within(Turnover(side=1, election=12), 11)
    (0.4, 0.0)
    """
    same = {steps(part): 1.0}
    for _ in range(months):
        after: dict[int, float] = {}
        for clock, p in same.items():
            for _, later, changed, chance in month(part, clock):
                if not changed:
                    after[later] = after.get(later, 0.0) + p * chance
        same = after
    return 1 - sum(same.values())
