"""Sample paths of a solved game, with beliefs updated off the grid (a second road to the forecast).

Each step solves the node anew at the path's own belief, so paths are not shared out over the grid:
they differ from the exact forecast by sampling error and by the grid's error, which vanishes with its spacing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.equilibrium.forward import Paths
from peacetalks.errors import GameError
from peacetalks.game.compile import NATURE
from peacetalks.game.payoffs import Columns

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution


def simulate(s: Solution, n: int = 10_000, seed: int | None = None, periods: int | None = None) -> Paths:
    """Draw `n` sample paths; `seed` is required.

    Returns `Paths`: states, true types, welfare and every move.  Raises `GameError` without a seed, or for a
    stationary game without `periods`.

    Examples
    --------
    >>> from peacetalks.game.language import Chance, Game, Move
    >>> from peacetalks.equilibrium.solve import solve
    >>> toss = Chance("toss", lambda s: [Move("h", "won", {"A": 1.0}, weight=0.5), Move("t", "lost", weight=0.5)])
    >>> paths = simulate(solve(Game(players=("A",), start="in", stages=(toss,))), n=1000, seed=7)
    >>> abs(float(paths.payoff["A"].mean()) - 0.5) < 0.06
    True
    """
    if seed is None:
        raise GameError("simulate needs a seed, so that the result can be had again")
    horizon = periods if periods is not None else s.game.periods
    if horizon is None:
        raise GameError("a stationary game has no last period: say how many `periods` to simulate")
    if n < 1:
        raise GameError(f"n must be at least 1, got {n!r}")
    return _Simulation(s, n, seed, horizon).run()


class _Simulation:
    def __init__(self, s: Solution, n: int, seed: int, periods: int) -> None:
        self.s, self.n, self.seed, self.periods = s, n, seed, periods
        self.rng = np.random.default_rng(seed)
        game, lay = s.game, s.compiled.layout
        self.types = np.stack(
            [self.rng.choice(len(game.prior(p)), size=n, p=game.prior(p)) for p in game.players], axis=1
        )
        self.own = lay.first_col[None, :] + self.types  # [path, player] -> column
        self.belief = np.repeat(s._beliefs(None)[None], n, axis=0)  # [path, axis, type]
        self.payoff = np.zeros((n, len(game.players)))
        self.discount = np.ones((n, len(game.players)))
        self.log: dict[str, list[Any]] = defaultdict(list)

    def run(self) -> Paths:
        s, c = self.s, self.s.compiled
        starts = s.game.starts()
        names = [c.boundary_index[state] for state in starts]
        edge = np.array(names)[self.rng.choice(len(names), size=self.n, p=list(starts.values()))]
        at = [edge]
        for t in range(self.periods):
            edge = self._period(t, edge)
            at.append(edge)
        self._last(edge)
        moves = pl.DataFrame({k: self.log[k] for k in ("path", "period", "stage", "player", "move")}, strict=False)
        kinds = {p: np.array(s.game.type_names(p), dtype=object) for p in s.game.players}
        types = {p: kinds[p][self.types[:, i]] for i, p in enumerate(s.game.players)}
        payoff = {p: self.payoff[:, i] for i, p in enumerate(s.game.players)}
        return Paths(c.boundaries, np.stack(at, axis=1), types, payoff, moves.sort("path", "period"), self.seed)

    def _last(self, edge: np.ndarray) -> None:
        """Add what the states are worth when the last period is over."""
        game = self.s.game
        if game.periods != self.periods or game.value is None:
            return
        columns = Columns(game)
        worth = np.zeros((len(self.s.compiled.boundaries), len(columns.zero)))
        for e in np.unique(edge):
            state = self.s.compiled.boundaries[e]
            worth[e] = columns.vector(game.value(state), f"the value of state {state!r} at the horizon")
        self._pay(np.arange(self.n), worth[edge])

    def _period(self, t: int, edge: np.ndarray) -> np.ndarray:
        lay, n_nodes = self.s.compiled.layout, self.s.compiled.n_nodes
        self._pay(np.arange(self.n), lay.edge_pay[edge])
        slot = lay.edge_slot[edge].copy()
        self._wait(slot >= n_nodes)
        for node in range(n_nodes):
            here = np.flatnonzero(slot == node)
            if len(here):
                keys, group = np.unique(self.belief[here].reshape(len(here), -1), axis=0, return_inverse=True)
                for g in range(len(keys)):
                    self._step(t, node, here[group.ravel() == g], slot)
        return slot - n_nodes

    def _step(self, t: int, node: int, who: np.ndarray, slot: np.ndarray) -> None:
        """Move the paths `who`, all at one node with one belief."""
        s, c, lay = self.s, self.s.compiled, self.s.compiled.layout
        x, _ = s._solve_at(node, s.layer(t), self.belief[who[0]])
        profile, at = np.zeros(len(who), np.int64), 0
        for j, part in enumerate(range(lay.part_ptr[node], lay.part_ptr[node + 1])):
            player, actions = lay.part_player[part], int(lay.part_actions[part])
            kinds = 1 if player == NATURE else int(lay.n_types[player])
            sigma = np.exp(x[at : at + kinds * actions]).reshape(kinds, actions)
            at += kinds * actions
            mine = np.zeros(len(who), np.int64) if player == NATURE else self.types[who, player]
            cut = np.cumsum(sigma, axis=1)[mine]
            act = (self.rng.random(len(who))[:, None] * cut[:, -1:] > cut).sum(axis=1)
            profile = profile * actions + act
            ax = -1 if player == NATURE else s.grid.axis[player]
            if ax >= 0:
                prior = self.belief[who, ax, :kinds]
                post = prior * sigma[:, act].T
                self.belief[who, ax, :kinds] = post / post.sum(axis=1, keepdims=True)
            name = "nature" if player == NATURE else s.game.players[player]
            self._record(t, c.game.stages[c.nodes[node][0]].name, name, who, [c.labels[node][j][a] for a in act])
        line = lay.prof_ptr[node] + profile
        self._pay(who, lay.pay[line])
        for i in np.flatnonzero(lay.typed[line] >= 0):
            flat = int(np.ravel_multi_index(tuple(self.types[who[i]]), tuple(lay.n_types)))
            self.payoff[who[i]] += self.discount[who[i]] * lay.typed_pay[lay.typed[line[i]], flat]
        for row in np.unique(line):
            sel = who[line == row]
            span = slice(lay.lot_ptr[row], lay.lot_ptr[row + 1])
            slot[sel] = self.rng.choice(lay.lot_slot[span], size=len(sel), p=lay.lot_prob[span])
        self._wait_for(who, slot[who] >= c.n_nodes)

    def _pay(self, who: np.ndarray, pay: np.ndarray) -> None:
        rows = np.arange(len(who))[:, None]
        self.payoff[who] += self.discount[who] * pay[rows, self.own[who]]

    def _wait(self, crossed: np.ndarray) -> None:
        self._wait_for(np.arange(self.n), crossed)

    def _wait_for(self, who: np.ndarray, crossed: np.ndarray) -> None:
        """Discount what comes next for the paths whose period is over."""
        lay = self.s.compiled.layout
        self.discount[who[crossed]] *= lay.discount[lay.first_col]

    def _record(self, t: int, stage: str, player: str, who: np.ndarray, moves: list[Any]) -> None:
        self.log["path"] += who.tolist()
        self.log["period"] += [t] * len(who)
        self.log["stage"] += [stage] * len(who)
        self.log["player"] += [player] * len(who)
        self.log["move"] += [str(m) for m in moves]
