r"""Loyalty under restraint, and mutiny.

A force that takes losses without being allowed to win loses loyalty: the public signal z of the regime's strength falls
from `steady` to `strained`, with chance `fall` per restrained period.  When an occasion arises each soldier sees a
private signal (precision `private`) besides the public one (precision `public`) and joins a mutiny, at cost c should it
fail, when strength looks low.  With :math:`\theta^*` the threshold of that global game (`global_game.py`), a restrained
period ends in mutiny with probability

.. math:: \chi = \text{occasion} \times \Phi(\sqrt\alpha\,(\theta^* - z)),

one number for each level of loyalty, fixed before the game is solved.  A mutiny costs ground: the front falls back by
`setback`, the war is lost with chance `collapse`, and the side pays `loss`.  The force that is left is steady again,
and odds in battle are as before.

Units: chances are per restrained period; `setback` is a share of the stake, `loss` a fraction of it.

References
----------
Morris, S. & Shin, H. S. (1998). Unique equilibrium in a model of self-fulfilling currency attacks. American Economic
Review 88(3), 587-597.
Angeletos, G.-M., Hellwig, C. & Pavan, A. (2006). Signaling in a global game: coordination and policy traps. Journal of
Political Economy 114(3), 452-484.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.mechanisms import global_game
from peacetalks.mechanisms.state import STEADY, World
from peacetalks.mechanisms.territory import moved, prize, victory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peacetalks.scenario.scenario import Scenario
    from peacetalks.scenario.tables import Loyalty


def hazard(part: Loyalty, strained: bool) -> float:
    """Return the chance of a mutiny in a restrained period: of a strained force, or of a steady one.

    >>> from peacetalks.scenario.tables import Loyalty
    >>> part = Loyalty(side=1, steady=1.0, strained=0.6, occasion=0.5, fall=0.1, setback=0.1)
    >>> round(hazard(part, strained=False), 6), round(hazard(part, strained=True), 6)
    (0.050316, 0.25743)
    """
    signal = float(part.strained if strained else part.steady)
    breaks = global_game.hazard(signal, float(part.cost), float(part.public), float(part.private))
    return float(part.occasion) * breaks


def mutiny(s: Scenario) -> Iterator[tuple[Callable[[World], dict[World, float]], float, str, dict[str, float]]]:
    """Yield what a mutiny leads to: ground lost, and (where `collapse` > 0) the war lost.

    Each is (next states of a state, with probabilities; its probability; name; pay).
    """
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
