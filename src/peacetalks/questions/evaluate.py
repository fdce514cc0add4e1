"""What a solved scenario answers to the parts of a query, exactly, by the forward pass.

Dates are ends of months (others: `query_tree.at_month_ends`); the opening counts as month 0.  `P(A within N)` is the
chance that A is in force at the end of some month up to N.  `P(A broken within N | A)` starts from A, averaged over the
months up to `START_MONTHS` in proportion to the chance of being in A then, and asks whether play leaves A for anything
that is not peace.  A condition on a true type reweights the pass by belief over prior, as `forward.py` does.  A mean is
over the states that have the quantity: terms where a settlement is in force, the front where there is one.
"""

from __future__ import annotations

import operator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at
from peacetalks.equilibrium.forward import type_ratio
from peacetalks.equilibrium.solved_game import by_participant
from peacetalks.equilibrium.transitions import advance, occupation_measure, opening_distribution
from peacetalks.errors import GameError, QueryError, did_you_mean
from peacetalks.forecasting.readout import boundary_labels, terms_in_force
from peacetalks.mechanisms.territory import share
from peacetalks.outcomes import ENDS
from peacetalks.questions.query import pointed
from peacetalks.questions.query_tree import Believed, Chance, EventKind, InForce, IsType, Mean, Play, Welfare
from peacetalks.questions.when import When

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.questions.query_tree import Event
    from peacetalks.scenario.scenario import Scenario

START_MONTHS = 24  # months at which what may break is in force, where the query gives no date
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
Masks = dict[int, np.ndarray]  # month -> [boundary] states allowed


