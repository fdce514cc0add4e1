r"""The equilibrium: Markov agent quantal response with public beliefs (McKelvey & Palfrey 1998).

Backward induction over periods, stages and belief-grid points; every node is a fixed point in its own strategy
(`period_map.py`).  A stationary game iterates the period map until the Bellman residual, divided by one minus the discount
factor, is below tolerance.
A game that does not converge raises `NotSolved`; no last iterate is ever returned.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.equilibrium import kernel_cache as _cache
from peacetalks.equilibrium.anderson import Mixer
from peacetalks.equilibrium.belief_grid import Grid, make_grid
from peacetalks.equilibrium.period_map import Restless, Work
from peacetalks.equilibrium.solution import CUBIC, INSTEAD, LINEAR, NODE_TOLERANCE, Solution
from peacetalks.errors import GameError, NotSolved
from peacetalks.game.compile import Compiled, compile_game

if TYPE_CHECKING:
    from peacetalks.game.language import Game

MEMORY_LIMIT = 6 * 2**30
EXACT = 1e-5  # residual at nodes in the last sweep of a stationary game, per unit of its tolerance
INEXACT = 30.0  # residual at nodes, per change of a value in the last sweep, while a stationary game is iterated
TIGHTER = 100.0  # by what it is divided after each spell of relaxed steps: a looser node may be why values wander about
COARSE = 3e-2  # bound on the error of a value on the coarser grids, where the finer one starts from


class Layers(NamedTuple):
    """A solution, layer by layer (one for a stationary game); see `Solution`."""

    values: tuple[np.ndarray, ...]
    edges: tuple[np.ndarray, ...]
    logs: tuple[np.ndarray, ...]


def solve(
    game: Game,
    rationality: float | Mapping[str, float] = 20.0,
    belief_points: int = 21,
    tolerance: float = 1e-8,
    certify: bool = True,
    max_sweeps: int = 5000,
    memory_limit: float = MEMORY_LIMIT,
    refine: bool = False,
) -> Solution:
    """Solve `game` exactly on a belief grid.

    Parameters
    ----------
    rationality : float or {player: float}
        Precision lambda per unit of the pie, >= 0; 20 to 100 is the useful range.
    belief_points : int
        Points per belief edge, >= 2.  Halving the spacing cuts the error about eightfold with two types a player
        (measured; 4 at the least), fourfold with more.
    tolerance : float
        Stationary games: bound on the error of a value, in units of the pie.
    certify : bool
        Look for further fixed points at nodes (`Solution.multiple`).
    refine : bool
        Keep the solution on a grid of about half the points too (`Solution.coarser`), which tells the grid's error.

    Raises
    ------
    NotSolved
        A node or the stationary iteration did not converge; the message says where and what to try.
    GameError
        The game or a setting is not valid, or would need more than `memory_limit` bytes.

    Examples
    --------
    >>> from peacetalks.game.language import Decision, Game, Move
    >>> quit_or_stay = Decision("choice", "A", lambda s: [Move("stay", "end", {"A": 0.1}), Move("quit", "end")])
    >>> s = solve(Game(players=("A",), start="open", stages=(quit_or_stay,)), rationality=20)
    >>> round(s.strategy("choice", "open")["only"]["stay"], 4)
    0.8808
    """
    began = time.perf_counter()
    lam = _precision(game, rationality)
    compiled = compile_game(game)
    grid = make_grid(game, belief_points)
    _check_memory(compiled, grid, memory_limit)
    _cache.ready()
    ladder = _ladder(game, grid, belief_points, refine)
    try:
        found = _climb(game, compiled, lam, ladder, tolerance, max_sweeps, refine)
    except Restless:
        found = _climb(game, compiled, lam, ladder, tolerance, max_sweeps, refine, straight=True)
    s = None
    for points, work, layers, residual in found:
        s = _solution(work, layers, residual, points, tolerance, time.perf_counter() - began, s)
    assert s is not None
    places = s.search() if certify else ()
    return replace(s, multiple=len(places), multiple_at=places)


def _solution(
    work: Work, layers: Layers, residual: float, points: int, tolerance: float, seconds: float, coarser: Solution | None
) -> Solution:
    """Return the solution that `work` has come to."""
    c, game = work.c, work.c.game
    settings = {
        "rationality": {p: float(x) for p, x in zip(game.players, work.lam, strict=True)},
        "belief_points": int(points),
        "beliefs": int(work.grid.total),
        "nodes": c.n_nodes,
        "states": len(c.boundaries),
        "periods": game.periods,
        "tolerance": tolerance,
        "interpolation": _interpolation(work),
        "sweeps": work.sweeps,
        "seconds": seconds,
    }
    return Solution(
        game,
        c,
        work.grid,
        layers.values,
        layers.edges,
        layers.logs,
        work.plan.log_ptr,
        work.lam,
        residual,
        0,
        (),
        work.iterations,
        settings,
        coarser,
    )


def _interpolation(work: Work) -> str:
    """Return in a word how values are read between beliefs (`belief_grid.py`)."""
    if work.straight:
        return INSTEAD
    return CUBIC if ((work.grid.kinds == 2) & (work.grid.size > 3)).any() else LINEAR


def _precision(game: Game, rationality: float | Mapping[str, float]) -> np.ndarray:
    if isinstance(rationality, Mapping):
        missing = [p for p in game.players if p not in rationality]
        extra = [p for p in rationality if p not in game.players]
        if missing or extra:
            raise GameError(f"rationality must name every player once; missing {missing!r}, unknown {extra!r}")
        lam = np.array([float(rationality[p]) for p in game.players])
    else:
        lam = np.full(len(game.players), float(rationality))
    if not (np.isfinite(lam).all() and (lam >= 0).all()):
        raise GameError(f"rationality must be finite and >= 0, got {rationality!r}")
    return lam


def _check_memory(c: Compiled, grid: Grid, limit: float) -> None:
    lay = c.layout
    columns = len(lay.col_player)
    layers = c.game.periods or 1
    kinds = np.where(lay.part_player >= 0, lay.n_types[lay.part_player], 1)
    need = (
        8
        * grid.total
        * layers
        * ((c.n_nodes + 2 * len(c.boundaries)) * columns + int((kinds * lay.part_actions).sum()))
    )
    if need > limit:
        raise GameError(
            f"the game would need about {need / 2**30:.1f} GiB ({c.n_nodes:,} nodes x {grid.total:,} beliefs x "
            f"{layers} periods), more than the limit of {limit / 2**30:.1f} GiB; use fewer belief points, states or periods"
        )


def _finite(game: Game, work: Work) -> tuple[Layers, float]:
    """Solve backwards over the game's periods."""
    c = work.c
    assert c.reach is not None
    assert game.periods is not None
    W, worst = work.horizon(), 0.0
    values, edges, logs = [], [W], []
    for t in range(game.periods - 1, -1, -1):
        W, res = work.period(W, c.reach[t], NODE_TOLERANCE, f"period {t}", finish=True)
        worst = max(worst, res)
        values.append(work.X.copy())
        edges.append(W)
        logs.append(work.logs.copy())
    return Layers(tuple(values[::-1]), tuple(edges[::-1]), tuple(logs[::-1])), worst


