"""Solve the game of a scenario: the one function through which every command does so."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from peacetalks.equilibrium.solve import solve
from peacetalks.equilibrium.timings import timed
from peacetalks.errors import NotSolved
from peacetalks.forecasting.settings import MAX_SWEEPS, SEARCH_BUDGET, TOLERANCE
from peacetalks.mechanisms.standard_game import build
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.scenario.scenario import Scenario


def solve_scenario(
    s: Scenario,
    belief_points: int,
    certify: bool = False,
    refine: bool = False,
    tolerance: float = TOLERANCE,
    max_sweeps: int = MAX_SWEEPS,
    near: Scenario | None = None,
) -> Solution:
    """Return the agent quantal response equilibrium of a scenario's game at its central values.

    Parameters
    ----------
    s : Scenario
        Its `rationality` is the precision of every choice, per unit of the stake.
    belief_points : int
        Points of the belief grid per side with hidden types.
    certify : bool
        Look for further equilibria at every node (`Solution.multiple`, a lower bound).
    refine : bool
        Keep the solution on a grid of about half the points too (`Solution.coarser`), from which the error of the
        belief grid is estimated.
    tolerance : float
        Bound on the error of a value, as a share of the stake.
    max_sweeps : int
        Most passes of the stationary iteration.
    near : Scenario, optional
        The scenario of which `s` is a variant: its solution, made once in each process, is started from.

    Raises
    ------
    NotSolved
        No equilibrium was found within tolerance.

    References
    ----------
    McKelvey, R. D., and T. R. Palfrey (1998). Quantal response equilibria for extensive form games. *Experimental
    Economics* 1, 9-41.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> solve_scenario(small, belief_points=2).settings["interpolation"]
    'linear'
    """
    start = None if near is None or s.periods is not None else _base(_Base(play_key(near), belief_points, near))
    if start is not None and near is not None and not certify and play_key(s) == play_key(near):
        return start
    with timed("build"):
        game = build(s)
    how = {"tolerance": tolerance, "certify": certify, "max_sweeps": max_sweeps, "refine": refine, "near": start}
    with timed("solve"):
        return solve(game, float(s.rationality), belief_points, search_budget=SEARCH_BUDGET, **how)


@dataclass(frozen=True)
class _Base:
    """A scenario whose variants are solved; equal where play and grid are."""

    key: str
    belief_points: int
    scenario: Scenario = field(compare=False)


@lru_cache(maxsize=2)
def _base(base: _Base) -> Solution | None:
    """Return the solution that variants start from; None where there is none, and they are solved from nothing."""
    try:
        return solve_scenario(base.scenario, base.belief_points, refine=True)
    except NotSolved:
        return None
