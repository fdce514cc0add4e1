r"""Grand bargain and linked issues.

*Lever.*  While the war is open a wider agreement is on offer with chance h a period.  The side that hopes for it takes
it or lets it pass; taken, it settles the war at `terms` and is worth G = `value` besides.  Settling before, or a truce,
forfeits it, so that with a cost of fighting c and terms x the side's value of waiting for it is

.. math:: R = \frac{-c + \delta h (x + G)}{1 - \delta(1-h)}.

*Prestige.*  The rival interpretation: a quick victory earns it.  A victory by force is worth `value` more while the
time for it lasts, which ends with chance `closing` a period (level FRESH of `domestic_support.py`).

*Linked issue.*  A second issue, worth :math:`w_1` to side 1 and :math:`w_2` to side 2, may be conceded by its holder
against better terms, in a few bundle offers.  Trade pays where the two weigh the issue differently.

Units: c, G and :math:`w_i` are fractions of the stake; x is side 1's share of it; h and `closing` are per period.

References
----------
Nash, J. F. (1950). The bargaining problem. Econometrica 18(2), 155-162.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.mechanisms.state import FIGHTING, FRESH, VICTORY_1, VICTORY_2, Bundle, World

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

BARGAIN = "grand bargain"


def on_offer(s: Scenario, state: World) -> float:
    """Return the chance that the wider agreement is on offer in a period."""
    w = s.window
    return float(w.chance) if w and w.variant == "lever" and state.regime in FIGHTING else 0.0


def terms(s: Scenario) -> float:
    """Return the terms of the wider agreement: the terms on offer nearest to those written."""
    assert s.window is not None
    return on_grid(s, float(s.window.terms))


def on_grid(s: Scenario, share: float) -> float:
    """Return the terms on offer nearest to `share`, so that settlements are counted by the same terms."""
    step = s.talks.offers - 1
    return float(np.linspace(0.0, 1.0, s.talks.offers).round(12)[int(share * step + 0.5)])


def premium(s: Scenario) -> dict[str, float]:
    """Return what the wider agreement is worth besides its terms when it is signed, to the side that hopes for it."""
    assert s.window is not None
    side = s.sides[s.window.side - 1]
    return {side.label: side.discount * s.window.value}


def prestige(s: Scenario, home: int, after: World) -> dict[str, float]:
    """Return the prestige of the victory `after`, where the level of support `home` says that it counts as quick."""
    w = s.window
    if w is None or w.variant != "prestige" or home != FRESH:
        return {}
    if after.regime != (VICTORY_1 if w.side == 1 else VICTORY_2):
        return {}
    return premium(s)


def bundles(s: Scenario) -> list[tuple[str, Bundle, float]]:
    """Return the bundles that may be offered in open talks: (name of the move, bundle, reference weight)."""
    if s.linked is None:
        return []
    grid = sorted({on_grid(s, float(x)) for x in s.linked.terms})
    return [(f"bundle {x:g}", Bundle(x), float(s.linked.offer) / len(grid)) for x in grid]


def linked_worth(s: Scenario) -> tuple[float, float]:
    """Return what conceding the linked issue is worth to (side 1, side 2): its holder loses, the other gains."""
    part = s.linked
    assert part is not None
    return (-part.worth_1, float(part.worth_2)) if part.held_by == 1 else (float(part.worth_1), -part.worth_2)