class Evaluator:
    """Answers the parts of queries from a solved scenario and its forward pass."""

    def __init__(self, scenario: Scenario, solution: Solution) -> None:
        self.scenario, self.s = scenario, solution
        self.labels = boundary_labels(solution)
        self._beliefs = beliefs_at(solution.grid, np.arange(solution.grid.total))  # [belief, axis, type]
        self._months: list[np.ndarray] = [opening_distribution(solution)]  # [boundary, belief] at the end of each month

    def answer(self, atom: Any, text: str) -> float:
        """Return the number of one part of the query `text`; not a number where a condition has probability zero.

        Raises `QueryError` that points at the part when the scenario cannot answer it.
        """
        ask = {Chance: self.chance, Mean: self.mean, Play: self.play, Welfare: self.welfare}[type(atom)]
        try:
            return float(ask(atom))
        except GameError as e:
            raise QueryError(pointed(text, atom.column, str(e))) from None

    # -- the forward pass --------------------------------------------------------------------------

    def distribution(self, month: int) -> np.ndarray:
        """Return the distribution [boundary, belief] at the end of `month` (0: the opening)."""
        self._check_month(month)
        while len(self._months) <= month:
            self._months.append(advance(self.s, self._months[-1], len(self._months) - 1))
        return self._months[month]

    def filtered(self, masks: Masks, month: int) -> np.ndarray:
        """Return the mass [boundary, belief] at the end of `month` of the paths that all `masks` allow."""
        first = min(masks, default=month)
        mass = self.distribution(min(first, month))
        for t in range(first, month + 1):
            if t > first:
                mass = advance(self.s, mass, t - 1)
            if t in masks:
                mass = np.where(masks[t][:, None], mass, 0.0)
        return mass

    def _check_month(self, month: int) -> None:
        """Raise `GameError` for a month after the scenario's last."""
        last = self.s.game.periods
        if last is not None and month > last:
            raise GameError(f"the scenario ends after {last} periods; month {month} was asked for")

    # -- what a query may ask ----------------------------------------------------------------------

    def chance(self, q: Chance) -> float:
        """Return P(event | conditions)."""
        if q.event.kind is EventKind.BROKEN:
            return self._broken(q)
        masks, weight = self._given(q.given)
        if q.event.kind is EventKind.TERMS:
            mass = self.filtered(masks, max(masks))
            hit = of_size(q.event, self._quantity("terms"))
            return _ratio((mass[hit] @ weight).sum(), (mass @ weight).sum())
        month = _month(q.event.months)
        last = max([month, *masks])
        whole = (self.filtered(masks, last) @ weight).sum()
        inside = np.isin(self.labels, q.event.labels)
        if q.event.kind is EventKind.BY:
            return _ratio((self.filtered(_both(masks, {month: inside}), last) @ weight).sum(), whole)
        never = self.filtered(_both(masks, dict.fromkeys(range(month + 1), ~inside)), last)
        return 1.0 - _ratio((never @ weight).sum(), whole)

    def mean(self, q: Mean) -> float:
        """Return E(quantity at month | conditions)."""
        masks, weight = self._given(q.given)
        month = _month(q.months)
        worth = self._quantity(q.what)
        masks = _both(masks, {month: np.isfinite(worth)})
        last = max([month, *masks])
        if last > month:
            raise GameError(f"E({q.what} at {month}) cannot be conditioned on a later date")
        by_state = self.filtered(masks, last) @ weight
        live = by_state > 0
        return _ratio(float(by_state[live] @ worth[live]), float(by_state.sum()))

    def play(self, q: Play) -> float:
        """Return how often a move is made, of the occasions on which it can be made, in the first months."""
        nodes, made, could = self._nodes_with_move(q), 0.0, 0.0
        for t, occupation in self._occupation(q).items():
            for n in nodes:
                for chance in self._chances(n, t, q) if occupation[n].any() else ():
                    made, could = made + float(occupation[n] @ chance), could + float(occupation[n].sum())
        return _ratio(made, could)

    def welfare(self, q: Welfare) -> float:
        """Return welfare at the opening."""
        return self.s.value(q.player, type=q.type_name)

    # -- truces and settlements that break ---------------------------------------------------------

    def _broken(self, q: Chance) -> float:
        """Return the chance that what is in force is left for anything that is not peace."""
        months, inside = _month(q.event.months), np.isin(self.labels, q.event.labels)
        for g in q.given:
            if isinstance(g, InForce) and set(g.labels) != set(q.event.labels):
                raise GameError("what may break must be in force: P(ceasefire broken within 1 | ceasefire)")
        _, weight = self._given(g for g in q.given if isinstance(g, IsType))
        horizon = self.s.game.periods
        dated = [_month(g.months) for g in q.given if isinstance(g, InForce) and g.months is not None]
        starts = dated or range(1, min(START_MONTHS, horizon - months if horizon else START_MONTHS) + 1)
        peaceful = inside | np.isin(self.labels, ENDS["peace"])
        held, whole = 0.0, 0.0
        for first, began in self._starts(starts, inside):
            whole += (began @ weight).sum()
            mass = began
            for t in range(first, first + months):
                self._check_month(t + 1)
                mass = np.where(peaceful[:, None], advance(self.s, mass, t), 0.0)
            held += (mass @ weight).sum()
        return 1.0 - _ratio(held, whole)

    def _starts(self, months: Iterable[int], inside: np.ndarray) -> list[tuple[int, np.ndarray]]:
        """Return (month, mass [boundary, belief]) in the states `inside`; in one where the date does not matter."""
        found = [(t, np.where(inside[:, None], self.distribution(t), 0.0)) for t in months]
        if self.s.finite or not found:
            return found
        return [(0, sum((m for _, m in found[1:]), start=found[0][1]))]

    # -- conditions and quantities -----------------------------------------------------------------

    def _given(self, given: Iterable[Any]) -> tuple[Masks, np.ndarray]:
        """Return masks by month and the weight [belief] that conditions make."""
        masks: Masks = {}
        prior: dict[str, dict[Any, float]] = {}
        for g in given:
            if isinstance(g, InForce):
                if g.months is None:
                    raise GameError(f"the condition needs a date here: | {' or '.join(g.labels)} by 12")
                masks = _both(masks, {_month(g.months): np.isin(self.labels, g.labels)})
            elif isinstance(g, IsType):
                self._axis(g.side, g.type_name)
                prior[g.side] = {g.type_name: 1.0}
        return masks, type_ratio(self.s, prior) if prior else np.ones(self.s.grid.total)

    def _axis(self, side: str, type_name: str) -> tuple[int, int]:
        """Return the axis of the belief grid that a side has (below 0: its type is known), and the index of a type."""
        game = self.s.game
        if side not in game.players:
            raise GameError(
                f"no player is called {side!r}{did_you_mean(side, game.players)}; players: {', '.join(game.players)}"
            )
        types = game.type_names(side)
        if type_name not in types:
            raise GameError(
                f"{side!r} has no type {type_name!r}{did_you_mean(type_name, types)}; "
                f"types: {', '.join(map(str, types))}"
            )
        return int(self.s.grid.axis[game.players.index(side)]), types.index(type_name)

    def _believed(self, given: Iterable[Believed]) -> np.ndarray:
        """Return 1 for each belief [belief] that satisfies the conditions, else 0."""
        out = np.ones(self.s.grid.total)
        for g in given:
            ax, k = self._axis(g.side, g.type_name)
            if ax < 0:
                raise GameError(f"{g.side!r} has no hidden type to hold a belief about")
            out *= COMPARE[g.compare](self._beliefs[:, ax, k], g.size)
        return out

    def _quantity(self, name: str) -> np.ndarray:
        """Return a number of the public state for each boundary; not a number where it has none."""
        return quantity(self.scenario, self.s, self.labels, name)

    # -- how often a move is made ------------------------------------------------------------------

    def _occupation(self, q: Play) -> dict[int, np.ndarray]:
        """Return the mass [node, belief] that passes each node under the conditions, by period slice."""
        s = self.s
        weight = self._given(g for g in q.given if not isinstance(g, InForce))[1]
        believed = self._believed([g for g in q.given if isinstance(g, Believed)])
        places = [g for g in q.given if isinstance(g, InForce)]
        if any(p.months is not None for p in places):
            raise GameError("play(...) takes an outcome without a date as its condition: | ceasefire")
        inside = np.logical_and.reduce([np.isin(self.labels, p.labels) for p in places]) if places else None
        out: dict[int, np.ndarray] = {}
        for t in range(q.months):
            self._check_month(t + 1)
            mass = self.distribution(t)
            if inside is not None:
                mass = np.where(inside[:, None], mass, 0.0)
            seen = occupation_measure(s, mass, t) * weight * believed
            out[s.period_slice(t)] = out.get(s.period_slice(t), 0.0) + seen
        return out

    def _nodes_with_move(self, q: Play) -> list[int]:
        """Return the nodes of a stage at which the move can be made; raise `GameError` where there are none."""
        c, stage = self.s.compiled, self.s.game.stage(q.stage)
        nodes = range(int(c.stage_ptr[stage]), int(c.stage_ptr[stage + 1]))
        labels = {n: {str(x) for part in c.labels[n] for x in part} for n in nodes}
        able = [n for n in nodes if any(fnmatchcase(x, q.move) for x in labels[n])]
        if not able:
            known = sorted(set().union(*labels.values()))
            raise GameError(
                f"no move {q.move!r} at stage {q.stage!r}{did_you_mean(q.move, known)}; moves: {', '.join(known)}"
            )
        return able

    def _chances(self, node: int, t: int, q: Play) -> Iterator[np.ndarray]:
        """Yield the chance [belief] that the move is made, for each who can make it at a node in period slice `t`."""
        s, own = self.s, {g.side: g.type_name for g in q.given if isinstance(g, IsType)}
        movers, labels = s.compiled.movers(node), s.compiled.labels[node]
        types = [1 if who == "nature" else len(s.game.type_names(who)) for who in movers]
        logs = s.logs[t][s.log_ptr[node] : s.log_ptr[node + 1]].reshape(s.grid.total, -1)
        strategies = by_participant(logs, [(k, len(moves)) for k, moves in zip(types, labels, strict=True)])
        for who, moves, strategy in zip(movers, labels, strategies, strict=True):
            hits = [a for a, move in enumerate(moves) if fnmatchcase(str(move), q.move)]
            if not hits or (q.player is not None and who != q.player):
                continue
            chance = strategy[:, :, hits].sum(axis=2)  # [belief, type]
            ax = -1 if who == "nature" else int(s.grid.axis[s.game.players.index(who)])
            if who in own:
                yield chance[:, self._axis(who, own[who])[1]]
            elif ax >= 0:
                yield (chance * self._beliefs[:, ax, : chance.shape[1]]).sum(axis=1)
            else:
                yield chance[:, 0]


