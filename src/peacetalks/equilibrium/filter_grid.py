r"""Clouds on the belief grid, pushed through a stage as one sparse step.

On the grid a stage is linear in the mass: from (state, belief) every branch leads, with the chance of its moves, to (next
state, posterior), and the posterior is shared out over the grid as `belief_grid.py` says.  Those chances are laid
out once for each state that is reached; what is on record then only selects branches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from peacetalks.equilibrium.belief_grid import Grid, neighbours
from peacetalks.equilibrium.solution import Solution, _neighbours

Agrees = Callable[[Sequence[str], Sequence[Any]], bool]


@dataclass
class Step:
    """What can happen at a stage in a state."""

    movers: list[str]
    axes: list[int]
    sizes: list[tuple[int, int]]  # (types, actions) of each participant
    labels: list[tuple[Any, ...]]
    to: list[tuple[tuple[int, ...], dict[Any, float]]]  # profile -> next states
    node: int | None


@dataclass(frozen=True)
class Rows:
    """Entries of a stage's sparse step, for some of its states."""

    row: np.ndarray  # [entry] state * beliefs + belief before
    col: np.ndarray  # [entry] next state * beliefs + belief after
    prob: np.ndarray  # [entry]
    branch: np.ndarray  # [entry] number of the moves made


@dataclass
class GridSteps:
    """The sparse steps of a solved game's stages; states of a stage are numbered as they are met."""

    s: Solution
    step: Callable[[int, Any], Step]
    places: list[dict[Any, int]] = field(init=False)  # stage (and one more: ends of periods) -> state -> number
    branches: dict[tuple[Any, ...], int] = field(default_factory=dict)  # (movers, labels) -> number
    _rows: dict[tuple[int, int], list[Rows]] = field(default_factory=dict)
    _laid: dict[tuple[int, int], set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = [{} for _ in range(len(self.s.game.stages) + 1)]

    def number(self, k: int, state: Any) -> int:
        """Return the number of a state at stage `k`."""
        return self.places[k].setdefault(state, len(self.places[k]))

    def push(self, k: int, layer: int, mass: np.ndarray, agrees: Agrees) -> np.ndarray:
        """Return the mass [next state, belief] after stage `k` from `mass` [state, belief], on branches that agree."""
        total = self.s.grid.total
        self._lay(k, layer, mass)
        full = np.zeros(len(self.places[k]) * total)
        full[: mass.size] = mass.ravel()
        keep = np.array([agrees(*moves) for moves in self.branches], bool)
        out = np.zeros(len(self.places[k + 1]) * total)
        for rows in self._rows.get((k, layer), []):
            flow = full[rows.row] * rows.prob * keep[rows.branch]
            out += np.bincount(rows.col, flow, minlength=len(out))
        return out.reshape(-1, total)

    # -- within ------------------------------------------------------------------------------------

    def _lay(self, k: int, layer: int, mass: np.ndarray) -> None:
        """Lay out the states with mass that have not been met at this stage and layer."""
        laid = self._laid.setdefault((k, layer), set())
        fresh = [i for i in np.flatnonzero(mass.any(axis=1)).tolist() if i not in laid]
        if not fresh:
            return
        laid.update(fresh)
        states, groups = list(self.places[k]), {}
        for i in fresh:
            step = self.step(k, states[i])
            key = (step.node is None, tuple(step.axes), tuple(step.sizes))
            groups.setdefault(key, []).append((i, step))
        parts = [part for group in groups.values() for part in self._group(k, layer, group)]
        found = Rows(*(np.concatenate(x) for x in zip(*parts, strict=True)))
        self._rows.setdefault((k, layer), []).append(found)

    def _group(self, k: int, layer: int, group: list[tuple[int, Step]]) -> list[tuple[np.ndarray, ...]]:
        """Return (row, col, prob, branch) profile by profile for states with the same movers and numbers of actions."""
        grid, steps = self.s.grid, [step for _, step in group]
        total, first = grid.total, steps[0]
        number, points = np.array([i for i, _ in group]), grid_points(grid, np.arange(grid.total))
        mean, post = [], []
        for ax, x in zip(first.axes, self._strategies(layer, steps), strict=True):  # x: [state, belief, type, action]
            joint = x * points[:, ax, : x.shape[2], None] if ax >= 0 else x[:, :, :1]
            mean.append(joint.sum(axis=2))
            with np.errstate(invalid="ignore", divide="ignore"):
                post.append(np.where(mean[-1][:, :, None] > 0, joint / mean[-1][:, :, None], 0.0))
        out = []
        for p, acts in enumerate(product(*(range(n) for _, n in first.sizes))):
            weight = np.prod([m[:, :, a] for m, a in zip(mean, acts, strict=True)], axis=0).ravel()
            at = np.flatnonzero(weight > 0)
            weight, flat = weight[at], at % total
            for j, a in enumerate(acts):
                ax = first.axes[j]
                if ax >= 0 and first.sizes[j][1] > 1:
                    r, i, share = spread(grid, ax, post[j][at // total, at % total, :, a])
                    at, weight, flat = at[r], weight[r] * share, flat[r]
                    flat = flat + (i - flat // grid.stride[ax] % grid.size[ax]) * int(grid.stride[ax])
            src, dst, chance, branch = self._targets(k, steps, p)
            for these in _layers(src):  # a state has one target or few
                where = np.full(len(steps), -1)
                where[src[these]] = these
                hit = where[at // total]
                on = hit >= 0
                hit, row = hit[on], number[at[on] // total] * total + at[on] % total
                out.append((row, dst[hit] * total + flat[on], weight[on] * chance[hit], branch[hit]))
        return out

    def _targets(self, k: int, steps: list[Step], p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return (place in `steps`, number of the next state, its chance, branch) of every target of profile `p`."""
        out = []
        for s, step in enumerate(steps):
            acts, to = step.to[p]
            moves = (tuple(step.movers), tuple(step.labels[j][a] for j, a in enumerate(acts)))
            branch = self.branches.setdefault(moves, len(self.branches))
            out += [(s, self.number(k + 1, state), chance, branch) for state, chance in to.items()]
        src, dst, chance, branch = zip(*out, strict=True)
        return np.array(src), np.array(dst), np.array(chance, float), np.array(branch)

    def _strategies(self, layer: int, steps: list[Step]) -> list[np.ndarray]:
        """Return [state, belief, type, action] of every participant."""
        total, sizes = self.s.grid.total, steps[0].sizes
        if steps[0].node is None:
            return [np.ones((len(steps), total, kinds, actions)) for kinds, actions in sizes]
        size = sum(kinds * actions for kinds, actions in sizes)
        first = self.s.log_ptr[np.array([step.node for step in steps])]
        x = self.s.logs[layer][first[:, None] + np.arange(total * size)].reshape(len(steps), total, size)
        out, at = [], 0
        for kinds, actions in sizes:
            out.append(np.exp(x[:, :, at : at + kinds * actions]).reshape(len(steps), total, kinds, actions))
            at += kinds * actions
        return out


def _layers(src: np.ndarray) -> list[np.ndarray]:
    """Return the places in `src` (ascending) so parted that no part names a state twice."""
    rank = np.arange(len(src)) - np.searchsorted(src, src)
    return [np.flatnonzero(rank == r) for r in range(int(rank.max()) + 1)]


def grid_points(grid: Grid, flats: np.ndarray) -> np.ndarray:
    """Return the beliefs [point, axis, type] at places of the grid."""
    out = np.zeros((len(flats), max(len(grid.size), 1), 4))
    for ax in range(len(grid.size)):
        out[:, ax] = grid.points[ax, flats // grid.stride[ax] % grid.size[ax]]
    return out


def spread(grid: Grid, ax: int, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (row, place on the axis, weight) with which beliefs `b` [row, type] are shared out on an axis of the grid."""
    if grid.kinds[ax] != 2:
        hits = [(r, i, w) for r, row in enumerate(b) for i, w in _neighbours(grid, ax, row)]
        r, i, w = (np.array(x) for x in zip(*hits, strict=True))
        return r, i, w
    at, weights = neighbours(grid, ax, b[:, 0])
    r, place = np.nonzero(np.abs(weights) > 1e-12)
    i, w = at[r, place], weights[r, place]
    return r, i, w / np.bincount(r, weights=w)[r]
