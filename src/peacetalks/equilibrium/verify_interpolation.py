"""Interpolation between grid beliefs, written a second time for the check of a solution (`verify.py`).

Two types: a cubic through the two nearest points with the slopes of parabolas (`np.gradient`).  More types: barycentric
weights in the simplex of Kuhn's triangulation that holds the belief, less what the second differences along its edges
add; where these are taken is tabulated once, by a search over all lattice points.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid


class Neighbours:
    """The grid beliefs around a belief, with the weights of interpolation."""

    def __init__(self, grid: Grid, linear: bool) -> None:
        self.points = [grid.points[ax, : grid.size[ax], : grid.n_types[ax]] for ax in range(len(grid.size))]
        self.slopes: list[np.ndarray | None] = []  # [point, point]: derivative at a point of the values at all points
        self.lattices: list[_Lattice | None] = []
        for axis, (points, cells) in enumerate(zip(self.points, grid.shape[:, 3].tolist(), strict=True)):
            types = points.shape[1]
            cubic = types == 2 and len(points) > 3 and not linear
            slopes = np.gradient(np.eye(len(points)), points[:, 0], axis=0, edge_order=2) if cubic else None
            self.slopes.append(None if slopes is None else np.asarray(slopes))
            curved = types > 2 and grid.stencil[axis, 0, 0] > 0
            self.lattices.append(_Lattice(points, cells, curved) if types > 2 else None)

    def __call__(self, axis: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return positions and weights [..., corner] of the neighbours of beliefs [..., type] on an axis."""
        lattice = self.lattices[axis]
        if lattice is None:
            return self._on_line(axis, beliefs[..., 0])
        place, weight = lattice.neighbours(beliefs.reshape(-1, beliefs.shape[-1]))
        return place.reshape(*beliefs.shape[:-1], -1), weight.reshape(*beliefs.shape[:-1], -1)

    def _on_line(self, axis: int, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, slopes = self.points[axis][:, 0], self.slopes[axis]
        cell = np.clip(np.searchsorted(x, p, side="right") - 1, 0, len(x) - 2)
        h = x[cell + 1] - x[cell]
        t = np.clip((p - x[cell]) / h, 0.0, 1.0)[..., None]
        if slopes is None:
            return np.stack([cell, cell + 1], axis=-1), np.concatenate([1 - t, t], axis=-1)
        first = np.clip(cell - 1, 0, len(x) - 4)
        place = first[..., None] + np.arange(4)
        h = h[..., None]
        low, high = place == cell[..., None], place == cell[..., None] + 1
        at_low, at_high = slopes[cell[..., None], place], slopes[cell[..., None] + 1, place]
        weight = (1 + 2 * t) * (1 - t) ** 2 * low + t**2 * (3 - 2 * t) * high
        return place, weight + h * t * (1 - t) ** 2 * at_low - h * t**2 * (1 - t) * at_high


class _Lattice:
    """The lattice of beliefs about more than two types, in whole numbers of intervals."""

    def __init__(self, points: np.ndarray, cells: int, curved: bool) -> None:
        whole = np.rint(points * cells).astype(int)
        on = np.abs(points * cells - whole).max(axis=1) < 1e-9
        self.cells, self.whole, self.curved = cells, whole, curved
        self.places = np.flatnonzero(on)
        types = whole.shape[1]
        self.number = np.full((cells + 3,) * (types - 1), -1)  # [1 + intervals of each type but the last] -> position
        self.number[tuple(whole[on, :-1].T + 1)] = self.places
        self.middles: dict[tuple[int, ...], np.ndarray] = {}  # edge's direction -> [position of its start, end]

    def at(self, whole: np.ndarray) -> np.ndarray:
        """Return the positions of points [..., type], -1 where one is not on the lattice (but one step off at most)."""
        found = self.number[tuple(np.moveaxis(whole[..., :-1] + 1, -1, 0))]
        return np.where(whole[..., -1] >= 0, found, -1)

    def middle(self, direction: np.ndarray) -> np.ndarray:
        """Return where the second differences of edges along `direction` are taken: [position of the start, end].

        At each end itself, where its neighbours on either side are on the lattice; else at the other end; else at the
        nearest point in the face of the edge at which they are, of several the one farthest from the faces.
        """
        key = tuple(direction.tolist())
        if key in self.middles:
            return self.middles[key]
        after, before = self.at(self.whole + direction), self.at(self.whole - direction)
        both = (after >= 0) & (before >= 0) & np.isin(np.arange(len(self.whole)), self.places)
        ends = np.stack([np.arange(len(self.whole)), np.maximum(after, 0)], axis=1)
        found = np.where(both[ends], ends, ends[:, ::-1])
        inside = np.flatnonzero(both)
        for v in np.flatnonzero((after >= 0) & ~both[ends].any(axis=1)):
            face = self.whole[ends[v]].any(axis=0)
            near = inside[~self.whole[inside][:, ~face].any(axis=1)]
            far = np.abs(self.whole[near] - self.whole[v]).sum(axis=1)
            near = near[far == far.min()]
            found[v] = near[np.argmax(self.whole[near][:, face].prod(axis=1))]
        self.middles[key] = found
        return found

    def neighbours(self, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return positions and weights [row, corner] for beliefs [row, type]; a position may stand twice."""
        rows, types = beliefs.shape
        z = self.cells * np.minimum(np.cumsum(beliefs[:, ::-1], axis=1)[:, ::-1][:, 1:], 1.0)
        base = np.clip(np.floor(z + 1e-12), 0, self.cells).astype(int)
        part = np.clip(z - base, 0.0, 1.0)
        order = np.argsort(-part, axis=1, kind="stable")
        level = np.take_along_axis(part, order, axis=1)
        share = -np.diff(np.concatenate([np.ones((rows, 1)), level, np.zeros((rows, 1))], axis=1), axis=1)
        step = np.eye(types, dtype=int)[1:] - np.eye(types, dtype=int)[:-1]  # one more of a cumulative coordinate
        ends = np.concatenate([np.full((rows, 1), self.cells), base, np.zeros((rows, 1), int)], axis=1)
        corner = np.concatenate([-np.diff(ends, axis=1)[:, None], step[order]], axis=1).cumsum(axis=1)
        corner = np.where((share > 0)[..., None], corner, corner[:, :1])
        place, weight = [self.at(corner)], [share]
        for i, j in combinations(range(types), 2) if self.curved else ():
            own, other = self._curvature(corner[:, i], corner[:, j], share[:, i], share[:, j])
            place.append(own)
            weight.append(other)
        return np.concatenate(place, axis=1), np.concatenate(weight, axis=1)

    def _curvature(
        self, low: np.ndarray, high: np.ndarray, a: np.ndarray, b: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return positions and weights [row, 6] of the second differences at both ends of an edge."""
        place, weight = np.zeros((len(low), 6), int), np.zeros((len(low), 6))
        live = np.flatnonzero((a > 0) & (b > 0))
        directions, which = np.unique(high[live] - low[live], axis=0, return_inverse=True)
        for d, direction in enumerate(directions):
            rows = live[which.reshape(-1) == d]
            middle = self.whole[self.middle(direction)[self.at(low[rows])]]  # [row, end, type]
            both = np.stack([middle - direction, middle, middle + direction], axis=2)
            rest = (1 - a[rows] - b[rows]) / 2
            bend = (a[rows] * b[rows] / 2)[:, None] * np.stack([a[rows] + rest, b[rows] + rest], axis=1)
            place[rows] = self.at(both).reshape(-1, 6)
            weight[rows] = (bend[:, :, None] * np.array([-1.0, 2.0, -1.0])).reshape(-1, 6)
        return place, weight