def quantity(scenario: Scenario, s: Solution, labels: np.ndarray, name: str) -> np.ndarray:
    """Return a number of the public state for each boundary, not a number where it has none; `labels` [boundary].

    Raises `GameError` for a name that is no number of the state.
    """
    states = s.compiled.boundaries
    if name == "terms":
        return terms_in_force(states)
    if name == "front":
        gone = np.isin(labels, ["settlement", "wider_war"])  # there the front is no part of the state
        return np.array([np.nan if x else share(scenario, at.front) for at, x in zip(states, gone, strict=True)])
    if not states or name not in getattr(states[0], "_fields", ()):
        known = ["terms", *getattr(states[0], "_fields", ())]
        raise GameError(f"no quantity is called {name!r}{did_you_mean(name, known)}; known: {', '.join(known)}")
    return np.array([_number(getattr(at, name)) for at in states])


def of_size(event: Event, worth: np.ndarray) -> np.ndarray:
    """Return where a number of the public state is as large as an event on its size asks; nowhere without a number."""
    return COMPARE[event.compare](worth, event.size) & np.isfinite(worth)


def _both(one: Masks, two: Masks) -> Masks:
    """Return masks that allow what both allow."""
    out = dict(one)
    for t, mask in two.items():
        out[t] = out[t] & mask if t in out else mask
    return out


def _month(months: int | When | None) -> int:
    """Return the month of a date, which `query_tree.at_month_ends` has put at a month's end."""
    assert not isinstance(months, When)
    return months or 0


def _ratio(part: float, whole: float) -> float:
    """Return a conditional probability or mean; not a number where the condition has probability zero."""
    return part / whole if whole > 0 else float("nan")


def _number(x: Any) -> float:
    """Return a number of the state; not a number for what is none."""
    return float(x) if isinstance(x, int | float) and not isinstance(x, bool) else float("nan")
