r"""The belief grid: the public beliefs at which values are kept, and the interpolation between them.

Values at a posterior :math:`p'` between grid beliefs :math:`g_k` are interpolated, :math:`\sum_k w_k(p') V(g_k)`.  With
two types the interpolation is cubic Hermite on the four nearest points (`stencils`), with more it is the same cubic
along every edge of the simplex that holds the belief (`kernels/lattice.h`): barycentric weights corrected by
second differences, on 9 points with three types and 16 with four.  Play moves beliefs in small steps, and linear
interpolation would add to their spread at each step, an error of the order of the spacing :math:`h` after many steps;
the error of the cubic is of the order :math:`h^3`.  The weights reproduce the belief itself,
:math:`\sum_k w_k g_k = p'`, and quadratic functions of it; some are negative.

In the forward pass (`transitions.py`) the posterior is distributed over its neighbours with the same weights, so that
the belief stays a martingale exactly.  The neighbours act as a signal: given the true type :math:`\theta`, the weight
of :math:`g_k` is

.. math:: w_k \, g_k(\theta) / p'(\theta).

Welfare and forward probabilities use both weights: they are adjoint to machine precision, and the probability of a
path given the types is its public probability times :math:`\prod_j b_j(\theta_j)/\mu_j(\theta_j)`.  Decision values,
which strategies are computed from, use only :math:`w_k`: measured 2 to 20 times closer to known answers on the same
grid.

Two types: an interval, uniform in :math:`p` on either side of the prior, which is one of its points.  More types: a
regular lattice on the simplex (Kuhn's triangulation), and the prior as an extra point over which no posterior is
distributed.

Measured against the whole tree, random games of four moves, precision 10, largest error of a value (geometric mean over
games): with three types 2e-4, 3e-5 and 4e-6 at 5, 9 and 17 points (linear: 9e-4, 1e-4, 6e-5), with four 6e-4 and 1e-4
at 5 and 9 points (linear: 2e-3, 7e-4).  Quadratic elements on doubled simplices were no more exact (2e-4, 3e-5, 7e-6;
6e-4, 1e-4) and need an odd number of points.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.core import MOST_CORNERS, locate_rows
from peacetalks.errors import GameError
from peacetalks.game.language import MAX_TYPES
from peacetalks.game.numbers import whole_number

if TYPE_CHECKING:
    from peacetalks.game.language import Game

SAME = 1e-9  # beliefs closer than this are the same
NEGLIGIBLE = 1e-12  # interpolation weights below it are dropped
FEWEST = 3  # intervals a side for cubic interpolation
STEEPEST = 2.5  # log-odds from point to point from which cubics of more than two types overshoot (`make_grid`)


class Interpolation(StrEnum):
    """How values are interpolated between beliefs."""

    CUBIC = "cubic"
    LINEAR = "linear"  # up to three points (four types: up to four)
    FELL_BACK = "linear instead of cubic"  # the iteration did not converge with cubics


class Grid(NamedTuple):
    """Beliefs about every informed player (an *axis* each), flattened to one index."""

    axis: np.ndarray  # [player] -> axis, or -1 where the player has one type
    shape: (
        np.ndarray
    )  # [axis, 4]: beliefs, step of the flat index, types, place of the prior (2 types) or lattice intervals
    points: np.ndarray  # [axis, belief, type], padded
    lookup: np.ndarray  # [axis, lattice code] -> belief (types > 2)
    first: (
        np.ndarray
    )  # [axis and one more, flat belief] probability of the first type; the last row: 1, for players of one type
    base: np.ndarray  # [axis and one more, flat belief] the flat belief with this axis at zero
    stencil: np.ndarray  # [axis, cell, 12] coefficients of the cubics, see `stencils`; more types: 1 first, 0 if linear
    total: int  # number of flat beliefs

    @property
    def size(self) -> np.ndarray:
        """Number of beliefs on each axis."""
        return self.shape[:, 0]

    @property
    def stride(self) -> np.ndarray:
        """Step of the flat index on each axis."""
        return self.shape[:, 1]

    @property
    def n_types(self) -> np.ndarray:
        """Number of types on each axis."""
        return self.shape[:, 2]

    @property
    def cubic(self) -> bool:
        """Whether interpolation about some player is cubic."""
        lines, lattices = (self.n_types == 2) & (self.size > FEWEST), self.stencil[:, 0, 0] > 0
        return bool(np.where(self.n_types == 2, lines, lattices).any())

    def of(self, flat: int, axis: int) -> int:
        """Return the belief on `axis` at flat index `flat`."""
        return int(flat // self.stride[axis] % self.size[axis])


def line(points: int, prior: float) -> tuple[np.ndarray, int]:
    """Return the grid for two types, probabilities of the first type in ascending order, and the position of the prior.

    The grid is uniform on either side of the prior, which is always one of its points.

    >>> line(5, 0.5)
    (array([0.  , 0.25, 0.5 , 0.75, 1.  ]), 2)
    """
    if prior in (0.0, 1.0):
        return np.linspace(0.0, 1.0, points), int(prior) * (points - 1)
    knot = min(max(round(prior * (points - 1)), 1), max(points - 2, 1))
    above = max(points - knot, 2)
    return np.concatenate([np.linspace(0.0, prior, knot + 1), np.linspace(prior, 1.0, above)[1:]]), knot


def stencils(x: np.ndarray, linear: bool = False) -> np.ndarray:
    """Return the weights [cell, 12] of cubic Hermite interpolation on grid points `x` (ascending, at least 2).

    In cell i at share t of its length the interpolant of V is V[s] + sum_k e_k (V[s + k + 1] - V[s + k]), k < 3, on the
    four points from s = min(max(i - 1, 0), max(len(x) - 4, 0)) on, with

        e_k = u_k + v_k t^2 (3 - 2 t) + t (1 - t) ((1 - t) l_k - t r_k);

    a row holds u, v, l, r.  The slope at a grid point is that of the parabola through it and its neighbours, so
    the interpolant has a continuous derivative and is exact for parabolas.  On up to three points, or where `linear`
    holds, the interpolation is linear: with a parabola through three points the iteration did not converge in games in
    which it converges on finer grids.

    >>> stencils(np.array([0.0, 0.5, 1.0])).shape
    (2, 12)
    """
    n, h = len(x), np.diff(x)
    out = np.zeros((n - 1, 4, 3))
    for i in range(n - 1):
        s = min(max(i - 1, 0), max(n - 4, 0))
        out[i, 0, : i - s] = 1.0
        out[i, 1, i - s] = 1.0
        for end in range(2):
            at = i + end
            if linear or n <= FEWEST:
                out[i, 2 + end, i - s] = 1.0
                continue
            mid = min(max(at, 1), n - 2)  # the parabola's middle point
            low, high, whole = h[mid - 1], h[mid], h[mid - 1] + h[mid]
            one, two = high / whole, low / whole  # of the two secants, in the slope at the middle
            if at != mid:
                tilt = (x[at] - x[mid]) * 2.0 / whole
                one, two = one - tilt, two + tilt
            out[i, 2 + end, mid - 1 - s] += one / low * h[i]
            out[i, 2 + end, mid - s] += two / high * h[i]
    return out.reshape(n - 1, 12)


def lattice(cells: int, types: int) -> np.ndarray:
    """Return the simplex lattice with `cells` intervals per edge, [belief, type].

    >>> lattice(1, 3).tolist()
    [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    rows = [m for m in product(range(cells + 1), repeat=types - 1) if sum(m) <= cells]
    return np.array([(*m, cells - sum(m)) for m in rows], float) / cells


def _code(cells: int, cumulative: np.ndarray) -> np.ndarray:
    """Return the lattice code of cumulative integer coordinates [point, type - 1]."""
    base = cells + 1
    return (cumulative * base ** np.arange(cumulative.shape[1])).sum(axis=1)


def check_points(belief_points: int) -> int:
    """Return belief points as a whole number; raise `GameError` for anything else, and fewer than 2."""
    return whole_number(belief_points, "belief_points", 2)


def make_grid(game: Game, belief_points: int, linear: bool = False, steepness: float = 0.0) -> Grid:
    """Lay out the belief grid of `game` with `belief_points` per edge (at least 2).

    With `linear` values are interpolated linearly, else by cubics where there are points enough (`stencils`).  With
    more than two types these must resolve how fast strategies change, or cubics overshoot: log-odds that are
    `steepness` apart from one side to the other must be less than `STEEPEST` apart from point to point.  (Offers to
    three types at precisions 5, 20 and 50 on 6 to 19 points: below that cubics were 2 to 100 times closer, but for one
    grid; above it linear interpolation was 2 to 40 times closer.)
    Raises `GameError` for more than four types or fewer than two points.
    """
    belief_points = check_points(belief_points)
    informed = [p for p in game.players if len(game.type_names(p)) > 1]
    axis = np.array([informed.index(p) if p in informed else -1 for p in game.players], np.int64)
    sets, cells, luts = [], [], []
    for p in informed:
        prior = np.array(game.prior(p))
        types = len(prior)
        if types > MAX_TYPES:
            raise GameError(f"player {p!r} has {types} types; at most {MAX_TYPES} are supported")
        if types == 2:
            first, knot = line(belief_points, prior[0])
            sets.append(np.stack([first, 1.0 - first], axis=1))
            cells.append(knot)
            luts.append(np.zeros(1, np.int64))
            continue
        n = belief_points - 1
        pts = lattice(n, types)
        lut = np.full((n + 1) ** (types - 1), -1, np.int64)
        cumulative = np.rint(n * np.cumsum(pts[:, ::-1], axis=1)[:, ::-1][:, 1:]).astype(np.int64)
        lut[_code(n, cumulative)] = np.arange(len(pts))
        if np.min(np.abs(pts - prior).max(axis=1)) > 1e-9:
            pts = np.vstack([pts, prior])
        sets.append(pts)
        cells.append(n)
        luts.append(lut)
    return _pack(axis, sets, cells, luts, linear, steepness)


def _pack(
    axis: np.ndarray,
    sets: list[np.ndarray],
    cells: list[int],
    luts: list[np.ndarray],
    linear: bool,
    steepness: float,
) -> Grid:
    size = np.array([len(s) for s in sets], np.int64)
    stride = np.array([int(np.prod(size[i + 1 :])) for i in range(len(sets))], np.int64)
    points = np.zeros((len(sets), int(size.max(initial=1)), MAX_TYPES))
    lookup = np.zeros((len(sets), max((len(x) for x in luts), default=1)), np.int64)
    for i, (pts, lut) in enumerate(zip(sets, luts, strict=True)):
        points[i, : len(pts), : pts.shape[1]] = pts
        lookup[i, : len(lut)] = lut
    n_types = np.array([s.shape[1] for s in sets], np.int64)
    shape = np.stack([size, stride, n_types, np.array(cells, np.int64)], axis=1)
    flat = np.arange(int(np.prod(size)))
    own = [flat // d % n for d, n in zip(stride, size, strict=True)]
    first = np.array([*(points[i, at, 0] for i, at in enumerate(own)), np.ones(len(flat))])
    base = np.array([*(flat - at * d for at, d in zip(own, stride, strict=True)), flat], np.int64)
    stencil = np.zeros((len(sets), max(points.shape[1] - 1, 1), 12))
    for i, pts in enumerate(sets):
        if pts.shape[1] == 2:
            stencil[i, : len(pts) - 1] = stencils(pts[:, 0], linear)
        elif not linear and cells[i] >= max(FEWEST, pts.shape[1]) and steepness < STEEPEST * cells[i]:
            stencil[i, 0, 0] = 1.0
    return Grid(axis, shape, points, lookup, first, base, stencil, len(flat))


def distribute(grid: Grid, axis: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the grid points that beliefs are distributed over with interpolation weights, as flat entries.

    Parameters
    ----------
    grid : Grid
    axis : int
    beliefs : array [row, type]
        Probabilities of the types, on the grid or between its points.

    Returns
    -------
    row, place, weight : arrays [entry]
        The row of `beliefs`, the position on the axis, and the weight.  The weights of a row sum to 1 and reproduce the
        belief; with cubic interpolation some are negative.

    Examples
    --------
    >>> from peacetalks.game.language import Decision, Game, Move
    >>> choice = Decision("choice", "A", lambda s: [Move("m", "end")])
    >>> game = Game(players=("A",), start="s", stages=(choice,), types={"A": {"x": 0.5, "y": 0.5}})
    >>> row, place, weight = distribute(make_grid(game, 3), 0, np.array([[0.25, 0.75]]))
    >>> place.tolist(), weight.tolist()
    ([0, 1], [0.5, 0.5])
    """
    types = int(grid.n_types[axis])
    rows = np.ascontiguousarray(beliefs[:, :types], float)
    place, weight = locate_rows(grid, axis, rows)
    if (
        types > 2
    ):  # the prior is a grid point over which no posterior is distributed: only the prior itself is found there
        nearest, on = nearest_point(grid.points[axis, : grid.size[axis], :types], rows)
        place[on], weight[on] = nearest[on, None], (1.0, *[0.0] * (MOST_CORNERS - 1))
    row, corner = np.nonzero(np.abs(weight) > NEGLIGIBLE)
    left = weight[row, corner]
    return row, place[row, corner], left / np.bincount(row, weights=left)[row]


def nearest_point(points: np.ndarray, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the position of the point [point, type] nearest to each belief [row, type], and whether they are equal."""
    distance = np.abs(points[None] - beliefs[:, None]).max(axis=2)
    nearest = distance.argmin(axis=1)
    return nearest, distance[np.arange(len(beliefs)), nearest] < SAME


def beliefs_at(grid: Grid, flat: np.ndarray) -> np.ndarray:
    """Return the beliefs [row, axis, type] at flat indices `flat` [row] of the grid."""
    out = np.zeros((len(flat), max(len(grid.size), 1), MAX_TYPES))
    for axis in range(len(grid.size)):
        out[:, axis] = grid.points[axis, flat // grid.stride[axis] % grid.size[axis]]
    return out


def update(belief: np.ndarray, strategy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Apply Bayes' rule to beliefs about one player, given the player's strategy.

    Parameters
    ----------
    belief : array [..., type]
        Probability of each type before the move.
    strategy : array [..., type, action]
        Probability of each action by each type.

    Returns
    -------
    mean : array [..., action]
        Probability of each action under `belief`.
    posterior : array [..., type, action]
        Probability of each type after each action; 0 after an action of probability 0.

    Examples
    --------
    >>> update(np.array([0.5, 0.5]), np.array([[0.8, 0.2], [0.2, 0.8]]))[1].round(3).tolist()
    [[0.8, 0.2], [0.2, 0.8]]
    """
    joint = strategy * belief[..., None]
    mean = joint.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean, np.where(mean[..., None, :] > 0, joint / mean[..., None, :], 0.0)


def prior_index(grid: Grid, game: Game) -> int:
    """Return the flat index of the common prior."""
    flat = 0
    for i, player in enumerate(game.players):
        a = int(grid.axis[i])
        if a >= 0:
            points = grid.points[a, : grid.size[a], : grid.n_types[a]]
            found, on = nearest_point(points, np.array([game.prior(player)]))
            assert on[0], "the prior is a point of the grid"
            flat += int(found[0]) * int(grid.stride[a])
    return flat
