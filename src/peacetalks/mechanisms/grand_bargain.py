r"""Grand bargain and linked issues (Nash 1950).

*Lever.*  While the war is open a wider agreement is on offer with chance h a period.  The side that hopes for it takes
it or lets it pass; taken, it settles the war at `terms` and is worth G = `value` besides.  Settling, or a truce,
forfeits it, so the side's value of war is, with cost c and terms x,

.. math:: R = \frac{-c + \delta h (x + G)}{1 - \delta(1-h)}.

*Prestige.*  The rival view: a quick victory would have earned it.  A victory by force is worth `value` more while the
moment lasts, which passes with chance `closing` a period (level FRESH of `domestic_support.py`).

*Linked issue.*  A second issue, worth w_1 to side 1 and w_2 to side 2, may be conceded by who holds it against better
terms: a few bundle offers.  Trade pays where the two weigh the issue differently.
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
    """Return what the wider agreement is worth besides its terms, when it is signed."""
    assert s.window is not None
    side = s.sides[s.window.side - 1]
    return {side.label: side.discount * s.window.value}


def prestige(s: Scenario, home: int, after: World) -> dict[str, float]:
    """Return the prestige of a victory that still counts as quick, as `home` told before it."""
    w = s.window
    if w is None or w.variant != "prestige" or home != FRESH:
        return {}
    if after.regime != (VICTORY_1 if w.side == 1 else VICTORY_2):
        return {}
    return premium(s)


def bundles(s: Scenario) -> list[tuple[str, Bundle, float]]:
    """Return the bundles that may be offered in open talks: name of the move, bundle, weight."""
    if s.linked is None:
        return []
    grid = sorted({on_grid(s, float(x)) for x in s.linked.terms})
    return [(f"bundle {x:g}", Bundle(x), float(s.linked.offer) / len(grid)) for x in grid]


def linked_worth(s: Scenario) -> tuple[float, float]:
    """Return what conceding the linked issue is worth to each side: a gain to one, a loss to its holder."""
    part = s.linked
    assert part is not None
    return (-part.worth_1, float(part.worth_2)) if part.held_by == 1 else (float(part.worth_1), -part.worth_2)
