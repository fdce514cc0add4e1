"""A scenario solved: the one way every command solves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.equilibrium.solve import solve
from peacetalks.mechanisms.standard_game import build

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.scenario.scenario import Scenario

TOLERANCE = (
    1e-3  # bound on a value's error, in pies; probabilities then err by 3e-5 (measured), far less than by the grid
)
MOST = 800  # sweeps; most scenarios settle within 50 to 170, the slowest of the case book took 343 (measured)


def solve_scenario(s: Scenario, belief_points: int, certify: bool = False, refine: bool = False) -> Solution:
    """Return the solved game of a scenario at its central values; raise `NotSolved` where there is no solution.

    With `certify` nodes with several equilibria are looked for (`Solution.multiple`); with `refine` the solution on a
    coarser belief grid is kept too (`Solution.coarser`).
    """
    return solve(
        build(s),
        rationality=float(s.rationality),
        belief_points=belief_points,
        tolerance=TOLERANCE,
        certify=certify,
        max_sweeps=MOST,
        refine=refine,
    )
