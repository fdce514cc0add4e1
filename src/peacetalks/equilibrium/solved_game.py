"""The arrays of a solved game, and the places in them: what every module that reads a solution needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import nearest_point
from peacetalks.errors import GameError, NotSolved, did_you_mean
from peacetalks.game.language import MAX_TYPES
from peacetalks.game.numbers import whole_number
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled
    from peacetalks.game.language import Game


def node_not_solved(c: Compiled, node: int, where: str, residual: float, tolerance: float) -> NotSolved:
    """Return the error of a node that did not converge."""
    k, state = c.nodes[node]
    movers = [name for name in c.movers(node) if name in c.game.players]
    who = f"{', '.join(movers[:-1])} and {movers[-1]} choose" if len(movers) > 1 else f"{movers[0]} chooses"
    off = f"what was found is off the best response by {residual:.3g}, more than {tolerance:.3g}"
    lost = "play could not be followed up to this rationality"
    return NotSolved(
        f"no equilibrium found where {who} (stage {c.game.stages[k].name!r}, state {shorten(state)}, {where}): "
        f"{off if np.isfinite(residual) else lost}. Try a lower rationality, more belief points, or larger weights on "
        "rare moves."
    )


@dataclass(frozen=True)
class SolvedGame:
    """Values and strategies of a game on a belief grid; a stationary game has one period slice, a finite one as many
    as it has periods.  What a period does not reach is 0 in its slice.
    """

    game: Game
    compiled: Compiled
    grid: Grid
    values: tuple[np.ndarray, ...]  # per period: decision value [slot, player-type, belief]; boundaries are discounted
    boundary_values: tuple[np.ndarray, ...]  # per period and one more: decision value [boundary, player-type, belief]
    logs: tuple[np.ndarray, ...]  # per period: flat log strategies [node, belief, participant, type, action]
    log_ptr: np.ndarray  # [node + 1] -> logs
    rationality: np.ndarray  # [player]

    @property
    def finite(self) -> bool:
        """Whether the game has a last period."""
        return self.game.periods is not None

    def period_slice(self, period: int) -> int:
        """Return the position in `values` and `logs` of period `period`, counted from 0."""
        period = whole_number(period, "period", 0)
        if self.game.periods is not None and period >= self.game.periods:
            raise GameError(f"period {period} is outside the game's {self.game.periods} periods (counted from 0)")
        return period if self.finite else 0

    def nodes(self, t: int) -> np.ndarray:
        """Return the nodes that are solved in period slice `t`."""
        reach = self.compiled.reach
        return np.arange(self.compiled.n_nodes) if reach is None else np.flatnonzero(reach[t])

    def strategy_size(self, node: int) -> int:
        """Return the number of log strategies of `node` at one belief."""
        return int((self.log_ptr[node + 1] - self.log_ptr[node]) // self.grid.total)

    def node_at(self, stage: str, state: Any) -> int:
        """Return the node at `stage` in `state`; raise `GameError` where nothing is chosen there."""
        k = self.game.stage(stage)
        self.compiled.resolve(k, state)
        found = self.compiled.node_index.get((k, state))
        if found is None:
            raise GameError(f"nothing is chosen at stage {stage!r} in state {state!r}: one move only, passed through")
        return found

    def slice_of_node(self, node: int, period: int | None) -> int:
        """Return the period slice of `node` in `period`, or in the first period that reaches it; raise `GameError`."""
        reach = self.compiled.reach
        if reach is None:
            return 0
        when = np.flatnonzero(reach[:, node])
        if period is None:
            return int(when[0])
        if not reach[self.period_slice(period), node]:
            k, state = self.compiled.nodes[node]
            raise GameError(
                f"state {state!r} is not reached at stage {self.game.stages[k].name!r} in period {period}; "
                f"it is reached in period{'s' if len(when) > 1 else ''} {', '.join(map(str, when))}"
            )
        return period

    def beliefs(self, given: Mapping[str, Any] | None = None) -> np.ndarray:
        """Return beliefs {player: {type: probability}} as [axis, type], priors where none are given."""
        rest = dict(by_player(given, self.game, "beliefs"))
        out = np.zeros((max(len(self.grid.size), 1), MAX_TYPES))
        for i, player in enumerate(self.game.players):
            ax = self.grid.axis[i]
            if ax < 0:
                continue
            types, p = self.game.type_names(player), self.game.prior(player)
            if player in rest:
                p = probabilities(rest.pop(player), types, f"beliefs about {player!r}")
            out[ax, : len(types)] = p
        for player, certain in rest.items():  # of a single type
            probabilities(certain, self.game.type_names(player), f"beliefs about {player!r}")
        return out

    def flat_belief(self, beliefs: np.ndarray) -> tuple[int, bool]:
        """Return the flat index of the grid belief nearest to `beliefs` [axis, type], and whether the two are equal."""
        flat, equal = 0, True
        for ax in range(len(self.grid.size)):
            points = self.grid.points[ax, : self.grid.size[ax], : self.grid.n_types[ax]]
            place, on = nearest_point(points, beliefs[ax : ax + 1, : self.grid.n_types[ax]])
            flat, equal = flat + int(place[0]) * int(self.grid.stride[ax]), equal and bool(on[0])
        return flat, equal

    @cached_property
    def matrices(self) -> dict[int, Any]:
        """Transition matrices by period slice, kept by `transitions.transition_matrix`."""
        return {}


def probabilities(given: Mapping[Any, float], types: tuple[Any, ...], what: str) -> tuple[float, ...]:
    """Return {type: probability} in the order of `types`; raise `GameError` where it is no distribution over them."""
    wrong = GameError(f"{what} must be probabilities over {types!r} that sum to 1, got {shorten(given)}")
    if not isinstance(given, Mapping) or not given or set(given) - set(types):
        raise wrong
    try:
        found = tuple(float(given.get(k, 0.0)) for k in types)
    except (TypeError, ValueError):
        raise wrong from None
    if not abs(sum(found) - 1) <= 1e-9 or min(found) < 0:
        raise wrong
    return found


def by_player(given: Any, game: Game, what: str) -> Mapping[str, Any]:
    """Return a mapping from players, empty for None; raise `GameError` for anything else and for unknown players."""
    if given is not None and not isinstance(given, Mapping):
        raise GameError(f"{what} must be a table {{player: ...}}, got {shorten(given)}")
    for player in given or {}:
        if player not in game.players:
            raise GameError(f"{what}: no player is called {player!r}{did_you_mean(player, game.players)}")
    return given or {}


def by_participant(x: np.ndarray, sizes: list[tuple[int, int]]) -> list[np.ndarray]:
    """Split log strategies x [..., flat] into strategies [..., type, action], one for each participant of `sizes`."""
    out, at = [], 0
    for types, actions in sizes:
        out.append(np.exp(x[..., at : at + types * actions]).reshape(*x.shape[:-1], types, actions))
        at += types * actions
    return out
