r"""Particle sets on the belief grid, taken through a stage as one sparse step.

On the grid a stage is linear in the mass: from (state, belief) every branch leads, with the probability of its moves,
to (next state, posterior), and the posterior is distributed over the grid with interpolation weights.  These
probabilities are computed once for each state that is reached; the record only selects branches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at, distribute, update
from peacetalks.equilibrium.solved_game import by_participant

if TYPE_CHECKING:
    from peacetalks.equilibrium.solved_game import SolvedGame

Agrees = Callable[[Sequence[str], Sequence[Any]], bool]


@dataclass
class Branches:
    """What can happen at a stage in a state."""

    movers: list[str]
    axes: list[int]  # belief axis of each participant, or -1
    sizes: list[tuple[int, int]]  # (types, actions) of each participant
    labels: list[tuple[Any, ...]]
    to: list[tuple[tuple[int, ...], dict[Any, float]]]  # profile -> (actions, next states)
    node: int | None


@dataclass(frozen=True)
class Entries:
    """Entries of a stage's sparse step, for some of its states."""

    row: np.ndarray  # [entry] state * beliefs + belief before
    col: np.ndarray  # [entry] next state * beliefs + belief after
    prob: np.ndarray  # [entry]
    branch: np.ndarray  # [entry] number of the moves made


@dataclass
class GridSteps:
    """The sparse steps of a solved game's stages; the states of a stage are numbered as they are met."""

    s: SolvedGame
    branches_of: Callable[[int, Any], Branches]
    places: list[dict[Any, int]] = field(init=False)  # stage (and one more: ends of periods) -> state -> number
    moves: dict[tuple[Any, ...], int] = field(default_factory=dict)  # (movers, labels) -> number
    _entries: dict[tuple[int, int], list[Entries]] = field(default_factory=dict)  # (stage, period slice)
    _states: dict[tuple[int, int], set[int]] = field(default_factory=dict)  # those that have entries

    def __post_init__(self) -> None:
        self.places = [{} for _ in range(len(self.s.game.stages) + 1)]

    def number(self, k: int, state: Any) -> int:
        """Return the number of a state at stage `k`."""
        return self.places[k].setdefault(state, len(self.places[k]))

    def push_forward(self, k: int, t: int, mass: np.ndarray, agrees: Agrees) -> np.ndarray:
        """Return the mass [next state, belief] after stage `k` from `mass` [state, belief], on branches that agree."""
        total = self.s.grid.total
        self._add_states(k, t, mass)
        full = np.zeros(len(self.places[k]) * total)
        full[: mass.size] = mass.ravel()
        on_record = np.array([agrees(*moves) for moves in self.moves], bool)
        out = np.zeros(len(self.places[k + 1]) * total)
        for entries in self._entries.get((k, t), []):
            carried = full[entries.row] * entries.prob * on_record[entries.branch]
            out += np.bincount(entries.col, carried, minlength=len(out))
        return out.reshape(-1, total)

    def _add_states(self, k: int, t: int, mass: np.ndarray) -> None:
        """Compute the entries of states with mass that have none yet at this stage and period slice."""
        there = self._states.setdefault((k, t), set())
        fresh = [i for i in np.flatnonzero(mass.any(axis=1)).tolist() if i not in there]
        if not fresh:
            return
        there.update(fresh)
        states, groups = list(self.places[k]), {}
        for i in fresh:
            branches = self.branches_of(k, states[i])
            key = (branches.node is None, tuple(branches.axes), tuple(branches.sizes))
            groups.setdefault(key, []).append((i, branches))
        parts = [part for group in groups.values() for part in self._group(k, t, group)]
        found = Entries(*(np.concatenate(x) for x in zip(*parts, strict=True)))
        self._entries.setdefault((k, t), []).append(found)

    def _group(self, k: int, t: int, group: list[tuple[int, Branches]]) -> list[tuple[np.ndarray, ...]]:
        """Return (row, col, prob, branch) profile by profile for states with the same movers and numbers of actions."""
        grid, several = self.s.grid, [branches for _, branches in group]
        total, first = grid.total, several[0]
        number, beliefs = np.array([i for i, _ in group]), beliefs_at(grid, np.arange(grid.total))
        updated = [  # of each participant: mean [state, belief, action], posterior [state, belief, type, action]
            update(beliefs[:, ax, : x.shape[2]], x) if ax >= 0 else (x[:, :, 0], x)
            for ax, x in zip(first.axes, self._strategies(t, several), strict=True)
        ]
        out = []
        for p, acts in enumerate(product(*(range(n) for _, n in first.sizes))):
            weight = np.prod([mean[:, :, a] for (mean, _), a in zip(updated, acts, strict=True)], axis=0).ravel()
            at = np.flatnonzero(weight > 0)
            weight, flat = weight[at], at % total
            for j, a in enumerate(acts):
                ax = first.axes[j]
                if ax >= 0 and first.sizes[j][1] > 1:
                    r, i, share = distribute(grid, ax, updated[j][1][at // total, at % total, :, a])
                    at, weight, flat = at[r], weight[r] * share, flat[r]
                    flat = flat + (i - flat // grid.stride[ax] % grid.size[ax]) * int(grid.stride[ax])
            src, dst, chance, branch = self._targets(k, several, p)
            for these in _without_repeats(src):
                where = np.full(len(several), -1)
                where[src[these]] = these
                hit = where[at // total]
                on = hit >= 0
                hit, row = hit[on], number[at[on] // total] * total + at[on] % total
                out.append((row, dst[hit] * total + flat[on], weight[on] * chance[hit], branch[hit]))
        return out

    def _targets(
        self, k: int, several: list[Branches], p: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return (place in `several`, next state, its probability, branch) of every target of profile `p`."""
        out = []
        for s, branches in enumerate(several):
            acts, to = branches.to[p]
            moves = (tuple(branches.movers), tuple(branches.labels[j][a] for j, a in enumerate(acts)))
            branch = self.moves.setdefault(moves, len(self.moves))
            out += [(s, self.number(k + 1, state), chance, branch) for state, chance in to.items()]
        src, dst, chance, branch = zip(*out, strict=True)
        return np.array(src), np.array(dst), np.array(chance, float), np.array(branch)

    def _strategies(self, t: int, several: list[Branches]) -> list[np.ndarray]:
        """Return the strategies [state, belief, type, action] of every participant."""
        total, sizes = self.s.grid.total, several[0].sizes
        if several[0].node is None:
            return [np.ones((len(several), total, types, actions)) for types, actions in sizes]
        size = sum(types * actions for types, actions in sizes)
        first = self.s.log_ptr[np.array([branches.node for branches in several])]
        x = self.s.logs[t][first[:, None] + np.arange(total * size)].reshape(len(several), total, size)
        return by_participant(x, sizes)


def _without_repeats(src: np.ndarray) -> list[np.ndarray]:
    """Return the positions in `src` (ascending), split so that no part names a state twice."""
    rank = np.arange(len(src)) - np.searchsorted(src, src)
    return [np.flatnonzero(rank == r) for r in range(int(rank.max()) + 1)]
