"""The public state of the standard game, and the outcome label of a state (the labels and ends: `peacetalks.outcomes`).

A flag is kept only in the regimes in which it matters and has one value (0) everywhere else: `home` and `pact` while
the war goes on, `ahead` and `guarantee` under a deal, `clock` and `changed` while the sides may bargain, `agenda` in
open talks and under a truce.  `resting` resets the flags of the war, `walked_out` those of talks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

WAR, TALKS, CEASEFIRE, BROKEN = "war", "talks", "ceasefire", "broken"
INSPECTED, DEAL = "inspected", "deal"
SETTLED, VICTORY_1, VICTORY_2, WIDER = "settled", "victory_1", "victory_2", "wider_war"
FIGHTING = (WAR, TALKS, BROKEN)
TRUCES = (CEASEFIRE, INSPECTED)
OPEN = (WAR, TALKS, CEASEFIRE, BROKEN, INSPECTED)  # regimes in which the sides may still bargain

STEADY, COMMITTED, STRAINED, FRESH = range(4)  # home: support at home of the side that audience and loyalty concern
NO_PACT, IN_PACT, UNDECIDED = range(3)  # pact

NOTHING_CLOSED = (0, 0.0)  # agenda

_new = tuple.__new__  # of a named tuple, in half the time of its `_make`

_LABEL_OF = {SETTLED: "settlement", DEAL: "settlement", INSPECTED: "ceasefire", WAR: "fighting"}


class World(NamedTuple):
    """The public state: regime, front, level of sanctions, what is pending within a period, and the flags."""

    regime: str
    front: int = 0  # position, 0 .. positions - 1; side 1 holds front / (positions - 1)
    level: int = 0  # sanctions: 0 none, 1 threatened, 2 imposed
    pending: Any = None  # within a period: a probe, postures, the proposer, a proposal; after it: agreed terms
    home: int = 0  # support at home: STEADY, COMMITTED, STRAINED or FRESH
    pact: int = 0  # NO_PACT, IN_PACT or UNDECIDED
    ahead: int = 0  # under a deal: the side that has rearmed, 0 if none
    clock: int = 0  # steps to the dated election of `turnover.py`, 0 if none
    changed: int = 0  # at the start of a month: 1 where a government has changed
    agenda: tuple[int, float] = NOTHING_CLOSED  # points closed, and side 1's share of the stake under them
    guarantee: int = 0  # under a deal: 1 while the guarantor stands by
    third: float = 0  # 1 while a third party is armed, 1 + t within a period when it is offered t; 0 if there is none

    def holding(self, pending: Any) -> World:
        """Return the state with something else pending (as `_replace`, in a fraction of its time)."""
        return _new(type(self), (*self[:3], pending, *self[4:]))

    def at_home(self, home: int) -> World:
        """Return the state with another level of support at home."""
        return _new(type(self), (*self[:4], home, *self[5:]))

    def at_front(self, front: int) -> World:
        """Return the state with the front at another position."""
        return _new(type(self), (*self[:1], front, *self[2:]))


@dataclass(frozen=True, slots=True)
class Bundle:
    """Terms with a concession on the linked issue: the issue goes to the side that does not hold it."""

    share: float  # of the stake, for side 1


@dataclass(frozen=True, slots=True)
class Point:
    """Terms on the open point of the agenda."""

    share: float  # of the point, for side 1


@dataclass(frozen=True, slots=True)
class Signed:
    """Terms that have been signed and are to be ratified in the same month."""

    what: float | Bundle
    wider: bool = False  # whether it is the wider agreement of `grand_bargain.py`


def label(state: World) -> str:
    """Return the outcome label of a state at the end of a period.

    >>> label(World(INSPECTED)), label(World(TALKS))
    ('ceasefire', 'talks')
    """
    return _LABEL_OF.get(state.regime, state.regime)


def agreed_terms(state: World) -> float | None:
    """Return side 1's share under the settlement in force in `state`; None where none is in force.

    >>> agreed_terms(World(SETTLED, pending=0.4)), agreed_terms(World(DEAL, pending=Bundle(0.8)))
    (0.4, 0.8)
    >>> agreed_terms(World(WAR)) is None
    True
    """
    if state.regime not in (SETTLED, DEAL):
        return None
    return share_of(state.pending)


def share_of(what: float | Bundle) -> float:
    """Return side 1's share under terms."""
    return float(what.share if isinstance(what, Bundle) else what)


def resting(state: World, regime: str) -> World:
    """Return the state under a truce: the flags of the war are reset."""
    return state._replace(regime=regime, pending=None, home=STEADY, pact=NO_PACT)


def walked_out(state: World) -> World:
    """Return the state when open talks end without agreement: a public demand lapses, and all points are open again."""
    home = STEADY if state.home == COMMITTED else state.home
    return state._replace(regime=WAR, home=home, agenda=NOTHING_CLOSED)
