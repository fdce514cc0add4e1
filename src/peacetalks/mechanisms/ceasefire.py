r"""Ceasefire with imperfect monitoring (Green & Porter 1984; Abreu, Milgrom & Pearce 1991).

Under a truce both sides comply or violate.  An incident ends the truce with probability :math:`\varepsilon`
(both comply), :math:`\eta` (one violates) or :math:`\eta_2` (both): the better the monitoring, the larger
:math:`\eta - \varepsilon`.  A broken truce is remembered until talks reopen: fighting *resumed*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.game.language import Chance, Move
from peacetalks.mechanisms import inspection
from peacetalks.mechanisms.state import BROKEN, TRUCES, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

VIOLATE = "violate"


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
            yield Move("breaks", to=state._replace(regime=BROKEN, pending=None), weight=chance)

    return Chance("incident", moves)
