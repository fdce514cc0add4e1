r"""An agenda of points that are closed one after another; nothing is agreed until everything is agreed.

With K points of weights :math:`w_1, \dots, w_K` (shares of the stake that they cover, summing to 1) the table works on
one point at a time, in the order of the agenda.  The proposer offers terms t on the open point, out of `terms` (side
1's share of it); the other side closes the point or leaves it open.  Closed points are provisional: they pay nothing
and bind nobody until the last one is closed, at which the whole is signed at

.. math:: x = \sum_k w_k t_k.

When open talks end without agreement, and when a truce breaks, all points are open again.  Under a truce they are
discussed as in open talks, and what was closed stays closed.  If a vote on the whole fails, the last point is open
again.

A bundle with a linked issue (`grand_bargain.py`) and the wider agreement are about the whole, and may still be had at
once.

Closing all of them takes K acceptances instead of one, which is the delay of bargaining issue by issue; that what is
closed is lost with the talks holds them together.  The order matters where the weights differ.

Units: weights and terms are shares; `accept` is a reference hazard per month.

References
----------
Fershtman, C. (1990). The importance of the agenda in bargaining. Games and Economic Behavior 2(3), 224-238.
Busch, L.-A. & Horstmann, I. (1997). Bargaining frictions, bargaining procedures and implied costs in multiple-issue
bargaining. Economica 64(256), 669-680.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.mechanisms.state import Point, World

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

CLOSE = "close the point"


def offers(s: Scenario) -> list[tuple[float, Point, float]]:
    """Return what may be offered on the open point: (side 1's share of it, the offer, reference weight)."""
    assert s.agenda is not None
    each = float(s.talks.offer) / len(s.agenda.terms)
    return [(float(t), Point(float(t)), each) for t in s.agenda.terms]


def name(state: World, share: float) -> str:
    """Return the name of an offer on the point that is open in `state`.

    >>> name(World("talks", agenda=(2, 0.3)), 0.8)
    'point 3 at 0.8'
    """
    return f"point {state.agenda[0] + 1} at {share:g}"


def weights(s: Scenario) -> list[float]:
    """Return the share of the stake that each point covers: as written, scaled to sum to 1, or alike."""
    assert s.agenda is not None
    written = [float(w) for w in s.agenda.weights or [1.0] * len(s.agenda.points)]
    return [w / sum(written) for w in written]


def close(s: Scenario, state: World, what: Point) -> tuple[int, float]:
    """Return the points closed, and side 1's share of the stake under them, once the open one is closed at `what`."""
    done, held = state.agenda
    return done + 1, round(held + weights(s)[done] * what.share, 12)


def complete(s: Scenario, agenda: tuple[int, float]) -> bool:
    """Return whether all points are closed."""
    assert s.agenda is not None
    return agenda[0] == len(s.agenda.points)