def _stationary(
    game: Game, work: Work, W: np.ndarray, tolerance: float, most: int, finish: bool
) -> tuple[np.ndarray, float]:
    """Iterate the period map from W to its fixed point; return (boundary values, bound on their error)."""
    delta = float(work.c.layout.discount.max())
    nodes = np.ones(work.c.n_nodes, bool)
    mixer, change, before = Mixer(W.shape), np.inf, np.inf
    exact, least = False, max(NODE_TOLERANCE, EXACT * tolerance)
    for _ in range(most):
        tol = least if exact else min(1e-2, max(least, INEXACT / TIGHTER**mixer.spells * change))
        new, res = work.period(W, nodes, tol, "stationary", finish and exact)
        before, change = change, float(np.abs(new - W).max())
        bound = change / (1 - delta) if delta < 1 else _observed_bound(change, before)
        if bound <= tolerance and (exact or not finish):
            return new, max(res, bound)
        exact = bound <= tolerance
        W = mixer.step(W, new)
    raise NotSolved(
        f"the stationary iteration did not converge in {most} sweeps: Bellman residual {change:.3g}, bound on "
        f"the error {bound:.3g} > {tolerance:.3g}. Try a lower rationality, a lower discount, or a finite horizon."
    )


def _climb(
    game: Game,
    compiled: Compiled,
    lam: np.ndarray,
    ladder: list[int],
    tolerance: float,
    most: int,
    refine: bool,
    straight: bool = False,
) -> list[tuple[int, Work, Layers, float]]:
    """Solve on ever finer belief grids, a stationary game on each from its solution on the last.

    Return the last as (points, work, layers, residual), with `refine` after the one before it.
    """
    found: list[tuple[int, Work, Layers, float]] = []
    work, W = None, np.zeros(0)
    for i, points in enumerate(ladder):
        here, kept = make_grid(game, points, straight), i >= len(ladder) - 1 - refine
        if game.periods is not None:
            work = Work(compiled, here, lam, straight=straight)
            found.append((points, work, *_finite(game, work)))
            continue
        if work is None or not (here.kinds == 2).all():
            work = Work(compiled, here, lam, straight=straight)
            W = work.horizon()
        else:
            W, work = W @ work.across(here).T, work.refined(here)
        W, residual = _stationary(game, work, W, tolerance if kept else COARSE, most, finish=kept)
        if kept:
            found.append((points, work, Layers((work.X,), (W,), (work.logs,)), residual))
    return found


def _ladder(game: Game, grid: Grid, points: int, refine: bool) -> list[int]:
    """Return the belief points of the grids to solve on, ever finer: a stationary game starts from the coarsest."""
    out = [points]
    climb = game.periods is None and (grid.kinds == 2).all()
    while len(grid.size) and out[0] > 3 and (climb or (refine and len(out) == 1)):
        out.insert(0, (out[0] + 1) // 2)
    return out


def _observed_bound(change: float, before: float) -> float:
    """Return an error bound from the observed rate, for games without discounting."""
    if not np.isfinite(before) or before <= 0:
        return np.inf if change > 0 else 0.0
    rate = change / before
    return change * rate / (1 - rate) if rate < 1 else np.inf
