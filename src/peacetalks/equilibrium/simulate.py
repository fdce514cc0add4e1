"""Sample paths of a solved game, with beliefs updated off the grid (an independent method for the forecast).

Each step solves the node anew at the path's own belief, so no belief is distributed over the grid:
the paths differ from the exact forecast by sampling error and by the grid's error, which vanishes with its spacing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.equilibrium.belief_grid import update
from peacetalks.equilibrium.forward import Paths
from peacetalks.equilibrium.given import check_solution, checked_periods
from peacetalks.equilibrium.off_grid import solve_node
from peacetalks.equilibrium.solved_game import by_participant
from peacetalks.errors import GameError
from peacetalks.game.expand import NATURE
from peacetalks.game.language import CHANCE
from peacetalks.game.numbers import whole_number
from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution


def simulate(s: Solution, n: int = 10_000, seed: int | None = None, periods: int | None = None) -> Paths:
    """Draw sample paths of a solved game.

    Parameters
    ----------
    s : Solution
    n : int
        Number of paths.
    seed : int
        Required, so that the result can be reproduced.
    periods : int, optional
        Default the game's own; a stationary game needs a number.

    Returns
    -------
    Paths
        States, true types, welfare and every move.

    Raises
    ------
    GameError
        No seed, no paths, or a stationary game without `periods`.

    Examples
    --------
    >>> import peacetalks as pt
    >>> toss = pt.Chance("toss", lambda s: [pt.Move("h", "won", {"A": 1.0}, 0.5), pt.Move("t", "lost", weight=0.5)])
    >>> paths = pt.simulate(pt.solve(pt.Game(players=("A",), start="in", stages=(toss,))), n=1000, seed=7)
    >>> abs(float(paths.payoff["A"].mean()) - 0.5) < 0.06
    True
    """
    check_solution(s, "simulate")
    if seed is None:
        raise GameError("simulate needs a seed, so that the result can be reproduced")
    horizon = checked_periods(s, periods, "simulate")
    n, seed = whole_number(n, "n", 1), whole_number(seed, "seed", 0)
    return _Simulation(s, n, seed, horizon).run()


class _Simulation:
    def __init__(self, s: Solution, n: int, seed: int, periods: int) -> None:
        self.s, self.n, self.seed, self.periods = s, n, seed, periods
        self.rng = np.random.default_rng(seed)
        game, lay = s.game, s.compiled.layout
        self.types = np.stack(
            [self.rng.choice(len(game.prior(p)), size=n, p=game.prior(p)) for p in game.players], axis=1
        )
        self.first_types = self.types.copy()
        self.own = lay.first_index[None, :] + self.types  # [path, player] -> column
        self.belief = np.repeat(s.beliefs()[None], n, axis=0)  # [path, axis, type]
        self.payoff = np.zeros((n, len(game.players)))
        self.discount = np.ones((n, len(game.players)))
        self.log: dict[str, list[Any]] = defaultdict(list)

    def run(self) -> Paths:
        s, c = self.s, self.s.compiled
        starts = s.game.starts()
        opening = [c.boundary_index[state] for state in starts]
        boundary = np.array(opening)[self.rng.choice(len(opening), size=self.n, p=list(starts.values()))]
        at = [boundary]
        for t in range(self.periods):
            boundary = self._period(t, boundary)
            at.append(boundary)
        self._last(boundary)
        moves = pl.DataFrame({k: self.log[k] for k in ("path", "period", "stage", "player", "move")}, strict=False)
        names = {p: np.array(s.game.type_names(p), dtype=object) for p in s.game.players}
        types = {p: names[p][self.first_types[:, i]] for i, p in enumerate(s.game.players)}
        payoff = {p: self.payoff[:, i] for i, p in enumerate(s.game.players)}
        return Paths(c.boundaries, np.stack(at, axis=1), types, payoff, moves.sort("path", "period"), self.seed)

    def _last(self, boundary: np.ndarray) -> None:
        """Add what the states are worth when the last period is over."""
        game = self.s.game
        if game.periods != self.periods or game.value is None:
            return
        worth = horizon_values(game, self.s.compiled.boundaries)
        self._pay(np.arange(self.n), worth[boundary])

    def _period(self, t: int, boundary: np.ndarray) -> np.ndarray:
        lay, n_nodes = self.s.compiled.layout, self.s.compiled.n_nodes
        self._redraw(boundary)
        self._pay(np.arange(self.n), lay.boundary_payoff[boundary])
        slot = lay.boundary_slot[boundary].copy()
        self._wait(slot >= n_nodes)
        for node in range(n_nodes):
            here = np.flatnonzero(slot == node)
            if len(here):
                keys, group = np.unique(self.belief[here].reshape(len(here), -1), axis=0, return_inverse=True)
                for g in range(len(keys)):
                    self._step(t, node, here[group.ravel() == g], slot)
        return slot - n_nodes

    def _redraw(self, boundary: np.ndarray) -> None:
        """Draw types again where they are, and let beliefs return to the prior."""
        s, lay = self.s, self.s.compiled.layout
        for i, player in enumerate(s.game.players):
            who = np.flatnonzero(s.compiled.redrawn[boundary, i])
            if not len(who):
                continue
            prior = s.game.prior(player)
            self.types[who, i] = self.rng.choice(len(prior), size=len(who), p=prior)
            self.own[who, i] = lay.first_index[i] + self.types[who, i]
            if s.grid.axis[i] >= 0:
                self.belief[who, s.grid.axis[i], : len(prior)] = prior

    def _step(self, t: int, node: int, who: np.ndarray, slot: np.ndarray) -> None:
        """Move the paths `who`, all at one node with one belief."""
        s, c, lay = self.s, self.s.compiled, self.s.compiled.layout
        x, _ = solve_node(s, node, s.period_slice(t), self.belief[who[0]])
        parts = range(lay.part_ptr[node], lay.part_ptr[node + 1])
        players = [int(lay.part_player[part]) for part in parts]
        sizes = [
            (1 if i == NATURE else int(lay.n_types[i]), int(lay.part_actions[k]))
            for i, k in zip(players, parts, strict=True)
        ]
        profile = np.zeros(len(who), np.int64)
        for j, (player, sigma) in enumerate(zip(players, by_participant(x, sizes), strict=True)):
            types, actions = sizes[j]
            mine = np.zeros(len(who), np.int64) if player == NATURE else self.types[who, player]
            cut = np.cumsum(sigma, axis=1)[mine]
            act = (self.rng.random(len(who))[:, None] * cut[:, -1:] > cut).sum(axis=1)
            profile = profile * actions + act
            ax = -1 if player == NATURE else s.grid.axis[player]
            if ax >= 0:
                _, posterior = update(self.belief[who[0], ax, :types], sigma)
                self.belief[who, ax, :types] = posterior[:, act].T
            name = CHANCE if player == NATURE else s.game.players[player]
            self._record(t, c.game.stages[c.nodes[node][0]].name, name, who, [c.labels[node][j][a] for a in act])
        line = lay.prof_ptr[node] + profile
        self._pay(who, lay.payoff[line])
        for i in np.flatnonzero(lay.typed[line] >= 0):
            flat = int(np.ravel_multi_index(tuple(self.types[who[i]]), tuple(lay.n_types)))
            self.payoff[who[i]] += self.discount[who[i]] * lay.typed_payoff[lay.typed[line[i]], flat]
        for row in np.unique(line):
            sel = who[line == row]
            span = slice(lay.lottery_ptr[row], lay.lottery_ptr[row + 1])
            slot[sel] = self.rng.choice(lay.lottery_slot[span], size=len(sel), p=lay.lottery_prob[span])
        self._wait_for(who, slot[who] >= c.n_nodes)

    def _pay(self, who: np.ndarray, pay: np.ndarray) -> None:
        rows = np.arange(len(who))[:, None]
        self.payoff[who] += self.discount[who] * pay[rows, self.own[who]]

    def _wait(self, crossed: np.ndarray) -> None:
        self._wait_for(np.arange(self.n), crossed)

    def _wait_for(self, who: np.ndarray, crossed: np.ndarray) -> None:
        """Discount what comes next for the paths whose period is over."""
        lay = self.s.compiled.layout
        self.discount[who[crossed]] *= lay.discount[lay.first_index]

    def _record(self, t: int, stage: str, player: str, who: np.ndarray, moves: list[Any]) -> None:
        self.log["path"] += who.tolist()
        self.log["period"] += [t] * len(who)
        self.log["stage"] += [stage] * len(who)
        self.log["player"] += [player] * len(who)
        self.log["move"] += [str(m) for m in moves]
