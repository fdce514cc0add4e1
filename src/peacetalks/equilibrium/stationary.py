"""Stationary games: the period map is iterated until its values do not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.anderson import DEPTH
from peacetalks.equilibrium.held import solve_held
from peacetalks.equilibrium.off_grid import NODE_TOLERANCE
from peacetalks.equilibrium.preconditioner import Mixing, Preconditioner
from peacetalks.equilibrium.watch import fallen, report_share
from peacetalks.errors import NotSolved

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from peacetalks.equilibrium.period_map import PeriodMap

EXACT = 1e-5  # residual at nodes in the last sweep, per unit of the tolerance
INEXACT = 1.0  # residual at nodes before, per change of a value in the last sweep; at 30 twice to four times the sweeps
NEARLY = 2.0  # bound on the error, per tolerance, from which the next sweep is expected to be the last, and exact
TIGHTER = 100.0  # factor by which it falls where steps are relaxed: loosely solved nodes may make values stall
PLAIN = 2_000_000  # (node, belief) pairs of sweeps without mixing, at the most
CLOSER = 1e-2  # bound on the error at which they end, per tolerance
SHORT = 40  # sweeps from a solution near by, at the most
STUCK, STUCK_COARSE = 150, 60  # relaxed or mixed sweeps without halving after which it counts as oscillating
REMEDY = "Try a lower rationality, more belief points, a lower discount, or a finite horizon."


class Oscillates(NotSolved):
    """The iteration of the period map does not converge; its last values are kept."""

    def __init__(self, values: np.ndarray, change: float) -> None:
        super().__init__(
            f"no equilibrium was found: what each side expects of the future still changes by {change:.3g} from one "
            f"pass to the next, and does not shrink. {REMEDY}"
        )
        self.values = values


def solve_stationary(
    map_: PeriodMap,
    W: np.ndarray,
    tolerance: float,
    max_sweeps: int,
    finish: bool,
    before: Mixing | None = None,
    depth: int = DEPTH,
) -> tuple[np.ndarray, float, Mixing]:
    """Iterate the period map from W to its fixed point; return (boundary values, bound on error, how it was mixed).

    It is preconditioned where there is a discount; not in a symmetric game, whose symmetry the rounding of factors
    would break.  What a coarser grid needed is taken from `before`; `depth` residuals are mixed.  Where it comes to
    oscillate, as it may at high precision, Newton's method takes over (`held.py`); on a grid that only gives a start
    (no `finish`) its last values are enough.  Where it leads to values at which a node has no solution, it is made anew
    without a preconditioner.
    """
    starts, solves = map_.starts.copy(), map_.scalar_solves
    if map_.c.layout.discount.max() >= 1 or map_.symmetries:
        return _iterate(map_, W, tolerance, max_sweeps, finish, Mixing(map_, None, False, depth=depth))
    precondition, stalled = (None, False) if before is None else (before.precondition, before.stalled)
    mixing = Mixing(map_, precondition, stalled=stalled, depth=depth)
    try:
        return _iterate_or_hold(map_, W, tolerance, max_sweeps, finish, mixing)
    except Oscillates:
        raise
    except NotSolved:
        map_.starts[:], map_.scalar_solves = starts, solves
    return _iterate_or_hold(map_, W, tolerance, max_sweeps, finish, Mixing(map_, None, False, depth=depth))


def _iterate_or_hold(
    map_: PeriodMap, W: np.ndarray, tolerance: float, max_sweeps: int, finish: bool, mixing: Mixing
) -> tuple[np.ndarray, float, Mixing]:
    """Iterate; where that oscillates, solve by Newton's method; where that fails, iterate once more.

    Raises `Oscillates` where all three fail.
    """
    try:
        return _iterate(map_, W, tolerance, max_sweeps, finish, mixing, stuck=STUCK if finish else STUCK_COARSE)
    except Oscillates as stopped:
        if not finish:
            return stopped.values, np.inf, mixing
        W = stopped.values
    starts = map_.starts.copy()
    try:
        return *solve_held(map_, W, tolerance), mixing
    except NotSolved:
        map_.held, map_.starts[:] = None, starts
    mixing.again()
    return _iterate(map_, W, tolerance, max_sweeps, True, mixing, stuck=STUCK)


def solve_from(
    map_: PeriodMap, W: np.ndarray, tolerance: float, staying: csr_matrix | None
) -> tuple[np.ndarray, float] | None:
    """Iterate from the boundary values of a solution near by; return (boundary values, bound on error), or None.

    None where the path is not short: a game without discount, a symmetric one, a first residual that would turn play
    over, a node without a solution, more than `SHORT` sweeps.  `staying` are the transitions of the preconditioner that
    the solution near by was found with.
    """
    if map_.c.layout.discount.max() >= 1 or map_.symmetries:
        return None
    precondition = None if staying is None else Preconditioner(staying, map_.c.layout.discount)
    try:
        mixing = Mixing(map_, precondition, allowed=precondition is not None, other=precondition is not None)
        return _iterate(map_, W, tolerance, SHORT, True, mixing, most=1.0)[:2]
    except NotSolved:
        return None


def solve_as_long_games(map_: PeriodMap, tolerance: float, max_sweeps: int) -> tuple[np.ndarray, float]:
    """Iterate from the value at the horizon as ever longer games do; return (boundary values, bound on error).

    Mixing may lead from one equilibrium to another, so the first sweeps are not mixed: as many as fit in `PLAIN` pairs
    of nodes and beliefs, or until the bound is `CLOSER` times the tolerance.  Where that is too few, mixed ones follow.
    """
    delta, W, bound = float(map_.c.layout.discount.max()), map_.horizon(), np.inf
    for _ in range(min(max_sweeps, PLAIN // map_.X[:, 0].size)):
        new, _ = map_.solve(W, max(NODE_TOLERANCE, CLOSER * EXACT * tolerance))
        change, W = float(np.abs(new - W).max()), new
        bound = change / (1 - delta) if delta < 1 else np.inf
        if bound <= CLOSER * tolerance:
            break
    if bound > tolerance:
        W, bound, _ = solve_stationary(map_, W, tolerance, max_sweeps, finish=False)
    return W, bound


def _iterate(
    map_: PeriodMap,
    W: np.ndarray,
    tolerance: float,
    max_sweeps: int,
    finish: bool,
    mixing: Mixing,
    most: float = np.inf,
    stuck: float = np.inf,
) -> tuple[np.ndarray, float, Mixing]:
    """Iterate the period map from W to its fixed point; return (boundary values, bound on error, how it was mixed).

    A first residual above `most` per unit of 1 / precision is not gone into; after so many sweeps of relaxed steps that
    are `stuck` it raises `Oscillates`.
    """
    delta = float(map_.c.layout.discount.max())
    change, bound = np.inf, np.inf
    exact, least, first, enough = False, max(NODE_TOLERANCE, EXACT * tolerance), 0.0, tolerance * (1 - delta)
    for _ in range(max_sweeps):
        tol = least if exact else min(1e-2, max(least, INEXACT / (TIGHTER if mixing.stalled else 1.0) * change))
        new, res = map_.solve(W, tol, (finish and exact) or mixing.due)
        before, change = change, float(np.abs(new - W).max())
        first = max(first, change)
        if first * map_.lam.max() > most:
            break
        report_share(fallen(first, change, enough))
        bound = change / (1 - delta) if delta < 1 else _observed_bound(change, before)
        if bound <= tolerance and (exact or not finish):
            return new, max(res, bound), mixing
        exact = finish and bound <= NEARLY * tolerance
        if mixing.stuck >= stuck:
            raise Oscillates(W, change)
        W = mixing.step(W, new)
    raise NotSolved(
        f"no equilibrium was found: what each side expects of the future still changes by {change:.3g} from one pass "
        f"to the next (the iteration of the stationary game did not converge in {max_sweeps} sweeps; bound on the "
        f"error {bound:.3g} > {tolerance:.3g}). {REMEDY}"
    )


def _observed_bound(change: float, before: float) -> float:
    """Return an error bound from the observed rate, for games without discounting."""
    if not np.isfinite(before) or before <= 0:
        return np.inf if change > 0 else 0.0
    rate = change / before
    return change * rate / (1 - rate) if rate < 1 else np.inf
