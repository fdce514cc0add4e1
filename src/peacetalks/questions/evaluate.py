"""What a solved scenario answers to the parts of a query, exactly, by the forward pass.

Dates are ends of months; the opening counts as month 0.  `P(A within N)` is the chance that A is in force at the end of
some month up to N.  `P(A broken within N | A)` starts from A, pooled over the months up to `POOL` in proportion to the
chance of being in A then, and asks whether play leaves A for anything that is not peace.  A condition on a true type
reweights the pass by belief over prior, as `forward.py` does.  A mean is over the states that have the quantity: terms where
a settlement is in force, the front where there is one.
"""

from __future__ import annotations

import operator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.equilibrium.belief_grid import prior_index
from peacetalks.equilibrium.filter_grid import grid_points
from peacetalks.equilibrium.forward import type_ratio
from peacetalks.equilibrium.transitions import Flow, enter, flow
from peacetalks.errors import GameError, QueryError, did_you_mean
from peacetalks.forecasting.readout import terms_of
from peacetalks.mechanisms.battlefield import share
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS
from peacetalks.questions.query import Believed, Chance, InForce, IsType, Mean, Play, Welfare, pointed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.scenario.scenario import Scenario

POOL = 24  # months
SIGNS: dict[str, Callable[[Any, Any], Any]] = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
Masks = dict[int, np.ndarray]  # month -> [boundary] states allowed


