r"""What a record of public moves says about hidden types: the filter and its likelihood, on any solved game.

Every move is public, so the public belief *is* the filter: along a history seen in full,

.. math:: \mu'(\theta|a) = \mu(\theta)\,\sigma_\theta(a) / \bar\sigma(a), \qquad
          L = \prod_k \bar\sigma(a_k | s_k, \mu_k),

with :math:`\bar\sigma` the average strategy.  Of a real conflict only some moves are seen.  The rest are summed over:
a *cloud* of (state, belief, probability) is pushed through the stages; a stage with a move on record keeps the branches
that agree with it, any other keeps all.  The mass that is left is the likelihood of what was seen, and the beliefs of the
cloud average to the posterior.

Beliefs are followed exactly (the node is solved anew off the grid) while the cloud is small; a cloud of more than `most`
points is put on the belief grid, each belief shared out over its neighbours as the forecast does (`filter_grid.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.filter_grid import GridSteps, Step, grid_points, spread
from peacetalks.errors import GameError
from peacetalks.game.expand import NATURE, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.language import Stage

MOST = 300
OFF = -1


@dataclass(frozen=True)
class Seen:
    """A move on record: at `stage`, by `player` (None: whoever moves), one of `moves` (names, `*` for any letters)."""

    stage: str
    moves: tuple[str, ...]
    player: str | None = None

    def agrees(self, movers: Sequence[str], labels: Sequence[Any]) -> bool:
        """Return whether the moves made at a stage agree with the record."""
        return any(
            (self.player is None or self.player == who) and any(fnmatchcase(str(label), m) for m in self.moves)
            for who, label in zip(movers, labels, strict=True)
        )


@dataclass(frozen=True)
class Cloud:
    """Where play may be: for each public state, beliefs [point, axis, type], mass [point], grid place [point]."""

    at: Mapping[Any, tuple[np.ndarray, np.ndarray, np.ndarray]]
    gridded: bool = False  # whether beliefs have been put on the grid on the way

    @property
    def mass(self) -> float:
        """Probability of what was seen so far."""
        return float(sum(m.sum() for _, m, _ in self.at.values()))

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What tells clouds apart: states, beliefs and mass."""
        digest = sha256()
        for b, m, _ in self.at.values():
            digest.update(b.tobytes() + m.tobytes())
        return self.gridded, tuple(self.at), digest.digest()

    @property
    def points(self) -> int:
        """Number of (state, belief) points."""
        return sum(len(m) for _, m, _ in self.at.values())

    def keep(self, agrees: Callable[[Any], bool]) -> Cloud:
        """Return the part of the cloud in states that agree with what is known of the state."""
        return Cloud({s: x for s, x in self.at.items() if agrees(s)}, self.gridded)


