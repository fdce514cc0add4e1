r"""A crisis in public: audience costs and the war of nerves (Fearon 1994).

Two sides stand firm, quit or attack.  A side that quits at time :math:`t` pays its audience :math:`a_i t` and leaves
the prize :math:`v_j` to the other; an attack is war, worth :math:`w_i` to side :math:`i`, private and uniform on
:math:`[-W_i,0]`.  The crisis has a horizon :math:`t^*=\min(t_1,t_2)` with
:math:`a_jt_j/W_j=v_i/(v_i+a_it_j)`; types with :math:`w_i\ge-a_it^*` are resolved and attack then, the others have
quit before, side :math:`j` with :math:`1-Q_j(t)=(1-Q_j(0))\,v_i/(v_i+a_it)`.  The side with the larger :math:`t_j`
quits at once with probability :math:`Q_j(0)=1-\frac{a_jt^*}{W_j}\frac{v_i+a_it^*}{v_i}`, and war comes with
probability :math:`\prod_j a_jt^*/W_j`: the side with the higher audience cost backs down less.

With finitely many types the same argument holds with their distribution for :math:`a_jt/W_j`; `resolve_types` makes
two types per side, the resolved and the rest, that end the crisis exactly as the uniform ones do.  In the game a period
lasts :math:`dt` and quitting and attacking have reference hazards per unit of time; whoever still stands at the end
of the last period is at war.

References
----------
Fearon, J. D. (1994). Domestic political audiences and the escalation of international disputes. American Political
Science Review 88(3), 577-592.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scipy.integrate import quad

from peacetalks.catalog.entry import GOING_ON, Entry, Measure, Parameter, SolvedPlay, both, chance, nth
from peacetalks.errors import GameError
from peacetalks.game.language import Game, Move, Simultaneous

Pair = tuple[float, float]
Types = Mapping[str, tuple[float, float]]  # {type: (probability, value of war)}
SIDES = ("1", "2")


@dataclass(frozen=True, slots=True)
class Crisis:
    """How the crisis ends in equilibrium; pairs are (side 1, side 2)."""

    horizon: float  # t*, in units of time
    at_once: Pair  # chance to quit at time 0
    resolved: Pair  # chance to be of a type that attacks at the horizon
    backs_down: Pair  # chance to quit at some time

    @property
    def war(self) -> float:
        """Chance of war."""
        return self.resolved[0] * self.resolved[1]


def crisis(costs: Pair = (1.0, 1.0), prizes: Pair = (1.0, 1.0), worst: Pair = (1.0, 1.0)) -> Crisis:
    """Return the equilibrium in continuous time with war values uniform on [-worst, 0].

    Raises `GameError` for a cost, prize or worst value that is not positive.

    >>> c = crisis()
    >>> round(c.horizon, 6), round(c.war, 6)
    (0.618034, 0.381966)
    """
    for name, pair in (("costs", costs), ("prizes", prizes), ("worst", worst)):
        if not min(pair) > 0:
            raise GameError(f"{name} must be > 0 on both sides, got {tuple(pair)!r}")
    (a1, a2), (v1, v2), (w1, w2) = costs, prizes, worst

    def end(a: float, w: float, rival_a: float, rival_v: float) -> float:
        b = a * rival_v
        return (math.sqrt(b * b + 4 * rival_a * a * w * rival_v) - b) / (2 * rival_a * a)

    horizon = min(end(a1, w1, a2, v2), end(a2, w2, a1, v1))
    resolved = (a1 * horizon / w1, a2 * horizon / w2)
    stays = (resolved[0] * (v2 + a2 * horizon) / v2, resolved[1] * (v1 + a1 * horizon) / v1)
    return Crisis(horizon, (1 - stays[0], 1 - stays[1]), resolved, _backs_down(horizon, stays, costs, prizes))


def _backs_down(horizon: float, stays: Pair, costs: Pair, prizes: Pair) -> Pair:
    """Integrate each side's density of quitting against the other's survival (a tie at 0 counts for both halves)."""
    (a1, a2), (v1, v2) = costs, prizes

    def survival(s: float, a: float, v: float, t: float) -> float:
        return s * v / (v + a * t)

    def density(s: float, a: float, v: float, t: float) -> float:
        return s * v * a / (v + a * t) ** 2

    one, _ = quad(lambda t: density(stays[0], a2, v2, t) * survival(stays[1], a1, v1, t), 0, horizon)
    two, _ = quad(lambda t: density(stays[1], a1, v1, t) * survival(stays[0], a2, v2, t), 0, horizon)
    return (one + (1 - stays[0]) * stays[1], two + (1 - stays[1]) * stays[0])


def crisis_in_steps(dt: float, cost: float = 1.0, prize: float = 1.0, worst: float = 1.0) -> tuple[float, float]:
    """Return (horizon, chance of war) of the symmetric crisis in which sides may quit every `dt`.

    >>> horizon, war = crisis_in_steps(0.01)
    >>> round(horizon, 2), round(war, 4)
    (0.62, 0.381)
    """
    stands, k = 1.0, 0
    while stands > cost * k * dt / worst:
        k += 1
        stands *= 1 - cost * dt / (prize + cost * k * dt)
    return k * dt, stands * stands


def resolve_types(c: Crisis, worst: Pair = (1.0, 1.0)) -> tuple[dict[str, tuple[float, float]], ...]:
    """Return for each side the resolved and the other types as two, each with its mean value of war.

    >>> resolve_types(crisis())[0]["resolved"][0] == crisis().resolved[0]
    True
    """
    return tuple(
        {"resolved": (r, -r * w / 2), "irresolute": (1 - r, -(1 + r) * w / 2)}
        for r, w in zip(c.resolved, worst, strict=True)
    )


def audience(
    types: tuple[Types, Types] | None = None,
    costs: Pair = (1.0, 1.0),
    prizes: Pair = (1.0, 1.0),
    dt: float = 0.05,
    length: float = 1.0,
    pace: float = 1.0,
) -> Game:
    """Return the crisis of sides "1" and "2"; states: periods gone, then ("quit", side or "both") or "war".

    Parameters
    ----------
    types : pair of {type: (probability, value of war)}
        Default: two types per side that end the crisis as uniform ones on [-1, 0] do (`resolve_types`).
    costs, prizes : (float, float)
        Audience cost per unit of time, and the prize.
    dt, length : float
        Length of a period and of the whole crisis; after it there is war.
    pace : float
        Reference hazard, per unit of time, of quitting and of attacking.

    Examples
    --------
    >>> audience(dt=0.1).periods
    10
    """
    kinds = types or resolve_types(crisis(costs, prizes))
    periods = round(length / dt)
    if periods < 1 or not 0 < 2 * pace * dt < 1:
        raise GameError(f"a crisis needs length >= dt > 0 and 2 * pace * dt < 1, got {length!r}, {dt!r}, {pace!r}")
    war: dict[Any, float] = {(i, k): w for i, own in zip(SIDES, kinds, strict=True) for k, (_, w) in own.items()}

    def own(state: Any) -> list[Move]:
        if not isinstance(state, int):
            return [Move("over")]
        return [
            Move("stand", weight=1 - 2 * pace * dt),
            Move("quit", weight=pace * dt),
            Move("attack", weight=pace * dt),
        ]

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        if not isinstance(state, int):
            return Move("over", state)
        if "attack" in chosen.values():
            return Move("war", "war", war)
        quits = [i for i in SIDES if chosen[i] == "quit"]
        if not quits:
            last = state + 1 == periods
            return Move("stand", "war" if last else state + 1, war if last else None)
        pay = {i: -costs[n] * state * dt if i in quits else prizes[n] for n, i in enumerate(SIDES)}
        return Move("quit", ("quit", "both" if len(quits) == 2 else quits[0]), pay)

    return Game(
        players=SIDES,
        types={i: {k: p for k, (p, _) in own.items()} for i, own in zip(SIDES, kinds, strict=True)},
        start=0,
        stages=(Simultaneous("stand", dict.fromkeys(SIDES, own), together),),
        periods=periods,
    )


def crisis_within(
    types: tuple[Types, Types] | None, costs: Pair, prizes: Pair, length: float
) -> tuple[float, float, float] | None:
    """Return (chance of war, side 1 backs down, side 2 backs down) of the crisis in continuous time.

    None where the types are given otherwise, or the game ends before the crisis does.

    >>> [round(x, 6) for x in crisis_within(None, (1.0, 1.0), (1.0, 1.0), 1.0)]
    [0.381966, 0.309017, 0.309017]
    """
    c = crisis(costs, prizes)
    if types is not None or c.horizon > length:
        return None
    return (c.war, *c.backs_down)


def _ends(state: Any) -> str:
    if isinstance(state, tuple):
        return "both quit" if state[1] == "both" else f"{state[1]} quits"
    return state if isinstance(state, str) else GOING_ON


def _chance_to_back_down(side: str) -> Callable[[SolvedPlay], float]:
    """Return the measure of the chance that a side backs down; where both do at once, each counts as half."""
    return lambda play: play.ends.get(f"{side} quits", 0.0) + play.ends.get("both quit", 0.0) / 2


AUDIENCE = Entry(
    audience,
    "Two sides stand firm in public, at a cost of backing down that grows with time, quit or go to war.",
    "Fearon (1994)",
    (
        Measure("war", "chance of war", chance("war"), nth(crisis_within, 0), known=True),
        Measure(
            "1 backs down",
            "chance that side 1 backs down",
            _chance_to_back_down("1"),
            nth(crisis_within, 1),
            known=True,
        ),
        Measure(
            "2 backs down",
            "chance that side 2 backs down",
            _chance_to_back_down("2"),
            nth(crisis_within, 2),
            known=True,
        ),
    ),
    (
        *both("costs", ("audience cost of side 1 per unit of time", "audience cost of side 2"), 0.5, 3.0),
        *both("prizes", ("prize to side 1", "prize to side 2"), 0.5, 2.0),
        Parameter("dt", "length of a period", 0.02, 0.4),
        Parameter("length", "length of the whole crisis", 0.5, 2.0),
        Parameter("pace", "reference hazard of quitting and of attacking", 0.2, 1.2),
    ),
    _ends,
    settings={"dt": 0.2, "length": 1.0},
    sliders=("costs.1", "costs.2"),
    levels=(5.0, 10.0, 20.0, 50.0),
    belief_points=9,
)
