r"""Take it or leave it under private costs of war (Fearon 1995).

A demands a share :math:`x` of a pie of 1.  B accepts, :math:`(x, 1-x)`, or fights, :math:`(p-c_A, 1-p-c_B)`, with
:math:`c_B` private.  With costs known A demands :math:`p+c_B` and there is no war.  With two types, the costly one of
probability :math:`q`, A takes the risk iff :math:`q > (c_L+c_A)/(c_H+c_A)`.  With :math:`c_B` uniform on
:math:`[c_l, c_h]` A demands :math:`p + \min\{\max(c_l, (c_h-c_A)/2), 1-p\}`.  Sanctions :math:`s` that last until
B settles add to :math:`c_B`.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
Matejka, F. & McKay, A. (2015). Rational inattention to discrete choices: a new foundation for the multinomial logit
model. American Economic Review 105(1), 272-298.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scipy.integrate import quad

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, mean_move, nth, plays, value
from peacetalks.catalog.parts import Offers, passing, spread
from peacetalks.game.language import ONLY, Chance, Decision, Game, Move

if TYPE_CHECKING:
    from collections.abc import Mapping

TIE = 1e-12  # costs closer than this are the same
EVERY_SHARE = "with every share on offer"
TWO_TYPES = {"weak": 0.30, "tough": 0.05}


def _demand(offers: Offers, low: float, high: float) -> Decision:
    shares = spread(offers, low, high)
    return Decision("demand", "A", lambda s: [Move(x, to=("demand", x), weight=w) for x, w in shares])


def fearon(
    p: float = 0.5,
    cost_a: float = 0.1,
    costs: Mapping[str, float] | None = None,
    prior: Mapping[str, float] | None = None,
    offers: Offers = 101,
    low: float = 0.0,
    high: float = 1.0,
) -> Game:
    """Return the game in which B's cost of war is one of a few types (or known, with a single cost).

    Parameters
    ----------
    p : float
        Chance that A wins the war.
    cost_a : float
        A's cost of war.
    costs : {type: cost}
        B's cost of war by type; default weak .30, tough .05.
    prior : {type: probability}
        Default: all types equally likely.
    offers : int or sequence of float
        Number of demands (a density on [low, high]) or their list.
    low, high : float
        Range of the demands.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(fearon(costs={"only": 0.2}), rationality=1000)
    >>> demand = s.strategy("demand", "start")["only"]
    >>> max(demand, key=demand.get)
    0.69
    """
    costs = dict(costs or TWO_TYPES)
    prior = dict(prior or {kind: 1 / len(costs) for kind in costs})
    war: dict[Any, float] = {"A": p - cost_a} | {("B", kind): 1 - p - c for kind, c in costs.items()}

    def answers(state: Any) -> list[Move]:
        _, x = state
        return [Move("accept", "peace", {"A": x, "B": 1 - x}), Move("fight", "war", war)]

    stages = (_demand(offers, low, high), Decision("answer", "B", answers))
    types = {} if set(costs) == {ONLY} else {"B": prior}
    return Game(players=("A", "B"), types=types, start="start", stages=stages)


def fearon_uniform(
    p: float = 0.5,
    cost_a: float = 0.1,
    cost_low: float = 0.0,
    cost_high: float = 0.4,
    sanction: float = 0.0,
    draws: int = 200,
    offers: Offers = 101,
    low: float = 0.0,
    high: float = 1.0,
) -> Game:
    """Return the game in which B's cost is uniform on [cost_low, cost_high], plus a sanction.

    A moves only before B, so B may as well learn the cost after the demand: `draws` equally likely values
    (midpoints of equal intervals).

    Parameters
    ----------
    p, cost_a : float
        A's chance of winning, and cost of war.
    cost_low, cost_high : float
        Range of B's cost of war.
    sanction : float
        What a sanction adds to B's cost of war.
    draws : int
        Number of equally likely values of B's cost.
    offers, low, high
        Demands, as in `fearon`.

    Examples
    --------
    >>> import peacetalks as pt
    >>> f = pt.forecast(pt.solve(fearon_uniform(offers=41), rationality=2000), outcome=str)
    >>> bool(abs(f.sel(outcome="war").item() - 0.375) < 0.03)
    True
    """
    step = (cost_high - cost_low) / draws
    costs = [cost_low + (i + 0.5) * step for i in range(draws)]

    def nature(state: Any) -> list[Move]:
        return [Move(i, to=(*state, i), weight=1 / draws) for i in range(draws)]

    def answers(state: Any) -> list[Move]:
        _, x, i = state
        war = {"A": p - cost_a, "B": 1 - p - costs[i] - sanction}
        return [Move("accept", "peace", {"A": x, "B": 1 - x}), Move("fight", "war", war)]

    stages = (_demand(offers, low, high), Chance("cost", nature), Decision("answer", "B", answers))
    return Game(players=("A", "B"), start="start", stages=stages)


def walk_out(
    p: float = 0.5,
    cost_a: float = 0.1,
    cost_high: float = 0.4,
    worth: float = 0.45,
    mass: float = 0.2,
    offers: Offers = 101,
    naive: bool = False,
) -> Game:
    """Return A's choice between demands and walking out, against B's best replies to a uniform cost.

    With the reference measure walking out has mass `mass` whatever the number of demands; `naive` gives every move
    weight 1, and then the answer depends on the grid (Matejka & McKay 2015).

    Parameters
    ----------
    p, cost_a, cost_high : float
        A's chance of winning and cost of war; B's cost is uniform on [0, cost_high].
    worth : float
        What walking out is worth to A.
    mass : float
        Reference mass of walking out.
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).
    naive : bool
        Give every move the reference weight 1.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(walk_out(offers=1001), rationality=15)
    >>> round(s.strategy("demand", "start")["only"]["walk out"], 5)
    0.14678
    """

    def demands(state: Any) -> list[Move]:
        if state != "start":
            return passing(state)
        moves = [Move("walk out", "out", {"A": worth}, weight=1.0 if naive else mass)]
        for x, w in spread(offers):
            war = min(max((x - p) / cost_high, 0.0), 1.0)
            value = war * (p - cost_a) + (1 - war) * x
            moves.append(Move(x, ("demand", x), {"A": value}, weight=1.0 if naive else (1 - mass) * w))
        return moves

    return Game(players=("A",), start="start", stages=(Decision("demand", "A", demands),))


@defaults_of(fearon)
def best_demand(
    p: float,
    cost_a: float,
    costs: Mapping[str, float] | None,
    prior: Mapping[str, float] | None,
    low: float,
    high: float,
) -> tuple[float, float, float]:
    """Return (A's demand, chance of war, what A expects) without mistakes; arguments as of `fearon`.

    A demands what the cheapest type that it means to please can just bear: one of p + c, where it is on offer.

    >>> [round(x, 6) for x in best_demand()]
    [0.8, 0.5, 0.6]
    >>> [round(x, 6) for x in best_demand(prior={"weak": 0.3, "tough": 0.7})]
    [0.55, 0.0, 0.55]
    """
    costs = dict(costs or TWO_TYPES)
    prior = dict(prior or {kind: 1 / len(costs) for kind in costs})
    found = []
    for c in costs.values():
        x = min(max(p + c, low), high)
        war = sum((prior[kind] for kind, own in costs.items() if own < x - p - TIE), start=0.0)
        found.append(((1 - war) * x + war * (p - cost_a), x, war))
    worth, x, war = max(found)
    return x, war, worth


@defaults_of(fearon_uniform)
def uniform_demand(
    p: float, cost_a: float, cost_low: float, cost_high: float, sanction: float
) -> tuple[float, float, float]:
    """Return (A's demand, chance of war, what A expects) without mistakes; arguments as of `fearon_uniform`.

    >>> [round(x, 6) for x in uniform_demand()]
    [0.65, 0.375, 0.55625]
    """
    low, high = cost_low + sanction, cost_high + sanction
    above = min(max(low, (high - cost_a) / 2), 1 - p)
    war = min(max((above - low) / (high - low), 0.0), 1.0)
    return p + above, war, (1 - war) * (p + above) + war * (p - cost_a)


@defaults_of(walk_out)
def walks_out(
    rationality: float, p: float, cost_a: float, cost_high: float, worth: float, mass: float, naive: bool
) -> float | None:
    """Return the chance that A walks out when every share may be demanded; None where every move has weight 1.

    >>> round(walks_out(15.0), 5)
    0.14678
    """
    if naive:
        return None

    def demanding(x: float) -> float:
        war = min(max((x - p) / cost_high, 0.0), 1.0)
        return math.exp(rationality * (war * (p - cost_a) + (1 - war) * x - worth))

    bends = [x for x in (p, p + cost_high) if 0 < x < 1]
    density, _ = quad(demanding, 0, 1, points=bends, limit=200)
    return mass / (mass + (1 - mass) * density)


_DEMANDS = (
    Parameter("p", "chance that A wins a war", 0.1, 0.9),
    Parameter("cost_a", "A's cost of war", 0.0, 0.4),
)
FEARON = Entry(
    fearon,
    "A demands a share of a pie; B, whose cost of war A does not know, accepts or fights.",
    "Fearon (1995)",
    (
        Measure("war", "chance of war", chance("war"), nth(best_demand, 1), known=True),
        Measure("demand", "A's mean demand", mean_move("demand", "start"), nth(best_demand, 0), known=True),
        Measure("value", "what A expects", value("A"), nth(best_demand, 2), known=True),
    ),
    (
        *_DEMANDS,
        Parameter("costs.weak", "cost of war to a weak B", 0.05, 0.5),
        Parameter("costs.tough", "cost of war to a tough B", 0.0, 0.3),
        Parameter("prior.tough", "share of tough types", 0.0, 1.0, share=True),
    ),
    base={"costs": TWO_TYPES, "prior": {"weak": 0.5, "tough": 0.5}},
    sliders=("p", "cost_a", "costs.tough", "prior.tough"),
    belief_points=3,
)
FEARON_UNIFORM = Entry(
    fearon_uniform,
    "The same demand, when B's cost of war may be any number of a range; sanctions add to it.",
    "Fearon (1995)",
    (
        Measure("war", "chance of war", chance("war"), nth(uniform_demand, 1)),
        Measure("demand", "A's mean demand", mean_move("demand", "start"), nth(uniform_demand, 0)),
        Measure("value", "what A expects", value("A"), nth(uniform_demand, 2)),
    ),
    (
        *_DEMANDS,
        Parameter("cost_low", "lowest cost of war to B", 0.0, 0.15),
        Parameter("cost_high", "highest cost of war to B", 0.2, 0.6),
        Parameter("sanction", "what a sanction adds to B's cost", 0.0, 0.4),
    ),
    settings={"offers": 41, "draws": 80},
    sliders=("p", "cost_a", "sanction"),
)
WALK_OUT = Entry(
    walk_out,
    "A demands a share or walks out: how the reference measure keeps the answer free of the number of demands.",
    "Matejka and McKay (2015)",
    (Measure("walk out", "chance that A walks out", plays("demand", "start", "walk out"), walks_out, EVERY_SHARE),),
    (
        *_DEMANDS,
        Parameter("cost_high", "highest cost of war to B", 0.1, 0.6),
        Parameter("worth", "what walking out is worth to A", 0.2, 0.8),
        Parameter("mass", "reference mass of walking out", 0.01, 0.9),
        Parameter("naive", "every move has the reference weight 1", choices=(False, True)),
    ),
    sliders=("worth", "mass", "naive"),
)
