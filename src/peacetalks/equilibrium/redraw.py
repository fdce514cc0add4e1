r"""Types that are drawn again where a period begins: a new leader, whose resolve nobody knows.

In a state in which a player's type is drawn again (`Game.redraw`), everybody sees that it is, and nobody what it has
become.  The public belief returns to the prior :math:`\pi`, and for a player i whose type is drawn again

.. math:: V_{i,\theta}(s, b) = \sum_{\theta'} \pi(\theta')\, V_{i,\theta'}(s, \pi, b_{-i}), \qquad
          V_{j,\phi}(s, b) = V_{j,\phi}(s, \pi, b_{-i}).

The prior is a point of the belief grid, so nothing is interpolated.  Values of the products b V, which the transitions
carry (`transitions.py`), and probability mass follow from the same equation: the three are adjoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.equilibrium.belief_grid import nearest_point

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled


class Redraw(NamedTuple):
    """The states in which the type of one player is drawn again."""

    rows: np.ndarray  # [row] boundaries
    axis: int
    at: np.ndarray  # [flat belief] -> the flat belief with this player's at the prior
    own: slice  # player-types
    prior: np.ndarray  # [type]


def redraws(c: Compiled, grid: Grid) -> list[Redraw]:
    """Return the states with types drawn again, one entry for each player of several types; mostly there are none."""
    out = []
    for i, player in enumerate(c.game.players):
        axis, rows = int(grid.axis[i]), np.flatnonzero(c.redrawn[:, i])
        if axis < 0 or not len(rows):
            continue
        prior = np.array(c.game.prior(player))
        place, _ = nearest_point(grid.points[axis, : grid.size[axis], : len(prior)], prior[None])
        first = int(c.layout.first_index[i])
        own = slice(first, first + len(prior))
        out.append(Redraw(rows, axis, grid.base[axis] + int(place[0]) * int(grid.stride[axis]), own, prior))
    return out


def expected_values(found: list[Redraw], values: np.ndarray) -> None:
    """Replace values [boundary, player-type, belief] by those expected before types are drawn again, in place."""
    for one in found:
        after = values[one.rows][:, :, one.at]
        after[:, one.own] = np.einsum("k,rkf->rf", one.prior, after[:, one.own])[:, None]
        values[one.rows] = after


def expected_products(found: list[Redraw], products: np.ndarray, weight: np.ndarray) -> None:
    """Replace products of belief and value [boundary, belief, player-type] likewise, in place.

    `weight` [belief, player-type] is the belief in each type.
    """
    for one in found:
        after = products[one.rows][:, one.at]
        after[:, :, one.own] = weight[:, one.own] * after[:, :, one.own].sum(axis=2, keepdims=True)
        products[one.rows] = after


def mass_after(found: list[Redraw], mass: np.ndarray) -> np.ndarray:
    """Return the mass [boundary, belief] once types have been drawn again: all of it at the prior of these players."""
    out = mass if not found else mass.copy()
    for one in found:
        after = np.zeros((len(one.rows), mass.shape[1]))
        np.add.at(after.T, one.at, out[one.rows].T)
        out[one.rows] = after
    return out
