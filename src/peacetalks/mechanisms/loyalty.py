r"""Loyalty under restraint, and mutiny (Morris & Shin 1998, 2003; Angeletos, Hellwig & Pavan 2006).

A force that takes losses without being allowed to win loses loyalty: the public signal z of the regime's strength
falls from `steady` to `strained`.  When an occasion arises each soldier sees a private signal (precision beta) besides
the public one (precision alpha) and joins a mutiny, at cost c should it fail, when strength looks low.  The mutiny
succeeds where strength is below

.. math:: \theta^* = \Phi\left(\tfrac{\alpha}{\sqrt\beta}(\theta^* - z) - \sqrt{\tfrac{\alpha+\beta}{\beta}}\,\Phi^{-1}(c)\right),

a single root while :math:`\alpha \le \sqrt{2\pi\beta}`, so a restrained period ends in mutiny with probability

.. math:: \chi = \text{occasion} \times \Phi(\sqrt\alpha\,(\theta^* - z)).

The hazard is tabulated once for each level of loyalty, before the game is solved.  A mutiny costs capability: the
front falls back by `setback`, the war is lost with chance `collapse`, and the side pays `loss`.  The force that is left
is steady again; odds in battle are as before, so the loss is one of ground, not a lasting one of strength.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from peacetalks.mechanisms.global_game import hazard as breaking_chance
from peacetalks.mechanisms.state import STEADY, World
from peacetalks.mechanisms.territory import moved, prize, victory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peacetalks.scenario.scenario import Scenario
    from peacetalks.scenario.tables import Loyalty


@cache
def fall_chance(public: float, private: float, signal: float, cost: float) -> float:
    """Return the chance that the regime falls, given precisions, the public signal and the cost of failing.

    >>> [round(fall_chance(4.0, 16.0, z, 0.4), 6) for z in (1.0, 0.8)]  # known answer o12
    [0.100633, 0.266896]
    """
    return breaking_chance(signal, cost, public, private)


def hazard(part: Loyalty, strained: bool) -> float:
    """Return the chance of a mutiny in a restrained period, by level of loyalty."""
    signal = float(part.strained if strained else part.steady)
    return float(part.occasion) * fall_chance(float(part.public), float(part.private), signal, float(part.cost))


def mutiny(s: Scenario) -> Iterator[tuple[Callable[[World], dict[World, float]], float, str, dict[str, float]]]:
    """Return what a mutiny leads to (next states of a state, probability, name, pay): ground lost, or the war lost."""
    assert s.loyalty is not None
    part = s.loyalty
    falls = [moved(s, front, 3 - part.side, float(part.setback)) for front in range(s.battlefield.positions)]

    def fallen_back(state: World) -> dict[World, float]:
        steady = state.at_home(STEADY)
        return {steady.at_front(front): chance for front, chance in falls[state.front].items()}

    own = s.sides[part.side - 1].label
    gone, cost = float(part.collapse), {own: -float(part.loss)}
    if gone < 1:
        yield fallen_back, 1 - gone, "mutiny", cost
    if gone > 0:
        lost = victory(s, 3 - part.side)
        end = {lost: 1.0}
        yield lambda _: end, gone, "mutiny, war lost", {**cost, **prize(s, lost)}
