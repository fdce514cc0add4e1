"""A solved game as a value, and what can be asked of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.multiplicity import fixed_points, search
from peacetalks.equilibrium.off_grid import interpolate_by_type, solve_node
from peacetalks.equilibrium.solved_game import SolvedGame
from peacetalks.equilibrium.transitions import welfare
from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.expand import NATURE
from peacetalks.game.language import CHANCE
from peacetalks.game.numbers import whole_number
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scipy.sparse import csr_matrix

    from peacetalks.equilibrium.belief_grid import Interpolation

SHOWN_WARNINGS = 3  # that the repr of a solution holds
MOST_SELECTIONS = 32  # fixed points that are kept at a node


@dataclass(frozen=True)
class Start:
    """What the solve of a stationary game with other numbers starts from, beside values."""

    nodes: np.ndarray  # flat: where the iteration of each node starts (`PeriodMap.starts`)
    batches: list[tuple[int, np.ndarray]]  # kernel and nodes that are solved together
    staying: csr_matrix | None  # transitions of the preconditioner


@dataclass(frozen=True, repr=False)
class Solution(SolvedGame):
    """A solved game; made by `solve`.

    Attributes
    ----------
    residual : float
        Worst fixed-point residual over nodes and beliefs (largest change of a log-probability, relative where it
        exceeds 1); in a stationary game also the Bellman residual over 1 - discount.
    multiple : int
        Number of (node, belief) pairs at which more than one fixed point was found, a lower bound; the one kept is on
        the principal branch (see `selections`).
    iterations : int
        Node iterations in all.
    interpolation : Interpolation
        How values are interpolated between beliefs.
    settings : dict
        Precision, belief points, tolerance, sweeps, interpolation: what `--json` prints.
    coarser : Solution or None
        The solution on a belief grid of about half the points; see `solve`.
    warnings : tuple of str
        What `solve` with `certify` found that forbids to rely on this equilibrium only, in sentences.
    start : Start or None
        From which a stationary game with other numbers is solved; see `solve`.
    """

    residual: float
    multiple: int
    multiple_at: tuple[tuple[int, int, int], ...]  # (period slice, node, flat belief)
    iterations: int
    interpolation: Interpolation
    settings: dict[str, Any] = field(repr=False)
    coarser: Solution | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()
    start: Start | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """Return what was solved and how closely, in a few lines; nothing is computed."""
        names, how = self.game.players, self.settings
        precision = ", ".join(dict.fromkeys(f"{x:g}" for x in self.rationality))
        where = f"{how['states']:,} states, {how['nodes']:,} nodes, {how['beliefs']:,} public beliefs"
        further = (
            f"found at {self.multiple:,} (node, belief) pairs, a lower bound" if self.multiple else "none were found"
        )
        lines = (
            f"Solution of a game of {', '.join(map(str, names))} at precision {precision}",
            f"  {where} ({self.interpolation} interpolation); residual {self.residual:.2g}",
            f"  further equilibria: {further if 'search' in how else 'not searched for'}",
            *(f"  warning: {text}" for text in self.warnings[:SHOWN_WARNINGS]),
        )
        return "\n".join(map(clip, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    def strategy(
        self,
        stage: str,
        state: Any,
        period: int | None = None,
        beliefs: Mapping[str, Any] | None = None,
        player: str | None = None,
    ) -> dict[Any, Any]:
        """Return the strategies at a stage in a state.

        Parameters
        ----------
        stage : str
        state : hashable
        period : int, optional
            Counted from 0; default the first period in which the state is reached.
        beliefs : {player: {type: probability}}, optional
            Players left out keep the prior.  Between the points of the belief grid the node is solved anew.
        player : str, optional
            Return this player's part only.

        Returns
        -------
        dict
            {type: {move: probability}} of the mover; at a `Simultaneous` stage {player: {type: {move: probability}}};
            at a `Chance` stage {"nature": {move: probability}}.

        Raises
        ------
        GameError
            A stage, state, period or belief that the game does not have.
        NotSolved
            The node has no solution within tolerance at these beliefs.
        """
        node = self.node_at(stage, state)
        x, _ = solve_node(self, node, self.slice_of_node(node, period), self.beliefs(beliefs))
        named = self._named(node, x)
        if player is not None:
            if player not in named:
                raise GameError(f"{player!r} does not move here; movers: {', '.join(named)}")
            return named[player]
        return _of_the_mover(named)

    def value(
        self,
        player: str,
        type: Any = None,
        state: Any = None,
        period: int = 0,
        beliefs: Mapping[str, Any] | None = None,
        decision: bool = False,
    ) -> float:
        """Return the welfare expected at the start of a period.

        Welfare agrees with the forward distribution to machine precision; decision utility is what strategies were
        computed from, and differs by the grid's error where types are hidden.

        Parameters
        ----------
        player : str
        type : hashable, optional
            A type of the player; default the average over the types at `beliefs`.
        state : hashable, optional
            A state at which a period begins; default the opening of the game.
        period : int
            Counted from 0.
        beliefs : {player: {type: probability}}, optional
            Players left out keep the prior.
        decision : bool
            Return the decision utility, incentives included, instead of welfare.

        Returns
        -------
        float
            In units of the stake.

        Raises
        ------
        GameError
            A player, type, state, period or belief that the game does not have.
        """
        if player not in self.game.players:
            raise GameError(f"no player is called {player!r}{did_you_mean(player, self.game.players)}")
        types = self.game.type_names(player)
        if type is not None and type not in types:
            raise GameError(f"player {player!r} has no type {type!r}; types: {', '.join(map(str, types))}")
        b = self.beliefs(beliefs)
        i = self.game.players.index(player)
        ax = int(self.grid.axis[i])
        if type is not None and not decision:
            self._check_possible(player, types.index(type), b[ax] if ax >= 0 else np.ones(1))
        weights = b[ax, : len(types)] if ax >= 0 else np.ones(1)
        states = self.game.starts() if state is None else {state: 1.0}
        first = int(self.compiled.layout.first_index[i])
        total = 0.0
        for s, p in states.items():
            own = self._boundary_value(s, period, b, decision)[first : first + len(types)]
            mean = own @ weights if weights.all() else own[weights > 0] @ weights[weights > 0]
            total += p * float(mean if type is None else own[types.index(type)])
        return total

    def selections(self, stage: str, state: Any, period: int | None = None) -> list[dict[Any, Any]]:
        """Return every fixed point found at a node at the prior, the principal one first."""
        node = self.node_at(stage, state)
        found = fixed_points(self, node, self.slice_of_node(node, period), self.beliefs(), MOST_SELECTIONS)
        return [_of_the_mover(self._named(node, x)) for x in found]

    def search(self) -> tuple[tuple[int, int, int], ...]:
        """Search every node for further fixed points, without a budget; see `multiplicity.search`."""
        return search(self, math.inf).at

    @cached_property
    def welfare(self) -> tuple[np.ndarray, ...]:
        """Welfare per period and one more: [boundary, belief, player-type]; see `transitions.welfare`."""
        return welfare(self)

    def _check_possible(self, player: str, k: int, belief: np.ndarray) -> None:
        """Raise `GameError` where the prior or a belief rules out a type, of whose welfare nothing is known then."""
        name, ruled_out = self.game.type_names(player)[k], None
        if self.game.prior(player)[k] == 0:
            ruled_out = "the common prior rules"
        elif belief[k] == 0:
            ruled_out = "the beliefs rule"
        if ruled_out:
            raise GameError(
                f"{ruled_out} out the type {name!r} of {player!r}, which has no welfare then; decision=True gives its "
                "decision utility"
            )

    def _boundary_value(self, state: Any, period: int, beliefs: np.ndarray, decision: bool) -> np.ndarray:
        """Return the values [player-type] at the start of `period` in `state`."""
        period = whole_number(period, "period", 0)
        e = self.compiled.boundary_index.get(state)
        reach = self.compiled.reach_boundaries
        if e is None or (reach is not None and not (0 <= period < len(reach) and reach[period, e])):
            index = self.compiled.boundary_index
            known = [s for s, i in index.items() if s != state and (reach is None or reach[: period + 1, i].any())]
            raise GameError(
                f"no period {period} begins in state {state!r}{did_you_mean(state, known)}; give a state at which a "
                "period begins, and the period"
            )
        t = period if self.finite else 0
        if not decision:
            return interpolate_by_type(self, self.welfare[t][e], beliefs)
        if t < len(self.values) and not self.compiled.redrawn[e].any():
            slot, payoff, incentive = self.compiled.resolve(0, state)
            if slot < self.compiled.n_nodes:
                return payoff + incentive + solve_node(self, slot, t, beliefs)[1]
        return interpolate_by_type(self, self.boundary_values[t][e].T, beliefs)

    def _named(self, node: int, x: np.ndarray) -> dict[Any, Any]:
        """Return strategies {player: {type: {move: probability}}}; for chance {"nature": {move: probability}}."""
        lay = self.compiled.layout
        out: dict[Any, Any] = {}
        at = 0
        for j, part in enumerate(range(lay.part_ptr[node], lay.part_ptr[node + 1])):
            labels = self.compiled.labels[node][j]
            i = lay.part_player[part]
            own = {}
            for name in (CHANCE,) if i == NATURE else self.game.type_names(self.game.players[i]):
                own[name] = dict(zip(labels, np.exp(x[at : at + len(labels)]).tolist(), strict=True))
                at += len(labels)
            out.update(own if i == NATURE else {self.game.players[i]: own})
        return out


def _of_the_mover(named: dict[Any, Any]) -> dict[Any, Any]:
    """Return the part of the mover where one player moves, else all parts."""
    return next(iter(named.values())) if len(named) == 1 and CHANCE not in named else named
