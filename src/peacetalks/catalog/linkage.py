r"""Linked issues and the wider bargain (Nash 1950; Rubinstein 1982; Binmore, Rubinstein & Wolinsky 1986).

*Linkage.*  Issue :math:`k` is worth :math:`w_{1k}` to side 1 and :math:`w_{2k}` to side 2 and may be divided; side 1
gets :math:`u_1=\sum w_{1k}x_k`, side 2 :math:`u_2=\sum w_{2k}(1-x_k)`.  Efficient bundles give side 1 the issues in
order of :math:`w_{1k}/w_{2k}`: the frontier is piecewise linear.  The Nash bargain maximises
:math:`(u_1-d_1)^\alpha(u_2-d_2)^{1-\alpha}` on it; with transfers :math:`u_i=d_i+\alpha_i(S-d_1-d_2)`.  When bundles
are offered in turn the equilibrium tends to the Nash bargain with :math:`\alpha=\tfrac12`, :math:`d=0` as
:math:`\delta\to1`.

*Wider bargain.*  A window opens with probability :math:`h` a period *only while the war is unresolved*; through it
comes a joint settlement of :math:`x_g` and the wider gains :math:`G_i`.  Waiting is worth
:math:`R_1=[-c_1+\delta h(x_g+G_1)]/(1-\delta(1-h))` and :math:`R_2` likewise: there is room for a separate peace iff
:math:`R_1+R_2\le1`, that is for :math:`G_1\le G_1^*=[(1-R_2)(1-\delta(1-h))+c_1]/(\delta h)-x_g`.

References
----------
Nash, J. F. (1950). The bargaining problem. Econometrica 18(2), 155-162.
Rubinstein, A. (1982). Perfect equilibrium in a bargaining model. Econometrica 50(1), 97-109.
Binmore, K., Rubinstein, A. & Wolinsky, A. (1986). The Nash bargaining solution in economic modelling. RAND Journal of
Economics 17(2), 176-188.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from scipy.optimize import root_scalar

from peacetalks.catalog.entry import Entry, Measure, Parameter, both, chance, defaults_of, nth, value
from peacetalks.catalog.parts import passing, spread
from peacetalks.errors import GameError
from peacetalks.game.language import Chance, Decision, Game, Move

Weights = Sequence[float]
Bundle = tuple[float, ...]


def order_of(w1: Weights, w2: Weights) -> list[int]:
    """Return the issues in the order in which side 1 gets them on the frontier.

    >>> order_of((0.3, 0.7), (0.6, 0.4))
    [1, 0]
    """
    if len(w1) != len(w2) or not w1 or min(*w1, *w2) <= 0:
        raise GameError(f"each issue needs a positive weight on both sides, got {list(w1)!r} and {list(w2)!r}")
    return sorted(range(len(w1)), key=lambda k: -w1[k] / w2[k])


def worth(w1: Weights, w2: Weights, x: Bundle) -> tuple[float, float]:
    """Return what a bundle is worth to both sides; x is side 1's share of each issue.

    >>> worth((0.7, 0.3), (0.4, 0.6), (1.0, 0.0))
    (0.7, 0.6)
    """
    return sum(w * s for w, s in zip(w1, x, strict=True)), sum(w * (1 - s) for w, s in zip(w2, x, strict=True))


def frontier(w1: Weights, w2: Weights, points: int) -> list[Bundle]:
    """Return efficient bundles, `points` to each issue, from all to side 2 to all to side 1.

    >>> frontier((0.7, 0.3), (0.4, 0.6), 2)
    [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0)]
    """
    order = order_of(w1, w2)
    out = [tuple(0.0 for _ in w1)]
    for done, k in enumerate(order):
        for i in range(1, points + 1):
            out.append(tuple(1.0 if j in order[:done] else i / points if j == k else 0.0 for j in range(len(w1))))
    return out


def nash_bargain(w1: Weights, w2: Weights, d: tuple[float, float] = (0.0, 0.0), alpha: float = 0.5) -> Bundle:
    """Return the bundle of the generalised Nash bargain over all issues at once.

    Raises `GameError` where no bundle leaves both sides better off than disagreement.

    >>> nash_bargain((0.7, 0.3), (0.4, 0.6), (0.2, 0.1))
    (1.0, 0.0)
    """
    best: tuple[float, Bundle] | None = None
    corners = frontier(w1, w2, 1)
    for a, b in pairwise(corners):
        (a1, a2), (b1, b2) = worth(w1, w2, a), worth(w1, w2, b)
        slope = (a2 - b2) / (b1 - a1)
        u1 = d[0] + alpha * ((a2 - d[1]) / slope + a1 - d[0])  # the best point of the line through the segment
        t = min(max((u1 - a1) / (b1 - a1), 0.0), 1.0)
        x = tuple(p + t * (q - p) for p, q in zip(a, b, strict=True))
        gain = [u - e for u, e in zip(worth(w1, w2, x), d, strict=True)]
        if min(gain) > 0:
            score = alpha * math.log(gain[0]) + (1 - alpha) * math.log(gain[1])
            best = max(best or (score, x), (score, x))
    if best is None:
        raise GameError(f"no bundle is better than disagreement {d!r} for both sides")
    return best[1]


def issue_by_issue(w1: Weights, w2: Weights, d: tuple[float, float] = (0.0, 0.0), alpha: float = 0.5) -> Bundle:
    """Return the bundle when each issue is bargained over on its own, disagreement split in proportion to weight.

    >>> [round(u, 6) for u in worth((0.7, 0.3), (0.4, 0.6), issue_by_issue((0.7, 0.3), (0.4, 0.6), (0.2, 0.1)))]
    [0.55, 0.45]
    """
    own = [(d[0] * a / sum(w1), d[1] * b / sum(w2)) for a, b in zip(w1, w2, strict=True)]
    return tuple(nash_bargain([a], [b], e, alpha)[0] for a, b, e in zip(w1, w2, own, strict=True))


def with_transfers(surplus: float, d: tuple[float, float], alpha: float = 0.5) -> tuple[float, float]:
    """Return the Nash bargain over a transferable surplus.

    >>> [round(u, 6) for u in with_transfers(1.4, (0.5, 0.3), 0.6)]
    [0.86, 0.54]
    """
    rest = surplus - sum(d)
    return d[0] + alpha * rest, d[1] + (1 - alpha) * rest


def linked_talks(
    w1: Weights = (0.7, 0.3), w2: Weights = (0.4, 0.6), discount: float = 0.9, bundles: int | Sequence[Bundle] = 21
) -> Game:
    """Return alternating offers of bundles; states ("talks", proposer), ("offer", proposer, bundle), "deal".

    Parameters
    ----------
    w1, w2 : sequence of float
        Worth of each issue to side 1 and to side 2.
    discount : float
        Discount factor per period.
    bundles : int or sequence of tuple
        Number of shares per issue (every combination may be offered), or the bundles on offer.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(linked_talks(bundles=frontier((0.7, 0.3), (0.4, 0.6), 50)), rationality=2000, certify=False)
    >>> bool(abs(s.value("1") - 0.7156) < 0.02)
    True
    """
    if isinstance(bundles, int):
        line = spread(bundles)
        offered = [(tuple(x for x, _ in row), math.prod(w for _, w in row)) for row in product(line, repeat=len(w1))]
    else:
        offered = [(tuple(x), 1 / len(bundles)) for x in bundles]

    def propose(state: Any) -> Iterator[Move]:
        if state == "deal":
            yield from passing(state)
            return
        for x, w in offered:
            yield Move(x, ("offer", state[1], x), weight=w)

    def answer(state: Any) -> list[Move]:
        if state == "deal":
            return passing(state)
        one, two = worth(w1, w2, state[2])
        other = "2" if state[1] == "1" else "1"
        return [Move("accept", "deal", {"1": one, "2": two}), Move("reject", ("talks", other))]

    def responder(state: Any) -> str:
        return "2" if state[1] == "1" else "1"

    stages = (Decision("offer", lambda s: s[1], propose), Decision("answer", responder, answer))
    return Game(players=("1", "2"), start=("talks", "1"), stages=stages, periods=None, discount=discount)


def waiting(discount: float, window: float, cost: float, share: float, gain: float) -> float:
    """Return what waiting for the wider bargain is worth: the least share a side takes in a separate peace.

    >>> round(waiting(0.95, 0.2, 0.03, 0.5, 0.3), 6)
    0.508333
    """
    return (-cost + discount * window * (share + gain)) / (1 - discount * (1 - window))


def widest_gain(discount: float, window: float, costs: tuple[float, float], share: float, gain_2: float) -> float:
    """Return the gain of side 1 from the wider bargain above which there is no separate peace.

    >>> round(widest_gain(0.95, 0.2, (0.03, 0.04), 0.5, 0.0), 6)
    0.631579
    """
    rest = 1 - waiting(discount, window, costs[1], 1 - share, gain_2)
    return (rest * (1 - discount * (1 - window)) + costs[0]) / (discount * window) - share


def wider_bargain(
    gains: tuple[float, float] = (0.3, 0.0),
    window: float = 0.2,
    costs: tuple[float, float] = (0.03, 0.04),
    share: float = 0.5,
    discount: float = 0.95,
    offers: int = 101,
) -> Game:
    """Return the war in which side 1 offers a separate peace or waits for the window; states "war", "open", "over".

    At high precision side 2 gets R_2 and up to a few steps of the grid of offers more, because every later offer would
    give it a step above R_2 as well.

    Parameters
    ----------
    gains : (float, float)
        Gain of side 1, 2 from the wider bargain.
    window : float
        Chance per period that the window opens.
    costs : (float, float)
        Cost of a period of war to side 1, 2.
    share : float
        Side 1's share in the joint settlement.
    discount : float
        Discount factor per period.
    offers : int
        Number of shares that side 1 may offer itself.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(wider_bargain(gains=(0.3, 0.0), offers=1001), rationality=20000, certify=False)
    >>> bool(abs(s.value("2") - 0.2292) < 0.005)
    True
    """
    fight = {"1": -costs[0], "2": -costs[1]}

    def propose(state: Any) -> list[Move]:
        if state == "over":
            return passing(state)
        if state == "open":
            return [Move("joint settlement", "over", {"1": share + gains[0], "2": 1 - share + gains[1]})]
        return [Move("wait", "waited"), *(Move(x, ("offer", x), weight=w) for x, w in spread(offers))]

    def answer(state: Any) -> list[Move]:
        if not isinstance(state, tuple):
            return passing(state)
        return [Move("accept", "over", {"1": state[1], "2": 1 - state[1]}), Move("reject", "waited")]

    def opening(state: Any) -> list[Move]:
        if state == "over":
            return passing(state)
        return [Move("opens", "open", fight, weight=window), Move("stays shut", "war", fight, weight=1 - window)]

    stages = (Decision("offer", "1", propose), Decision("answer", "2", answer), Chance("window", opening))
    return Game(players=("1", "2"), start="war", stages=stages, periods=None, discount=discount)


@defaults_of(linked_talks)
def alternating(w1: Weights, w2: Weights, discount: float) -> tuple[float, float]:
    """Return what both sides get where efficient bundles are offered in turn, side 1 first.

    Each side offers the other just what its own offer a period later would be worth to it (Rubinstein 1982, on the
    frontier of linked issues).

    >>> [round(u, 4) for u in alternating()]
    [0.7156, 0.5688]
    """
    corners = sorted(worth(w1, w2, x) for x in frontier(w1, w2, 1))
    ones, twos = zip(*corners, strict=True)

    def left(u1: float) -> float:
        return float(np.interp(u1, ones, twos))

    found = root_scalar(lambda u: left(u) - discount * left(discount * u), bracket=(0.0, ones[-1]))
    return found.root, left(found.root)


def waits(
    gains: tuple[float, float], window: float, costs: tuple[float, float], share: float, discount: float
) -> tuple[float, float]:
    """Return (1 where a separate peace leaves nobody worse off than waiting, else 0; what side 2 expects).

    >>> [round(x, 4) for x in waits((0.3, 0.0), 0.2, (0.03, 0.04), 0.5, 0.95)]
    [1.0, 0.2292]
    """
    one = waiting(discount, window, costs[0], share, gains[0])
    two = waiting(discount, window, costs[1], 1 - share, gains[1])
    offered = max(two, 0.0)
    return (1.0, offered) if one + offered <= 1 else (0.0, two)


LINKED_TALKS = Entry(
    linked_talks,
    "Two issues that the sides value differently are offered as bundles in turn: linkage makes both better off.",
    "Rubinstein (1982)",
    (
        Measure("value 1", "what side 1 gets", value("1"), nth(alternating, 0)),
        Measure("value 2", "what side 2 gets", value("2"), nth(alternating, 1)),
        Measure("deal", "chance of a deal within 40 periods", chance("deal")),
    ),
    (
        *both("w1", ("worth of the first issue to side 1", "worth of the second issue to side 1"), 0.1, 1.0),
        *both("w2", ("worth of the first issue to side 2", "worth of the second issue to side 2"), 0.1, 1.0),
        Parameter("discount", "discount factor per period", 0.5, 0.97),
    ),
    periods=40,
    settings={"bundles": 11},
    sliders=("w1.1", "w2.1", "discount"),
)
WIDER_BARGAIN = Entry(
    wider_bargain,
    "A separate peace now, or waiting for a wider bargain that comes only while the war goes on.",
    "Nash (1950)",
    (
        Measure("separate", "chance of a separate peace in the first period", chance("over"), nth(waits, 0)),
        Measure("value 1", "what side 1 expects", value("1")),
        Measure("value 2", "what side 2 expects", value("2"), nth(waits, 1)),
    ),
    (
        *both("gains", ("gain of side 1 from the wider bargain", "gain of side 2"), 0.0, 1.0),
        Parameter("window", "chance per period that the window opens", 0.02, 0.8),
        *both("costs", ("cost of a period of war to side 1", "cost of a period of war to side 2"), 0.0, 0.2),
        Parameter("share", "side 1's share in the joint settlement", 0.1, 0.9),
        Parameter("discount", "discount factor per period", 0.5, 0.97),
    ),
    periods=1,
    sliders=("gains.1", "window", "costs.2"),
)
