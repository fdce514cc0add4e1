"""Interpolation between grid beliefs, written a second time for the check of a solution (`verify.py`).

Two types: a cubic through the two nearest points with the slopes of parabolas (`np.gradient`).  More types: barycentric
weights in the simplex of Kuhn's triangulation that holds the belief.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid


class Neighbours:
    """The grid beliefs around a belief, with the weights of interpolation."""

    def __init__(self, grid: Grid, linear: bool) -> None:
        self.points = [grid.points[ax, : grid.size[ax], : grid.n_types[ax]] for ax in range(len(grid.size))]
        self.cells = [int(c) for c in grid.shape[:, 3]]  # lattice intervals (more than two types)
        self.slopes: list[np.ndarray | None] = []  # [point, point]: derivative at a point of the values at all points
        self.number: list[dict[tuple[int, ...], int]] = []  # lattice coordinates -> position
        for points, cells in zip(self.points, self.cells, strict=True):
            cubic = points.shape[1] == 2 and len(points) > 3 and not linear
            slopes = np.gradient(np.eye(len(points)), points[:, 0], axis=0, edge_order=2) if cubic else None
            self.slopes.append(None if slopes is None else np.asarray(slopes))
            on = np.abs(points * cells - np.rint(points * cells)).max(axis=1) < 1e-9 if points.shape[1] > 2 else []
            whole = np.rint(points * cells).astype(int)
            self.number.append({tuple(whole[i].tolist()): int(i) for i in np.flatnonzero(on)})

    def __call__(self, axis: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return positions and weights [..., corner] of the neighbours of beliefs [..., type] on an axis."""
        if beliefs.shape[-1] > 2:
            return self._on_lattice(axis, beliefs)
        return self._on_line(axis, beliefs[..., 0])

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

    def _on_lattice(self, axis: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        cells, number = self.cells[axis], self.number[axis]
        types = beliefs.shape[-1]
        rows = beliefs.reshape(-1, types)
        z = cells * np.cumsum(rows[:, ::-1], axis=1)[:, ::-1][:, 1:]  # of the types from the second on
        place, weight = np.zeros((len(rows), types), np.int64), np.zeros((len(rows), types))
        for i, row in enumerate(z):
            base = np.clip(np.floor(row + 1e-12), 0, cells)
            part = np.clip(row - base, 0.0, 1.0)
            order = np.argsort(-part, kind="stable")
            weight[i] = -np.diff(np.concatenate([[1.0], part[order], [0.0]]))
            corner = base.copy()
            for k in range(types):
                if k:
                    corner[order[k - 1]] += 1
                ends = np.concatenate([[cells], corner, [0.0]]).astype(int)
                place[i, k] = number.get(tuple((ends[:-1] - ends[1:]).tolist()), 0)
        return place.reshape(beliefs.shape), weight.reshape(beliefs.shape)
