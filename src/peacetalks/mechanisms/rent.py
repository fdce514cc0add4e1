r"""Negotiators' rent: those who move at the table gain from talks going on (o10).

A negotiator chooses by :math:`\alpha u + b` per period of open talks, where u is the side's own cost and b the rent.
The rent is `drive`, not `pay`: it moves choices and is nobody's welfare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.game.language import Chance, Move
from peacetalks.mechanisms.state import TALKS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario


def collect(s: Scenario) -> Chance:
    """Return the closing stage of a period: rent accrues while talks are open and nothing is signed."""
    assert s.rent is not None
    rent = {side.label: float(s.rent.weight) for side in s.sides}

    def moves(state: World) -> Iterator[Move]:
        yield Move("-", to=state, drive=rent if state.regime == TALKS else None)

    return Chance("rent", moves)
