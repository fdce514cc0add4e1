r"""Ceasefire with imperfect monitoring.

Under a truce both sides comply or violate.  An incident ends the truce with probability :math:`\varepsilon` (both
comply), :math:`\eta` (one violates) or :math:`\eta_2` (both): the better the monitoring, the larger
:math:`\eta - \varepsilon`.  A violation gains `gain` for the violator and costs the other side `harm`.  After a broken
truce the regime is fighting *resumed* until talks reopen.

Units: probabilities per period; gains and harms are fractions of the stake, per period.

References
----------
Green, E. J. & Porter, R. H. (1984). Noncooperative collusion under imperfect price information. Econometrica 52(1),
87-100.
Abreu, D., Milgrom, P. & Pearce, D. (1991). Information and timing in repeated partnerships. Econometrica 59(6),
1713-1733.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.game.language import Chance, Move
from peacetalks.mechanisms import inspection
from peacetalks.mechanisms.state import BROKEN, NOTHING_CLOSED, TRUCES, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

COMPLY, VIOLATE = "comply", "violate"


def incidents(s: Scenario) -> Chance:
    """Return the stage at which a truce holds or breaks."""

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in TRUCES:
            yield Move("-", to=state)
            return
        chance = inspection.incident(s, state, sum(p == VIOLATE for p in state.pending))
        if chance < 1:
            yield Move("holds", to=state.holding(None), weight=1 - chance)
        if chance > 0:
            yield Move("breaks", to=state._replace(regime=BROKEN, pending=None, agenda=NOTHING_CLOSED), weight=chance)

    return Chance("incident", moves)