@dataclass
class Filter:
    """Pushes clouds through a solved game."""

    s: Solution
    most: int | None = MOST
    _steps: dict[tuple[int, Any], Step] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], Cloud] = field(default_factory=dict)  # what was pushed so far, by start and record

    @cached_property
    def _grid(self) -> GridSteps:
        return GridSteps(self.s, lambda k, state: self._step(k, self.s.game.stages[k], state))

    def open(self, states: Mapping[Any, float] | None = None, beliefs: Mapping[str, Any] | None = None) -> Cloud:
        """Return the cloud at the start: the game's opening (or `states`) at the prior (or `beliefs`)."""
        b = self.s._beliefs(beliefs)[None]
        found = dict(states or self.s.game.starts())
        return Cloud({s: (b, np.array([p]), self._places(b)) for s, p in found.items()})

    def period(self, cloud: Cloud, seen: Iterable[Seen] = (), period: int = 0) -> Cloud:
        """Return the cloud at the end of a period in which `seen` was on record.

        Raises `GameError` for a stage or player that the game does not have.
        """
        seen = list(seen)
        for one in seen:
            self.s.game.stage(one.stage)
            if one.player is not None and one.player not in self.s.game.players:
                raise GameError(f"the record names {one.player!r}, who is not a player")
        key = (cloud.key, self.s.layer(period))
        if (*key, frozenset(seen)) not in self._known:
            self._known[*key, frozenset(seen)] = self._period(cloud, seen, self.s.layer(period), key)
        return self._known[*key, frozenset(seen)]

    def posterior(self, cloud: Cloud) -> dict[str, dict[Any, float]]:
        """Return {player: {type: probability}} of every player with hidden types.

        Raises `GameError` where the record has probability zero.
        """
        if cloud.mass <= 0:
            raise GameError("what was seen cannot happen in this game: its probability is zero")
        total = sum(np.einsum("n,nak->ak", m, b) for b, m, _ in cloud.at.values()) / cloud.mass
        out = {}
        for player, ax in zip(self.s.game.players, self.s.grid.axis, strict=True):
            if ax >= 0:
                kinds = self.s.game.type_names(player)
                out[player] = dict(zip(kinds, np.asarray(total)[ax, : len(kinds)].tolist(), strict=True))
        return out

    def on_grid(self, cloud: Cloud) -> np.ndarray:
        """Return the cloud as mass over [belief]: its beliefs on the grid, whatever the state."""
        out = np.zeros(self.s.grid.total)
        for b, m, _ in cloud.at.values():
            rows, flats, weights = self._spread(b)
            np.add.at(out, flats, m[rows] * weights)
        return out

    # -- within ------------------------------------------------------------------------------------

    def _period(self, cloud: Cloud, seen: list[Seen], layer: int, path: tuple[Any, ...]) -> Cloud:
        """Push a cloud through the stages; what stood on the same record up to a stage (`path`) is not pushed again."""
        stages = list(enumerate(self.s.game.stages))
        while stages and not cloud.gridded:
            k, stage = stages.pop(0)
            mine = [x for x in seen if x.stage == stage.name]
            path = (*path, k, frozenset(mine))
            if path not in self._known:
                self._known[path] = self._stage(k, stage, cloud, mine, layer)
            cloud = self._known[path]
        return self._on_grid(cloud, stages, seen, layer) if stages else cloud

    def _on_grid(self, cloud: Cloud, stages: list[tuple[int, Stage]], seen: list[Seen], layer: int) -> Cloud:
        """Return the cloud, on the grid already, after the last `stages` of a period."""
        steps, first = self._grid, stages[0][0]
        at = [steps.number(first, state) for state in cloud.at]
        mass = np.zeros((len(steps.places[first]), self.s.grid.total))
        for i, (_, m, flat) in zip(at, cloud.at.values(), strict=True):
            mass[i, flat] = m
        for k, stage in stages:
            mine = [x for x in seen if x.stage == stage.name]
            mass = steps.push(
                k, layer, mass, lambda movers, labels, mine=mine: all(x.agrees(movers, labels) for x in mine)
            )
        out = {}
        for state, m in zip(steps.places[-1], mass, strict=False):
            if len(flat := np.flatnonzero(m)):
                out[state] = (grid_points(self.s.grid, flat), m[flat], flat)
        return Cloud(out, True)

    def _stage(self, k: int, stage: Stage, cloud: Cloud, seen: list[Seen], layer: int) -> Cloud:
        chunks: dict[Any, list[tuple[np.ndarray, np.ndarray]]] = {}
        for state, (b, m, flat) in cloud.at.items():
            step = self._step(k, stage, state)
            sigma = self._strategies(step, layer, b, flat)
            self._branch(step, sigma, b, m, seen, chunks)
        return self._gather(chunks)

    def _branch(
        self,
        step: Step,
        sigma: list[np.ndarray],
        b: np.ndarray,
        m: np.ndarray,
        seen: list[Seen],
        chunks: dict[Any, list[tuple[np.ndarray, np.ndarray]]],
    ) -> None:
        """Send the points of one state along every move that agrees with the record."""
        mean, post = [], []
        for ax, x in zip(step.axes, sigma, strict=True):  # x: [point, type, action]
            joint = x * b[:, ax, : x.shape[1], None] if ax >= 0 else x[:, :1]
            mean.append(joint.sum(axis=1))
            with np.errstate(invalid="ignore", divide="ignore"):
                post.append(np.where(mean[-1][:, None] > 0, joint / mean[-1][:, None], 0.0))
        for acts, to in step.to:
            labels = [step.labels[j][a] for j, a in enumerate(acts)]
            if not all(one.agrees(step.movers, labels) for one in seen):
                continue
            w, after = m.copy(), b
            for j, a in enumerate(acts):
                w *= mean[j][:, a]
                if step.axes[j] >= 0 and step.sizes[j][1] > 1:
                    after = after.copy()
                    after[:, step.axes[j], : step.sizes[j][0]] = post[j][:, :, a]
            live = w != 0
            if live.any():
                for state, p in to.items():
                    chunks.setdefault(state, []).append((after[live], w[live] * p))

    def _step(self, k: int, stage: Stage, state: Any) -> Step:
        found = self._steps.get((k, state))
        if found is None:
            game, grid = self.s.game, self.s.grid
            node = expand(game, stage, state)
            who = node.players
            kinds = [1 if i == NATURE else len(game.type_names(game.players[i])) for i in who]
            sizes = [(n, len(w)) for n, w in zip(kinds, node.weights, strict=True)]
            profiles = list(product(*(range(n) for _, n in sizes)))
            found = self._steps[(k, state)] = Step(
                ["nature" if i == NATURE else game.players[i] for i in who],
                [-1 if i == NATURE else int(grid.axis[i]) for i in who],
                sizes,
                list(node.labels),
                [(acts, to if isinstance(to, dict) else {to: 1.0}) for acts, to in zip(profiles, node.to, strict=True)],
                self.s.compiled.node_index.get((k, state)),
            )
        return found

    def _strategies(self, step: Step, layer: int, b: np.ndarray, flat: np.ndarray) -> list[np.ndarray]:
        """Return [point, type, action] of every participant."""
        if step.node is None:
            return [np.ones((len(b), kinds, actions)) for kinds, actions in step.sizes]
        size = self.s._strategy_size(step.node)
        x = np.empty((len(b), size))
        on = flat != OFF
        block = self.s.logs[layer][self.s.log_ptr[step.node] : self.s.log_ptr[step.node + 1]].reshape(-1, size)
        x[on] = block[flat[on]]
        for i in np.flatnonzero(~on):
            x[i] = self.s._solve_at(step.node, layer, b[i])[0]
        out, at = [], 0
        for kinds, actions in step.sizes:
            out.append(np.exp(x[:, at : at + kinds * actions]).reshape(len(b), kinds, actions))
            at += kinds * actions
        return out

    def _gather(self, chunks: dict[Any, list[tuple[np.ndarray, np.ndarray]]]) -> Cloud:
        """Merge points of the same state and belief; put a cloud that has grown too large on the grid."""
        at = {}
        for state, parts in chunks.items():
            b, m = np.concatenate([x for x, _ in parts]), np.concatenate([w for _, w in parts])
            if len(b) > 1:
                _, first, group = np.unique(
                    b.round(13).reshape(len(b), -1), axis=0, return_index=True, return_inverse=True
                )
                b, m = b[first], np.bincount(group.ravel(), weights=m)
            at[state] = (b, m)
        if self.most is not None and sum(len(m) for _, m in at.values()) > self.most:
            return Cloud({state: self._project(b, m) for state, (b, m) in at.items()}, True)
        return Cloud({s: (b, m, self._places(b)) for s, (b, m) in at.items()})

    def _project(self, b: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows, flats, weights = self._spread(b)
        mass = np.bincount(flats, weights=m[rows] * weights, minlength=self.s.grid.total)
        live = np.flatnonzero(mass)
        return grid_points(self.s.grid, live), mass[live], live

    def _places(self, b: np.ndarray) -> np.ndarray:
        """Return the grid place of each belief, or OFF."""
        grid, out = self.s.grid, np.zeros(len(b), np.int64)
        for ax in range(len(grid.size)):
            gap = np.abs(grid.points[ax, None, : grid.size[ax]] - b[:, ax, None]).max(axis=2)
            best = gap.argmin(axis=1)
            on = gap[np.arange(len(b)), best] < 1e-9
            out = np.where(on & (out != OFF), out + best * int(grid.stride[ax]), OFF)
        return out

    def _spread(self, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (row, grid place, weight) of the lotteries that put beliefs `b` [point, axis, type] on the grid."""
        grid = self.s.grid
        rows, flats, weights = np.arange(len(b)), np.zeros(len(b), np.int64), np.ones(len(b))
        for ax in range(len(grid.size)):
            r, i, w = spread(grid, ax, b[rows, ax])
            rows, flats, weights = rows[r], flats[r] + i * int(grid.stride[ax]), weights[r] * w
        return rows, flats, weights
