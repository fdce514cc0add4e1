"""The principal branch of quantal response equilibria of a tree, followed from precision 0 (Turocy 2005, 2010).

At precision 0 every choice is the reference measure.  The curve of solutions that starts there is followed by
pseudo-arclength, a predictor along its tangent and Newton's method back to it, through folds, where the precision
turns back, and without a turn through bifurcations, where other curves cross it: the rule of the belief-grid solver
(`equilibrium/kernels/branch.h`).  The sign of the bordered determinant is constant along a curve but for bifurcations,
so where it changes between two points the step is halved, until the curve is seen to turn (no bifurcation: two curves
pass close by) or the step is below `CROSSING` (a bifurcation).  So in a symmetric game the branch is the symmetric one.

The unknowns are log-odds against the likeliest action of each information set; lengths are relative to 1 + |log-odds|
and to the precision.  A step is also halved where a probability or a belief is corrected by more than `JUMP`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from peacetalks.errors import NotSolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.trees.equations import Basis, Equations, Play

Array = np.ndarray
FIRST_STEP, LONGEST_STEP, LEAST_STEP = 0.05, 0.5, 1e-10  # lengths of steps
NEAR = 0.2  # length of a correction, in steps, above which another curve was met
JUMP = 0.1  # correction of a probability or a belief above which another curve was met
LEAST_COSINE = 0.9  # cosine of the angle between the tangents at the ends of a step, at least
CROSSING = 1e-5  # a step below which a change of the determinant's sign is a bifurcation
CORRECTED, TOLERANCE = 1e-11, 1e-9  # residual that is aimed at, and that a point may have at most
MOST_STEPS, CORRECTIONS = 5000, 30
SLOW = 0.3  # rate of convergence above which the matrix is factorised anew


@dataclass(frozen=True)
class Point:
    """A point of the branch."""

    play: Play
    residual: float  # largest change of log-odds that one more logit response would make (see `follow`)
    crossed: bool = False  # whether another curve crossed between the point before and this one


@dataclass(frozen=True)
class _State:
    """A point, its coordinates z = (log-odds, precision), and the direction of the curve there."""

    play: Play
    basis: Basis
    z: Array  # [unknown + 1]
    metric: Array  # [unknown + 1] by which lengths are measured
    row: Array  # [unknown + 1] the last row of the bordered matrix
    factor: _Factor
    tangent: Array  # [unknown + 1] of length 1
    cosine: float  # of the angle with the direction that the curve came from


def follow(equations: Equations, stops: Array) -> Iterator[Point]:
    """Yield points of the principal branch in order, among them those where it first comes to each stop.

    The residual of a point is the largest change of log-odds that one more logit response would make; where the
    precision times the spread of payoffs exceeds 1 it is relative to that product, an error of payoffs: floats hold no
    more.

    Parameters
    ----------
    equations : Equations
    stops : numpy.ndarray
        Precisions, increasing and positive.  The curve is followed until it first comes to the last one.

    Raises
    ------
    NotSolved
        Where the branch is lost: at which precision, and by how much the equations fail.
    """
    start = equations.play(equations.start(), 0.0)
    yield Point(start, 0.0)
    if not equations.unknowns or not len(stops):
        yield from (Point(equations.play(start.log_p, float(stop)), 0.0) for stop in stops)
        return
    curve, step, goals = _Curve(equations), FIRST_STEP, list(map(float, stops))
    state = curve.state(start, curve.upwards(start))
    for _ in range(MOST_STEPS):
        ahead, found, step = curve.advance(state, step, goals[0])
        yield found
        if found.play.lam == goals[0]:
            goals.pop(0)
            if not goals:
                return
        state = ahead
    raise NotSolved(
        f"the principal branch needs more than {MOST_STEPS} steps; it was left at precision {state.z[-1]:.6g}"
    )


class _Curve:
    """The steps along the branch of some equations."""

    def __init__(self, equations: Equations) -> None:
        self.e, self.n = equations, equations.unknowns
        speed = float((equations.rate * equations.arrays.spread).max())
        self.unit = 1.0 / speed if speed > 0 else 1.0  # precision at which play begins to depart from the start

    def upwards(self, play: Play) -> Array:
        """Return a direction in which the precision grows: derivatives of log-probabilities, and of the precision."""
        return np.append(np.zeros(self.e.actions), 1.0)

    def coordinates(self, play: Play, basis: Basis) -> tuple[Array, Array]:
        """Return (log-odds, precision), and the metric."""
        z = np.append(basis.difference @ play.log_p, play.lam)
        return z, 1.0 / np.append(1.0 + np.abs(z[:-1]), self.unit + play.lam)

    def state(self, play: Play, came: Array) -> _State:
        """Return the state at a point to which the curve came in the direction `came` [action + 1]."""
        basis = self.e.basis(play.log_p)
        z, metric = self.coordinates(play, basis)
        before = np.append(basis.difference @ came[:-1], came[-1])
        row = before * metric**2 / np.linalg.norm(before * metric)
        factor = self.factor(play, basis, row)
        tangent = factor.solve(np.append(np.zeros(self.n), 1.0))
        cosine = 1.0 / float(np.linalg.norm(tangent * metric))
        return _State(play, basis, z, metric, row, factor, tangent / np.abs(tangent * metric).max(), cosine)

    def factor(self, play: Play, basis: Basis, row: Array) -> _Factor:
        """Return the bordered matrix, factorised."""
        return _Factor(self.e.jacobian(play, basis), self.e.lam_derivative(play, basis), row)

    def play_at(self, basis: Basis, z: Array) -> Play:
        """Return the play at coordinates."""
        return self.e.play(self.e.log_p(basis, z[:-1]), float(z[-1]))

    def advance(self, state: _State, step: float, goal: float) -> tuple[_State, Point, float]:
        """Return the next state, its point, and the length of the next step."""
        while step >= LEAST_STEP:
            reach, slope = step, state.tangent[-1]
            last = slope > 0 and state.z[-1] + step * slope >= goal
            if last:
                reach = (goal - state.z[-1]) / slope
            ahead = state.z + reach * state.tangent
            found = self.correct(state, ahead, goal if last else None)
            if found is not None and found[0].lam <= goal:
                play, residual, moved = found
                new = self.state(play, self.direction(state))
                if moved <= NEAR * reach + 1e-9 and new.cosine >= LEAST_COSINE and self.same_curve(state, new, reach):
                    return (
                        new,
                        Point(play, residual, state.factor.sign != new.factor.sign),
                        min(LONGEST_STEP, step * (2.0 if moved < 0.1 * NEAR * reach else 1.2)),
                    )
            step = 0.5 * min(step, reach)
        raise NotSolved(
            f"the principal branch was lost at precision {state.z[-1]:.6g}; ask for a lower one, or look for payoffs "
            "that are equal where they should not be"
        )

    def direction(self, state: _State) -> Array:
        """Return the tangent as derivatives of log-probabilities and precision [action + 1]."""
        h = 1e-7 / max(1.0, float(np.abs(state.tangent[:-1]).max(initial=0.0)))
        ahead = self.e.log_p(state.basis, state.z[:-1] + h * state.tangent[:-1])
        return np.append((ahead - state.play.log_p) / h, state.tangent[-1])

    @staticmethod
    def same_curve(state: _State, new: _State, reach: float) -> bool:
        """Return whether both points lie on one curve, as far as the sign of the determinant shows."""
        return state.factor.sign == new.factor.sign or reach < CROSSING

    def correct(self, state: _State, ahead: Array, goal: float | None) -> tuple[Play, float, float] | None:
        """Return (play on the curve, residual, relative length of the correction); None where none is near.

        With a goal the precision is held there, else the point lies in the plane across the tangent.
        """
        basis, z, factor, row = state.basis, ahead.copy(), state.factor, state.row
        if goal is not None:
            z[-1], row, factor = goal, np.append(np.zeros(self.n), 1.0), None
        play, before, fresh = self.play_at(basis, z), np.inf, False
        guess = play
        for _ in range(CORRECTIONS):
            f = self.e.residual(play, basis)
            size = float(np.abs(f).max())
            if not np.isfinite(size):
                return None
            relative = size / max(1.0, play.lam / self.unit)
            if size <= CORRECTED or (fresh and size > 0.5 * before and relative <= TOLERANCE):
                moved = float(np.abs((z - ahead) * state.metric).max())
                changed = max(_change(play.log_p, guess.log_p), float(np.abs(play.belief - guess.belief).max()))
                return (play, relative, moved) if changed <= JUMP else None
            fresh = factor is None or size > SLOW * before
            if factor is None or fresh:
                factor = self.factor(play, basis, row)
            before = size
            z = z - factor.solve(np.append(f, 0.0))
            if float(np.abs((z - ahead) * state.metric).max()) > 1.0 or z[-1] < 0:
                return None
            if goal is not None:
                z[-1] = goal
            play = self.play_at(basis, z)
        return None


def _change(one: Array, two: Array) -> float:
    """Return the largest difference of probabilities, given their logarithms."""
    return float(np.abs(np.exp(one) - np.exp(two)).max())


class _Factor:
    """The bordered matrix [F_y F_lam; row] in triangular factors, and the sign of its determinant."""

    def __init__(self, jacobian: Any, by_lam: Array, row: Array) -> None:
        if isinstance(jacobian, np.ndarray):
            whole = np.vstack([np.column_stack([jacobian, by_lam]), row])
            self._lu = linalg.lu_factor(whole, check_finite=False)
            swaps = int((self._lu[1] != np.arange(len(row))).sum())
            self.solve = lambda b: linalg.lu_solve(self._lu, b, check_finite=False)
            self.sign = float(np.prod(np.sign(np.diag(self._lu[0])))) * (-1) ** swaps
        else:
            whole = sparse.block_array([[jacobian, by_lam[:, None]], [row[None, :-1], row[None, -1:]]], format="csc")
            lu = splu(whole)
            self.solve = lu.solve
            self.sign = float(np.prod(np.sign(lu.U.diagonal()))) * _parity(lu.perm_r) * _parity(lu.perm_c)


def _parity(order: Array) -> int:
    """Return 1 for an even permutation, -1 for an odd one."""
    n = len(order)
    cycles, _ = connected_components(sparse.csr_array((np.ones(n), (np.arange(n), order)), shape=(n, n)))
    return (-1) ** (n - cycles)
