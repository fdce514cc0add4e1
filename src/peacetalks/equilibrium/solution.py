"""A solved game and what can be asked of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import Grid, index_of, prior_index
from peacetalks.equilibrium.homotopy import roots
from peacetalks.equilibrium.kernels import node as _kernels
from peacetalks.equilibrium.kernels import solve_one as _single
from peacetalks.equilibrium.transitions import welfare
from peacetalks.errors import GameError, NotSolved, did_you_mean
from peacetalks.game.compile import NATURE, Compiled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.game.language import Game

NODE_TOLERANCE = 1e-11
NODE_STEPS = 500
CUBIC, LINEAR, INSTEAD = (
    "cubic",
    "linear",
    "linear instead of cubic",
)  # interpolation between beliefs; see `Solution.settings`
SEARCH_ALL = 4000  # node-beliefs
SEARCH_STARTS, SEARCH_SEED = 24, 14


def refuse_most(unsolved: Sequence[NotSolved], total: int, what: str) -> None:
    """Raise `NotSolved`, with the first reason, where more than half of `total` games have no solution."""
    if 2 * len(unsolved) > total:
        raise NotSolved(f"{len(unsolved)} of {total} {what} have no solution within tolerance: {unsolved[0]}")


def not_solved(c: Compiled, node: int, where: str, res: float, tol: float) -> str:
    """Return the message of a node that did not converge."""
    k, state = c.nodes[node]
    return (
        f"no equilibrium found at stage {c.game.stages[k].name!r}, state {state!r}, {where}: "
        f"residual {res:.3g} > {tol:.3g}. Try a lower rationality, more belief points, or larger weights on rare moves."
    )


@dataclass(frozen=True)
class Solution:
    """A solved game; made by `solve`.

    Attributes
    ----------
    residual : float
        Worst fixed-point residual over nodes and beliefs (largest change of a log-probability, relative
        where it exceeds 1); in a stationary game also the Bellman residual over 1 - discount.
    multiple : int
        Number of certified (node, belief) pairs at which more than one fixed point was found; the one
        kept is on the principal branch (see `selections`).
    iterations : int
        Node iterations in all.
    settings : dict
        Precision, belief points, tolerance, sweeps, seconds; the interpolation between beliefs ("linear instead of cubic":
        play did not settle with the cubic).
    """

    game: Game
    compiled: Compiled
    grid: Grid
    values: tuple[np.ndarray, ...]  # per period: decision value [slot, column, belief]; next boundaries are discounted
    edges: tuple[np.ndarray, ...]  # per period and one more: decision value [boundary, column, belief]
    logs: tuple[np.ndarray, ...]  # per period: flat log strategies
    log_ptr: np.ndarray  # [node + 1] -> logs
    rationality: np.ndarray  # [player]
    residual: float
    multiple: int
    multiple_at: tuple[tuple[int, int, int], ...]  # (period, node, flat belief)
    iterations: int
    settings: dict[str, Any] = field(repr=False)
    coarser: Solution | None = field(default=None, repr=False)  # on a belief grid of about half the points; see `solve`

    def strategy(
        self,
        stage: str,
        state: Any,
        period: int | None = None,
        beliefs: Mapping[str, Any] | None = None,
        player: str | None = None,
    ) -> dict[Any, Any]:
        """Return {type: {move: probability}} of the mover at `stage` in `state`.

        At a `Simultaneous` stage the result is {player: {type: {move: probability}}}, or one player's part
        where `player` is named; at a `Chance` stage {"nature": {move: probability}}.  `beliefs` is
        {player: {type: probability}}; players left out keep the prior.  Off the grid the node is solved anew.
        `period=None` is the first period in which the state is reached.

        Raises `GameError` for a stage, state, period or belief that the game does not have.
        """
        node = self._node(stage, state)
        x, _ = self._solve_at(node, self._period(node, period), self._beliefs(beliefs))
        return self._named(node, x, player)

    def value(
        self,
        player: str,
        type: Any = None,
        state: Any = None,
        period: int = 0,
        beliefs: Mapping[str, Any] | None = None,
        decision: bool = False,
    ) -> float:
        """Return the welfare expected at the start of `period` (with `decision=True`, the decision utility).

        `state=None` is the opening of the game; `type=None` averages over the player's types at `beliefs`.
        Welfare agrees with the forward measure to machine precision; decision utility is what strategies
        were computed from, and differs by the grid's error where types are hidden.
        """
        if player not in self.game.players:
            raise GameError(f"no player is called {player!r}{did_you_mean(player, self.game.players)}")
        kinds = self.game.type_names(player)
        if type is not None and type not in kinds:
            raise GameError(f"player {player!r} has no type {type!r}; types: {', '.join(map(str, kinds))}")
        b = self._beliefs(beliefs)
        i = self.game.players.index(player)
        ax = int(self.grid.axis[i])
        weights = b[ax, : len(kinds)] if ax >= 0 else np.ones(1)
        states = self.game.starts() if state is None else {state: 1.0}
        first = int(self.compiled.layout.first_col[i])
        total = 0.0
        for s, p in states.items():
            own = self._edge(s, period, b, decision)[first : first + len(kinds)]
            mean = own @ weights if weights.all() else own[weights > 0] @ weights[weights > 0]
            total += p * float(mean if type is None else own[kinds.index(type)])
        return total

    def selections(self, stage: str, state: Any, period: int | None = None) -> list[dict[Any, Any]]:
        """Return every fixed point found at a node at the prior, the kept (principal) one first."""
        node = self._node(stage, state)
        t = self._period(node, period)
        found = np.empty((32, self._strategy_size(node)))
        kept, count = self._search(node, t, self._beliefs(None), found)
        return [self._named(node, x, None) for x in (kept, *found[:count])]

    def search(self) -> tuple[tuple[int, int, int], ...]:
        """Look for further fixed points at every node; return where there are some, as (period, node, belief).

        Small games are searched at every belief, larger ones at the prior.
        """
        c, flats = self.compiled, list(range(self.grid.total))
        if not self._small:
            flats = [prior_index(self.grid, self.game)]
        axes = range(len(self.grid.shape))
        points = {f: np.array([self.grid.points[ax, self.grid.of(f, ax)] for ax in axes]).reshape(-1, 4) for f in flats}
        out = []
        for t in range(len(self.values)):
            for n in np.flatnonzero(c.reach[t]).tolist() if c.reach is not None else range(c.n_nodes):
                found = np.empty((1, self._strategy_size(n)))
                if (c.layout.part_player[c.layout.part_ptr[n] : c.layout.part_ptr[n + 1]] == NATURE).all():
                    continue
                out += [(t, int(n), f) for f in flats if self._search(n, t, points[f], found)[1]]
        return tuple(out)

    @property
    def finite(self) -> bool:
        """Whether the game has a last period."""
        return self.game.periods is not None

    def layer(self, period: int) -> int:
        """Return where period `period` is stored."""
        if period < 0 or (self.game.periods is not None and period >= self.game.periods):
            raise GameError(f"period {period} is outside the game's {self.game.periods} periods (counted from 0)")
        return period if self.finite else 0

    # -- within ------------------------------------------------------------------------------------

    @cached_property
    def _welfare(self) -> tuple[np.ndarray, ...]:
        return welfare(self)

    def _strategy_size(self, node: int) -> int:
        return int((self.log_ptr[node + 1] - self.log_ptr[node]) // self.grid.total)

    def _node(self, stage: str, state: Any) -> int:
        k = self.game.stage(stage)
        self.compiled.resolve(k, state)
        found = self.compiled.node_index.get((k, state))
        if found is None:
            raise GameError(f"nothing is chosen at stage {stage!r} in state {state!r}: one move only, passed through")
        return found

    def _period(self, node: int, period: int | None) -> int:
        reach = self.compiled.reach
        if reach is None:
            return 0
        when = np.flatnonzero(reach[:, node])
        if period is None:
            return int(when[0])
        if not reach[self.layer(period), node]:
            k, state = self.compiled.nodes[node]
            raise GameError(
                f"state {state!r} is not reached at stage {self.game.stages[k].name!r} in period {period}; "
                f"it is reached in period{'s' if len(when) > 1 else ''} {', '.join(map(str, when))}"
            )
        return period

    def _beliefs(self, beliefs: Mapping[str, Any] | None) -> np.ndarray:
        """Return beliefs as [axis, type], priors where none are given."""
        given = dict(beliefs or {})
        out = np.zeros((max(len(self.grid.size), 1), 4))
        for i, player in enumerate(self.game.players):
            ax = self.grid.axis[i]
            if ax < 0:
                continue
            kinds = self.game.type_names(player)
            p = self.game.prior(player)
            if player in given:
                mine = given.pop(player)
                if set(mine) - set(kinds) or abs(sum(mine.values()) - 1) > 1e-9 or min(mine.values()) < 0:
                    raise GameError(
                        f"beliefs about {player!r} must be probabilities over {kinds!r} that sum to 1, got {mine!r}"
                    )
                p = tuple(float(mine.get(k, 0.0)) for k in kinds)
            out[ax, : len(kinds)] = p
        for player in given:
            raise GameError(f"beliefs are given about {player!r}, who has no hidden type")
        return out

    def _solve_at(self, node: int, t: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (log strategies, decision value of every column) at a node for any beliefs."""
        size = self._strategy_size(node)
        flat = self._flat(beliefs)
        at = self.log_ptr[node] + (self._nearest(beliefs) if flat is None else flat) * size
        x = self.logs[t][at : at + size].copy()
        if flat is not None:
            return x, self.values[t][node, :, flat]
        out = np.empty(self.values[t].shape[1])
        res = _single.solve_at(
            node,
            self.compiled.layout,
            self.grid,
            self.values[t],
            beliefs,
            self.rationality,
            NODE_TOLERANCE,
            NODE_STEPS,
            x,
            out,
        )
        if not res <= NODE_TOLERANCE:
            where = f"period {t}, beliefs {beliefs.tolist()}"
            raise NotSolved(not_solved(self.compiled, node, where, res, NODE_TOLERANCE))
        return x, out

    def _search(self, node: int, t: int, beliefs: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, int]:
        """Look for further fixed points of a node; return (the kept one, how many are in `found`)."""
        kept, _ = self._solve_at(node, t, beliefs)
        count = _single.others(
            node,
            self.compiled.layout,
            self.grid,
            self.values[t],
            beliefs,
            self.rationality,
            NODE_TOLERANCE,
            NODE_STEPS,
            kept,
            found,
        )
        movers = int(self.compiled.layout.part_ptr[node + 1] - self.compiled.layout.part_ptr[node])
        if movers > 1 and self._small and count < len(found):
            for y in self._roots(node, t, beliefs, len(kept)):
                gaps = [np.abs(np.exp(y) - np.exp(z)).max() for z in (kept, *found[:count])]
                if min(gaps) > 1e-5 and count < len(found):
                    found[count] = y
                    count += 1
        return kept, count

    @property
    def _small(self) -> bool:
        """Whether every node can be searched at every belief."""
        return self.compiled.n_nodes * self.grid.total * len(self.values) <= SEARCH_ALL

    def _roots(self, node: int, t: int, beliefs: np.ndarray, size: int) -> list[np.ndarray]:
        """Return fixed points of a node of several movers by Newton's method from seeded mixtures."""
        N, mu, table = _single.place(node, self.compiled.layout, self.grid, self.values[t], beliefs)
        start = np.empty(size)
        _kernels.start_at_reference(N, start)

        def defect(x: np.ndarray, tau: float) -> tuple[np.ndarray, float]:
            out = np.empty(size)
            res = _single.defect(N, self.grid, mu, table, self.rationality, float(tau), np.ascontiguousarray(x), out)
            return out, res

        tilts = np.random.default_rng(SEARCH_SEED).normal(0.0, 2.0, (SEARCH_STARTS, size))
        return roots(defect, start + tilts, NODE_TOLERANCE)

    def _flat(self, beliefs: np.ndarray) -> int | None:
        flat = 0
        for ax in range(len(self.grid.size)):
            i = index_of(self.grid, ax, beliefs[ax, : self.grid.kinds[ax]])
            if i is None:
                return None
            flat += i * int(self.grid.stride[ax])
        return flat

    def _nearest(self, beliefs: np.ndarray) -> int:
        flat = 0
        for ax in range(len(self.grid.size)):
            pts = self.grid.points[ax, : self.grid.size[ax]]
            flat += int(np.abs(pts - beliefs[ax]).max(axis=1).argmin()) * int(self.grid.stride[ax])
        return flat

    def _edge(self, state: Any, period: int, beliefs: np.ndarray, decision: bool) -> np.ndarray:
        """Return the value of every column at the start of `period` in `state`."""
        e = self.compiled.boundary_index.get(state)
        reach = self.compiled.reach_edges
        if e is None or (reach is not None and not (0 <= period < len(reach) and reach[period, e])):
            index = self.compiled.boundary_index
            known = [s for s, i in index.items() if reach is None or reach[: period + 1, i].any()]
            raise GameError(
                f"no period {period} begins in state {state!r}{did_you_mean(state, known)}; give a state at which a "
                "period begins, and the period"
            )
        layer = period if self.finite else 0
        if not decision:
            return self._mix(self._welfare[layer][e], beliefs)
        slot, pay, drive = self.compiled.resolve(0, state)
        if slot < self.compiled.n_nodes and layer < len(self.values):
            return pay + drive + self._solve_at(slot, layer, beliefs)[1]
        return self._mix(self.edges[layer][e].T, beliefs)

    def _mix(self, values: np.ndarray, beliefs: np.ndarray) -> np.ndarray:
        """Return values[belief, column] at any beliefs (each type weighs the neighbours as itself)."""
        lay, grid = self.compiled.layout, self.grid
        out = np.zeros(values.shape[1])
        hits = [_neighbours(grid, ax, beliefs[ax]) for ax in range(len(grid.size))]
        for combo in np.ndindex(*[len(h) for h in hits]):
            picks = [hits[ax][i] for ax, i in enumerate(combo)]
            flat = sum(i * int(grid.stride[ax]) for ax, (i, _) in enumerate(picks))
            weight = np.full(len(out), math.prod(w for _, w in picks))
            for u, (player, k) in enumerate(zip(lay.col_player, lay.col_type, strict=True)):
                ax = grid.axis[player]
                if ax >= 0 and beliefs[ax, k] > 0:
                    weight[u] *= grid.points[ax, picks[ax][0], k] / beliefs[ax, k]
            live = weight != 0
            out[live] += weight[live] * values[flat][live]
        return out

    def _named(self, node: int, x: np.ndarray, player: str | None) -> dict[Any, Any]:
        lay = self.compiled.layout
        out: dict[Any, Any] = {}
        at = 0
        for j, part in enumerate(range(lay.part_ptr[node], lay.part_ptr[node + 1])):
            labels = self.compiled.labels[node][j]
            i = lay.part_player[part]
            kinds = ("nature",) if i == NATURE else self.game.type_names(self.game.players[i])
            own = {}
            for kind in kinds:
                own[kind] = dict(zip(labels, np.exp(x[at : at + len(labels)]).tolist(), strict=True))
                at += len(labels)
            out.update(own if i == NATURE else {self.game.players[i]: own})
        if player is not None:
            if player not in out:
                raise GameError(f"{player!r} does not move here; movers: {', '.join(out)}")
            return out[player]
        if len(out) == 1 and "nature" not in out:
            return next(iter(out.values()))
        return out


def _neighbours(grid: Grid, ax: int, belief: np.ndarray) -> list[tuple[int, float]]:
    found = index_of(grid, ax, belief[: grid.kinds[ax]])
    if found is not None:
        return [(found, 1.0)]
    idx, w = np.zeros(4, np.int64), np.zeros(4)
    count = _kernels.locate(grid, ax, belief, idx, w)
    return [(int(idx[i]), float(w[i])) for i in range(count) if w[i] != 0]
