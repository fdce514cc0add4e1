r"""Negotiators' rent: those who move at the table gain from talks going on.

A negotiator chooses by :math:`\alpha u + b` per period of open talks, where u is the side's welfare, :math:`\alpha =
1` its weight, and b = `weight` the rent.  The rent is a non-welfare incentive (`drive`, not `pay`): it changes
choices and is nobody's welfare.  The agent's optimal stopping rule without a second mover is the catalog's game
`rent`.

Units: b is a fraction of the stake, per period.  The key `welfare` of the table, another weight :math:`\alpha`, is read
but not used.

References
----------
McCall, J. J. (1970). Economics of information and job search. Quarterly Journal of Economics 84(1), 113-126.
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
