r"""Ceasefire with imperfect monitoring (Green & Porter 1984; Abreu, Milgrom & Pearce 1991).

Under a truce both sides comply or violate.  An incident ends the truce with probability :math:`\varepsilon`
(both comply), :math:`\eta` (one violates) or :math:`\eta_2` (both): the better the monitoring, the larger
:math:`\eta - \varepsilon`.  A broken truce is remembered until talks reopen: fighting *resumed*.
"""

from __future__ import annotations

from collections.abc import Iterator

from peacetalks.game import Chance, Move
from peacetalks.mechanisms.battlefield import VIOLATE
from peacetalks.mechanisms.state import BROKEN, CEASEFIRE, World
from peacetalks.spec import Scenario


def incidents(s: Scenario) -> Chance:
    """Return the stage at which a truce holds or breaks."""

    def moves(state: World) -> Iterator[Move]:
        if state.regime != CEASEFIRE or s.ceasefire is None:
            yield Move("-", to=state)
            return
        violations = sum(p == VIOLATE for p in state.pending)
        c = s.ceasefire
        chance = (c.incident, c.incident_one, c.incident_both)[violations]
        if chance < 1:
            yield Move("holds", to=state._replace(pending=None), weight=1 - chance)
        if chance > 0:
            yield Move("breaks", to=state._replace(regime=BROKEN, pending=None), weight=float(chance))

    return Chance("incident", moves)