class View:
    """A solved scenario and its forward pass, asked about."""

    def __init__(self, scenario: Scenario, solution: Solution) -> None:
        self.scenario, self.s = scenario, solution
        self.labels = np.array([label(state) for state in solution.compiled.boundaries])
        self._flows: dict[int, Flow] = {}
        self._masses: list[np.ndarray] = []

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

    @cached_property
    def opening(self) -> np.ndarray:
        """Mass [boundary, belief] at the opening."""
        out = np.zeros((len(self.labels), self.s.grid.total))
        for state, p in self.s.game.starts().items():
            out[self.s.compiled.boundary_index[state], prior_index(self.s.grid, self.s.game)] = p
        return out

    def _flow(self, t: int) -> Flow:
        key = t if self.s.finite else 0
        if key not in self._flows:
            self._flows[key] = flow(self.s, t)
        return self._flows[key]

    def after(self, mass: np.ndarray, t: int) -> np.ndarray:
        """Return the mass over boundaries at the end of period `t` (from 0)."""
        out = enter(self.s, mass)
        self._flow(t).push(out)
        return out[self.s.compiled.n_nodes :]

    def visits(self, mass: np.ndarray, t: int) -> np.ndarray:
        """Return the mass [node, belief] that passes each node in period `t`."""
        return self._flow(t).visits(enter(self.s, mass))

    def mass(self, month: int) -> np.ndarray:
        """Return the mass at the end of `month` (0: the opening)."""
        self._within_horizon(month)
        while len(self._masses) <= month:
            t = len(self._masses)
            self._masses.append(self.opening if t == 0 else self.after(self._masses[-1], t - 1))
        return self._masses[month]

    def filtered(self, masks: Masks, months: int) -> np.ndarray:
        """Return the mass at the end of `months` of the paths in the allowed states at every date in `masks`."""
        first = min(masks, default=months)
        mass = self.mass(first) if first <= months else self.mass(months)
        for t in range(first, months + 1):
            if t > first:
                mass = self.after(mass, t - 1)
            if t in masks:
                mass = np.where(masks[t][:, None], mass, 0.0)
        return mass

    def _within_horizon(self, month: int) -> None:
        last = self.s.game.periods
        if last is not None and month > last:
            raise GameError(f"the scenario ends after {last} periods; month {month} was asked for")

    # -- what a query may ask ----------------------------------------------------------------------

    def chance(self, q: Chance) -> float:
        """P(event | conditions)."""
        if q.event.kind == "broken":
            return self._broken(q)
        masks, weight = self._given(q.given)
        if q.event.kind == "terms":
            mass = self.filtered(masks, max(masks))
            worth = self._quantity("terms")
            hit = SIGNS[q.event.compare](worth, q.event.size) & np.isfinite(worth)
            return _ratio((mass[hit] @ weight).sum(), (mass @ weight).sum())
        months = q.event.months or 0
        last = max([months, *masks])
        whole = (self.filtered(masks, last) @ weight).sum()
        inside = np.isin(self.labels, q.event.labels)
        if q.event.kind == "by":
            return _ratio((self.filtered(_both(masks, {months: inside}), last) @ weight).sum(), whole)
        never = self.filtered(_both(masks, dict.fromkeys(range(months + 1), ~inside)), last)
        return 1.0 - _ratio((never @ weight).sum(), whole)

    def mean(self, q: Mean) -> float:
        """E(quantity at month | conditions)."""
        masks, weight = self._given(q.given)
        months = q.months or 0
        worth = self._quantity(q.what)
        masks = _both(masks, {months: np.isfinite(worth)})
        last = max([months, *masks])
        if last > months:
            raise GameError(f"E({q.what} at {months}) cannot be conditioned on a later date")
        by_state = self.filtered(masks, last) @ weight
        live = by_state > 0
        return _ratio(float(by_state[live] @ worth[live]), float(by_state.sum()))

    def play(self, q: Play) -> float:
        """How often a move is made, of the occasions on which it can be made, in the first months."""
        s, stage = self.s, self.s.game.stage(q.stage)
        weight = self._given(g for g in q.given if not isinstance(g, InForce))[1]
        believed = self._believed([g for g in q.given if isinstance(g, Believed)])
        own = {g.side: g.kind for g in q.given if isinstance(g, IsType)}
        places = [x for x in q.given if isinstance(x, InForce)]
        if any(p.months for p in places):
            raise GameError("play(...) takes an outcome without a date as its condition: | ceasefire")
        inside = np.logical_and.reduce([np.isin(self.labels, p.labels) for p in places]) if places else None
        visits: dict[int, np.ndarray] = {}  # where strategies are stored -> [node, belief]
        for t in range(q.months):
            self._within_horizon(t + 1)
            mass = self.mass(t) if inside is None else np.where(inside[:, None], self.mass(t), 0.0)
            seen = self.visits(mass, t) * weight * believed
            visits[s.layer(t)] = visits.get(s.layer(t), 0.0) + seen
        made, could = 0.0, 0.0
        f, flats = Filter(s), np.arange(s.grid.total)
        points = grid_points(s.grid, flats)
        nodes = range(int(s.compiled.stage_ptr[stage]), int(s.compiled.stage_ptr[stage + 1]))
        able = [n for n in nodes if self._has(n, q)]
        if not able:
            known = self._moves(nodes)
            raise GameError(
                f"no move {q.move!r} at stage {q.stage!r}{did_you_mean(q.move, known)}; moves: {', '.join(known)}"
            )
        for layer, at in visits.items():
            for n in able:
                for chance in self._made(f, n, layer, q, own, points, flats) if at[n].any() else ():
                    made, could = made + float(at[n] @ chance), could + float(at[n].sum())
        return _ratio(made, could)

    def welfare(self, q: Welfare) -> float:
        """Welfare at the opening."""
        return self.s.value(q.player, type=q.kind)

    # -- within ------------------------------------------------------------------------------------

    def _broken(self, q: Chance) -> float:
        months, inside = q.event.months or 1, np.isin(self.labels, q.event.labels)
        dated = [g.months for g in q.given if isinstance(g, InForce) and g.months]
        others = tuple(g for g in q.given if isinstance(g, IsType))
        for g in q.given:
            if isinstance(g, InForce) and set(g.labels) != set(q.event.labels):
                raise GameError("what may break must be in force: P(ceasefire broken within 1 | ceasefire)")
        _, weight = self._given(others)
        horizon = self.s.game.periods
        starts = dated or range(1, min(POOL, horizon - months if horizon else POOL) + 1)
        kept = inside | np.isin(self.labels, ENDS["peace"])
        held, whole = 0.0, 0.0
        for t0, mass in self._starts(starts, inside):
            whole += (mass @ weight).sum()
            for t in range(t0, t0 + months):
                self._within_horizon(t + 1)
                mass = np.where(kept[:, None], self.after(mass, t), 0.0)
            held += (mass @ weight).sum()
        return 1.0 - _ratio(held, whole)

    def _starts(self, months: Iterable[int], inside: np.ndarray) -> list[tuple[int, np.ndarray]]:
        found = [(t, np.where(inside[:, None], self.mass(t), 0.0)) for t in months]
        if self.s.finite or not found:
            return found
        return [(0, sum((m for _, m in found[1:]), start=found[0][1]))]  # stationary: the date does not matter

    def _given(self, given: Iterable[Any]) -> tuple[Masks, np.ndarray]:
        """Return masks by month and the weight of each belief that conditions make."""
        masks: Masks = {}
        prior: dict[str, dict[Any, float]] = {}
        for g in given:
            if isinstance(g, InForce):
                if g.months is None:
                    raise GameError(f"the condition needs a date here: | {' or '.join(g.labels)} by 12")
                masks = _both(masks, {g.months: np.isin(self.labels, g.labels)})
            elif isinstance(g, IsType):
                self._axis(g.side, g.kind)
                prior[g.side] = {g.kind: 1.0}
        return masks, type_ratio(self.s, prior) if prior else np.ones(self.s.grid.total)

    def _axis(self, side: str, kind: str) -> tuple[int, int]:
        game = self.s.game
        if side not in game.players:
            raise GameError(
                f"no player is called {side!r}{did_you_mean(side, game.players)}; players: {', '.join(game.players)}"
            )
        kinds = game.type_names(side)
        if kind not in kinds:
            raise GameError(
                f"{side!r} has no type {kind!r}{did_you_mean(kind, kinds)}; types: {', '.join(map(str, kinds))}"
            )
        return int(self.s.grid.axis[game.players.index(side)]), kinds.index(kind)

    def _believed(self, given: list[Believed]) -> np.ndarray:
        grid, out = self.s.grid, np.ones(self.s.grid.total)
        for g in given:
            ax, k = self._axis(g.side, g.kind)
            if ax < 0:
                raise GameError(f"nothing is hidden about {g.side!r}")
            at = np.arange(grid.total) // grid.stride[ax] % grid.size[ax]
            out *= SIGNS[g.compare](grid.points[ax, at, k], g.size)
        return out

    def _quantity(self, name: str) -> np.ndarray:
        """Return a number of the public state for each boundary; not a number where it has none."""
        states = self.s.compiled.boundaries
        if name == "terms":
            return terms_of(states)
        if name == "front":
            gone = np.isin(self.labels, ["settlement", "wider_war"])  # there the front is no part of the state
            return np.array([np.nan if x else share(self.scenario, s.front) for s, x in zip(states, gone, strict=True)])
        if not states or name not in getattr(states[0], "_fields", ()):
            known = ["terms", *getattr(states[0], "_fields", ())]
            raise GameError(f"no quantity is called {name!r}{did_you_mean(name, known)}; known: {', '.join(known)}")
        return np.array([_number(getattr(s, name)) for s in states])

    def _made(
        self, f: Filter, n: int, layer: int, q: Play, own: dict[str, str], points: np.ndarray, flats: np.ndarray
    ) -> Iterator[np.ndarray]:
        """Yield the chance [belief] that the move is made, for each who can make it at a node."""
        k, state = self.s.compiled.nodes[n]
        step = f._step(k, self.s.game.stages[k], state)
        for j, who in enumerate(step.movers):
            hits = [a for a, x in enumerate(step.labels[j]) if fnmatchcase(str(x), q.move)]
            if not hits or (q.player is not None and who != q.player):
                continue
            sigma = f._strategies(step, layer, points, flats)[j][:, :, hits].sum(axis=2)  # [belief, type]
            if who in own:
                yield sigma[:, self._axis(who, own[who])[1]]
                continue
            ax = step.axes[j]
            yield (sigma * points[:, ax, : sigma.shape[1]]).sum(axis=1) if ax >= 0 else sigma[:, 0]

    def _has(self, n: int, q: Play) -> bool:
        return any(fnmatchcase(str(x), q.move) for labels in self.s.compiled.labels[n] for x in labels)

    def _moves(self, nodes: Iterable[int]) -> list[str]:
        return sorted({str(x) for n in nodes for labels in self.s.compiled.labels[n] for x in labels})


def _both(one: Masks, two: Masks) -> Masks:
    out = dict(one)
    for t, mask in two.items():
        out[t] = out[t] & mask if t in out else mask
    return out


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _number(x: Any) -> float:
    return float(x) if isinstance(x, int | float) and not isinstance(x, bool) else float("nan")
