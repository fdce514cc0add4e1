r"""What a record of public moves says about hidden types: the filter and its likelihood, on any solved game.

Every move is public, so the public belief *is* the filter: along a history of which every move is known,

.. math:: \mu'(\theta|a) = \mu(\theta)\,\sigma_\theta(a) / \bar\sigma(a), \qquad
          L = \prod_k \bar\sigma(a_k | s_k, \mu_k),

with :math:`\bar\sigma` the average strategy.  Of a real conflict only some moves are on record, and the others are
summed over: a particle set of (state, belief, probability) goes through the stages; a stage with a move on record keeps
the branches that agree with it, and any other stage keeps all.  The mass that is left is the likelihood of the record,
and the beliefs of the particles average to the posterior.

Beliefs are followed exactly (a node is solved anew between the points of the belief grid) while the particle set is
small. A set of more than `most` particles is put on the belief grid: each belief is distributed over its neighbours
with interpolation weights, as in the forecast (`filter_grid.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at, distribute, nearest_point, update
from peacetalks.equilibrium.filter_grid import Branches, GridSteps
from peacetalks.equilibrium.off_grid import solve_node
from peacetalks.equilibrium.solved_game import by_participant
from peacetalks.errors import GameError
from peacetalks.game.expand import NATURE, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.language import Stage

MOST = 300  # particles that are followed exactly
OFF_GRID = -1


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


class Particles(NamedTuple):
    """The particles of one public state."""

    beliefs: np.ndarray  # [particle, axis, type]
    mass: np.ndarray  # [particle]
    place: np.ndarray  # [particle] flat index on the belief grid, or OFF_GRID


@dataclass(frozen=True)
class ParticleSet:
    """Where play may be: the particles of each public state."""

    at: Mapping[Any, Particles]
    gridded: bool = False  # whether the beliefs have been put on the grid

    @property
    def mass(self) -> float:
        """Probability of the record so far."""
        return float(sum(p.mass.sum() for p in self.at.values()))

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """A value that identifies the set: states, beliefs and mass."""
        digest = sha256()
        for p in self.at.values():
            digest.update(p.beliefs.tobytes() + p.mass.tobytes())
        return self.gridded, tuple(self.at), digest.digest()

    @property
    def size(self) -> int:
        """Number of particles."""
        return sum(len(p.mass) for p in self.at.values())

    def keep(self, agrees: Callable[[Any], bool]) -> ParticleSet:
        """Return the particles in states for which `agrees(state)` holds."""
        return ParticleSet({s: p for s, p in self.at.items() if agrees(s)}, self.gridded)


Chunks = dict[Any, list[tuple[np.ndarray, np.ndarray]]]  # state -> [(beliefs, mass)]


@dataclass
class Filter:
    """Takes particle sets through a solved game along a record.

    Parameters
    ----------
    s : Solution
    most : int or None
        Particles from which a set is put on the belief grid; None never does.
    """

    s: Solution
    most: int | None = MOST
    _branches: dict[tuple[int, Any], Branches] = field(default_factory=dict)
    _cache: dict[tuple[Any, ...], ParticleSet] = field(default_factory=dict)  # by start and record up to a stage

    @cached_property
    def _grid(self) -> GridSteps:
        return GridSteps(self.s, lambda k, state: self._branches_of(k, self.s.game.stages[k], state))

    def open(self, states: Mapping[Any, float] | None = None, beliefs: Mapping[str, Any] | None = None) -> ParticleSet:
        """Return the particle set at the start: the game's opening (or `states`) at the prior (or `beliefs`)."""
        b = self.s.beliefs(beliefs)[None]
        found = dict(states or self.s.game.starts())
        return ParticleSet({s: Particles(b, np.array([p]), self._places(b)) for s, p in found.items()})

    def period(self, particles: ParticleSet, seen: Iterable[Seen] = (), period: int = 0) -> ParticleSet:
        """Return the particle set at the end of a period in which `seen` was on record.

        Raises `GameError` for a stage or player that the game does not have.
        """
        seen = list(seen)
        for one in seen:
            self.s.game.stage(one.stage)
            if one.player is not None and one.player not in self.s.game.players:
                raise GameError(f"the record names {one.player!r}, who is not a player")
        key = (particles.key, self.s.period_slice(period))
        if (*key, frozenset(seen)) not in self._cache:
            self._cache[*key, frozenset(seen)] = self._period(particles, seen, self.s.period_slice(period), key)
        return self._cache[*key, frozenset(seen)]

    def posterior(self, particles: ParticleSet) -> dict[str, dict[Any, float]]:
        """Return {player: {type: probability}} of every player with hidden types.

        Raises `GameError` where the record has probability zero.
        """
        if particles.mass <= 0:
            raise GameError("what was seen cannot happen in this game: its probability is zero")
        total = sum(np.einsum("n,nak->ak", p.mass, p.beliefs) for p in particles.at.values()) / particles.mass
        out = {}
        for player, ax in zip(self.s.game.players, self.s.grid.axis, strict=True):
            if ax >= 0:
                types = self.s.game.type_names(player)
                out[player] = dict(zip(types, np.asarray(total)[ax, : len(types)].tolist(), strict=True))
        return out

    def on_grid(self, particles: ParticleSet) -> np.ndarray:
        """Return the mass of the particles on the belief grid [belief], whatever their state."""
        out = np.zeros(self.s.grid.total)
        for p in particles.at.values():
            rows, flats, weights = self._distribute(p.beliefs)
            np.add.at(out, flats, p.mass[rows] * weights)
        return out

    def project(self, beliefs: np.ndarray, mass: np.ndarray) -> Particles:
        """Return particles on the belief grid from beliefs [particle, axis, type] and mass [particle]."""
        rows, flats, weights = self._distribute(beliefs)
        on_grid = np.bincount(flats, weights=mass[rows] * weights, minlength=self.s.grid.total)
        live = np.flatnonzero(on_grid)
        return Particles(beliefs_at(self.s.grid, live), on_grid[live], live)

    def _period(self, particles: ParticleSet, seen: list[Seen], t: int, done: tuple[Any, ...]) -> ParticleSet:
        """Take a particle set through the stages; `done` identifies the record up to a stage, for the cache."""
        particles = self._redrawn(particles)
        stages = list(enumerate(self.s.game.stages))
        while stages and not particles.gridded:
            k, stage = stages.pop(0)
            mine = [x for x in seen if x.stage == stage.name]
            done = (*done, k, frozenset(mine))
            if done not in self._cache:
                self._cache[done] = self._stage(k, stage, particles, mine, t)
            particles = self._cache[done]
        return self._stages_on_grid(particles, stages, seen, t) if stages else particles

    def _redrawn(self, particles: ParticleSet) -> ParticleSet:
        """Return the particle set once types have been drawn again: beliefs about these players are the prior."""
        s, at = self.s, dict(particles.at)
        if s.game.redraw is None:
            return particles
        for state, p in particles.at.items():
            places = [int(s.grid.axis[s.game.players.index(x)]) for x in s.game.redraw(state)]
            axes = [ax for ax in places if ax >= 0]
            if axes:
                beliefs = p.beliefs.copy()
                beliefs[:, axes] = s.beliefs()[axes]
                merged, group = np.unique(beliefs.reshape(len(beliefs), -1), axis=0, return_inverse=True)
                b = merged.reshape(-1, *beliefs.shape[1:])
                at[state] = Particles(b, np.bincount(group.ravel(), weights=p.mass), self._places(b))
        return ParticleSet(at, particles.gridded)

    def _stages_on_grid(
        self, particles: ParticleSet, stages: list[tuple[int, Stage]], seen: list[Seen], t: int
    ) -> ParticleSet:
        """Return the particle set, on the grid already, after the last `stages` of a period."""
        steps, first = self._grid, stages[0][0]
        at = [steps.number(first, state) for state in particles.at]
        mass = np.zeros((len(steps.places[first]), self.s.grid.total))
        for i, p in zip(at, particles.at.values(), strict=True):
            mass[i, p.place] = p.mass
        for k, stage in stages:
            mine = [x for x in seen if x.stage == stage.name]
            mass = steps.push_forward(
                k, t, mass, lambda movers, labels, mine=mine: all(x.agrees(movers, labels) for x in mine)
            )
        out = {}
        for state, m in zip(steps.places[-1], mass, strict=False):
            if len(flat := np.flatnonzero(m)):
                out[state] = Particles(beliefs_at(self.s.grid, flat), m[flat], flat)
        return ParticleSet(out, True)

    def _stage(self, k: int, stage: Stage, particles: ParticleSet, seen: list[Seen], t: int) -> ParticleSet:
        chunks: Chunks = {}
        for state, p in particles.at.items():
            branches = self._branches_of(k, stage, state)
            self._follow_branches(branches, self._strategies(branches, t, p), p, seen, chunks)
        return self._gather(chunks)

    def _follow_branches(
        self, branches: Branches, sigma: list[np.ndarray], p: Particles, seen: list[Seen], chunks: Chunks
    ) -> None:
        """Send the particles of one state along every move that agrees with the record."""
        updated = [
            update(p.beliefs[:, ax, : x.shape[1]], x) if ax >= 0 else (x[:, 0], x)
            for ax, x in zip(branches.axes, sigma, strict=True)
        ]
        for acts, to in branches.to:
            labels = [branches.labels[j][a] for j, a in enumerate(acts)]
            if not all(one.agrees(branches.movers, labels) for one in seen):
                continue
            w, after = p.mass.copy(), p.beliefs
            for j, a in enumerate(acts):
                mean, post = updated[j]
                w *= mean[:, a]
                if branches.axes[j] >= 0 and branches.sizes[j][1] > 1:
                    after = after.copy()
                    after[:, branches.axes[j], : branches.sizes[j][0]] = post[:, :, a]
            live = w != 0
            if live.any():
                for state, chance in to.items():
                    chunks.setdefault(state, []).append((after[live], w[live] * chance))

    def _branches_of(self, k: int, stage: Stage, state: Any) -> Branches:
        found = self._branches.get((k, state))
        if found is None:
            game, grid = self.s.game, self.s.grid
            node = expand(game, stage, state)
            who = node.players
            types = [1 if i == NATURE else len(game.type_names(game.players[i])) for i in who]
            sizes = [(n, len(w)) for n, w in zip(types, node.weights, strict=True)]
            profiles = list(product(*(range(n) for _, n in sizes)))
            found = self._branches[(k, state)] = Branches(
                ["nature" if i == NATURE else game.players[i] for i in who],
                [-1 if i == NATURE else int(grid.axis[i]) for i in who],
                sizes,
                list(node.labels),
                [(acts, to if isinstance(to, dict) else {to: 1.0}) for acts, to in zip(profiles, node.to, strict=True)],
                self.s.compiled.node_index.get((k, state)),
            )
        return found

    def _strategies(self, branches: Branches, t: int, p: Particles) -> list[np.ndarray]:
        """Return the strategies [particle, type, action] of every participant."""
        if branches.node is None:
            return [np.ones((len(p.mass), types, actions)) for types, actions in branches.sizes]
        size = self.s.strategy_size(branches.node)
        x = np.empty((len(p.mass), size))
        on = p.place != OFF_GRID
        stored = self.s.logs[t][self.s.log_ptr[branches.node] : self.s.log_ptr[branches.node + 1]].reshape(-1, size)
        x[on] = stored[p.place[on]]
        for i in np.flatnonzero(~on):
            x[i] = solve_node(self.s, branches.node, t, p.beliefs[i])[0]
        return by_participant(x, branches.sizes)

    def _gather(self, chunks: Chunks) -> ParticleSet:
        """Merge particles of the same state and belief; put a set that has grown too large on the grid."""
        at = {}
        for state, parts in chunks.items():
            b, m = np.concatenate([x for x, _ in parts]), np.concatenate([w for _, w in parts])
            if len(b) > 1:
                rounded = b.round(13).reshape(len(b), -1)
                _, first, group = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
                b, m = b[first], np.bincount(group.ravel(), weights=m)
            at[state] = (b, m)
        if self.most is not None and sum(len(m) for _, m in at.values()) > self.most:
            return ParticleSet({state: self.project(b, m) for state, (b, m) in at.items()}, True)
        return ParticleSet({s: Particles(b, m, self._places(b)) for s, (b, m) in at.items()})

    def _places(self, b: np.ndarray) -> np.ndarray:
        """Return the flat grid index of each belief [particle, axis, type], or OFF_GRID."""
        grid, out = self.s.grid, np.zeros(len(b), np.int64)
        for ax in range(len(grid.size)):
            place, on = nearest_point(grid.points[ax, : grid.size[ax]], b[:, ax])
            out = np.where(on & (out != OFF_GRID), out + place * int(grid.stride[ax]), OFF_GRID)
        return out

    def _distribute(self, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (row, flat index, weight) of the grid beliefs that `b` [particle, axis, type] is distributed over."""
        grid = self.s.grid
        rows, flats, weights = np.arange(len(b)), np.zeros(len(b), np.int64), np.ones(len(b))
        for ax in range(len(grid.size)):
            r, i, w = distribute(grid, ax, b[rows, ax])
            rows, flats, weights = rows[r], flats[r] + i * int(grid.stride[ax]), weights[r] * w
        return rows, flats, weights
