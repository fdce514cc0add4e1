"""What a session was like, looked back upon: how likely each move was, what the others believed, what was forecast.

The chance of a move is that of its type's equilibrium strategy (`own`), and that which the others gave it, over all
types at the beliefs of the moment (`seen`).  The probability of the path, given the types, is the product of the first.
The model's forecast from a month on starts from the public state and beliefs at its beginning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.equilibrium.forward import Trajectory
from peacetalks.equilibrium.position import Position, choice_at, paid
from peacetalks.equilibrium.transitions import advance
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.questions.play import Session

MOST_OTHER = 3  # moves that a debrief names beside the one made


@dataclass(frozen=True)
class PlayedMove:
    """A move that a person made, and what equilibrium says about it."""

    seat: str
    month: int
    stage: str
    move: str
    own: float  # chance for the seat's own type
    seen: float  # chance as the others saw it
    likeliest: str  # what the type would most likely have done
    likeliest_chance: float
    believed: dict[Any, float]  # about the seat, after the move; empty where it has no hidden type


@dataclass(frozen=True)
class MonthForecast:
    """What the model expected at the start of a month for the end of the last one."""

    month: int  # that began
    ends: dict[str, float]
    beliefs: dict[str, dict[Any, float]]


@dataclass(frozen=True)
class Debrief:
    """A session looked back upon; made by `debrief`."""

    outcome: str  # label in force at the end
    end: str  # its class
    types: dict[str, Any]  # everybody's type
    moves: tuple[PlayedMove, ...]
    forecasts: tuple[MonthForecast, ...]
    best: dict[str, float] | None  # best estimate at the start for the last month; None where it was not asked for
    path_probability: float  # of all that happened, given everybody's type
    worth: dict[str, float]  # seat -> what it got and can expect from here on, discounted to the start
    expected: dict[str, float]  # seat -> what its type could expect at the start


def debrief(session: Session, outlook: Outlook | None = None) -> Debrief:
    """Return a session looked back upon.

    Parameters
    ----------
    session : Session
        Over or not; what is not known yet is expected.
    outlook : Outlook, optional
        Of the same scenario, over the session's months: its best estimate at the start is set beside the model's.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.questions.play import start
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> session = start(small, {}, seed=7, belief_points=2)
    >>> d = debrief(session)
    >>> d.end in ("peace", "nowhere", "more_conflict"), 0 < d.path_probability < 1, len(d.forecasts)
    (True, True, 2)
    """
    last = label(session.at.state)
    best = None
    if outlook is not None and outlook.pooled is not None:
        best = _best(outlook, session.months)
    seats = [seat.label for seat in session.seats]
    return Debrief(
        outcome=last,
        end=next(end for end, labels in ENDS.items() if last in labels),
        types=dict(session.types),
        moves=played_moves(session),
        forecasts=tuple(
            MonthForecast(at.period + 1, forecast_from(session, at), {p: dict(b) for p, b in at.beliefs.items()})
            for at in session.months_begun
            if at.period < session.months and not (session.over and at is session.months_begun[-1])
        ),
        best=best,
        path_probability=path_probability(session),
        worth={seat: worth(session, seat) for seat in seats},
        expected={seat: session.solution.value(seat, session.types[seat]) for seat in seats},
    )


def played_moves(session: Session) -> tuple[PlayedMove, ...]:
    """Return the moves that people made, with their chances."""
    out, seats = [], {seat.label for seat in session.seats}
    for event in session.events:
        for who, move in event.moves.items():
            if who not in seats:
                continue
            choice = choice_at(session.solution, event.before)
            mine = choice.strategies[choice.movers.index(who)][session.types[who]]
            if len(mine) < 2:
                continue
            top = max(mine.items(), key=lambda item: item[1])
            believed = dict(event.beliefs.get(who, {}))
            out.append(
                PlayedMove(
                    who, event.month, event.stage, move, event.own[who], event.seen[who], str(top[0]), top[1], believed
                )
            )
    return tuple(out)


def path_probability(session: Session) -> float:
    """Return the probability of all that happened, given everybody's type and the opening state.

    Where a move leads to several states by chance, which one came is not part of it.
    """
    return math.exp(sum(math.log(p) for event in session.events for p in event.own.values()))


def forecast_from(session: Session, at: Position) -> dict[str, float]:
    """Return the chance of each outcome class at the end of the session's last month, as seen at the start of a month.

    `at` is a position before the first stage of a month.
    """
    s, f = session.solution, Filter(session.solution)
    belief = f.on_grid(f.open({at.state: 1.0}, at.beliefs))
    mass = np.zeros((len(s.compiled.boundaries), s.grid.total))
    mass[s.compiled.boundary_index[at.state]] = belief
    for period in range(at.period, session.months):
        mass = advance(s, mass, period)
    ends = ends_of(outcomes_of(Trajectory(s, mass[None])))
    return {str(end): float(ends.sel(end=end)[-1]) for end in ends["end"].values}


def worth(session: Session, seat: str) -> float:
    """Return what a seat got, and what it can expect from where play stands, discounted to the start.

    Within a month nothing can be expected that has not been paid: the value is that of the month's start.
    """
    s, game = session.solution, session.solution.game
    at, kind = session.months_begun[-1], session.types[seat]
    got = session.welfare.get(seat, 0.0)
    if session.at.stage:
        return got
    factor = game.discount_of(seat) ** at.period
    if game.periods is not None and at.period >= game.periods:
        value = paid(s, game.value(at.state), session.types).get(seat, 0.0) if game.value else 0.0
        return got + factor * value
    return got + factor * s.value(seat, kind, state=at.state, period=at.period, beliefs=at.beliefs)


def _best(outlook: Outlook, month: int) -> dict[str, float] | None:
    """Return the best estimate at the end of a month; None where there is none."""
    found = outlook.views["pooled"].sel(period=month)
    values = {str(end): float(found.sel(end=end)) for end in found["end"].values}
    return values if all(math.isfinite(x) for x in values.values()) else None
