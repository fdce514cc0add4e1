r"""The equilibrium: Markov agent quantal response with public beliefs (McKelvey & Palfrey 1998).

Backward induction over periods, stages and belief-grid points; every node is a fixed point in its own strategy
(`period_map.py`).  A stationary game iterates the period map until the Bellman residual, divided by one minus the
discount factor, is below tolerance, on ever finer belief grids (nested iteration).  A game that does not converge
raises `NotSolved`; no last iterate is ever returned, and what is returned has been checked anew (`verify.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import ThreadpoolController

from peacetalks.equilibrium.anderson import DEPTH
from peacetalks.equilibrium.belief_grid import Grid, Interpolation, check_points, make_grid
from peacetalks.equilibrium.given import check_game
from peacetalks.equilibrium.held import held_warnings, places_held
from peacetalks.equilibrium.magnitudes import check_magnitudes, steepness
from peacetalks.equilibrium.memory import LIMIT, check_memory, mostly_zero
from peacetalks.equilibrium.multiplicity import BUDGET, search, search_warnings
from peacetalks.equilibrium.near import fits
from peacetalks.equilibrium.off_grid import NODE_TOLERANCE
from peacetalks.equilibrium.period_map import PeriodMap
from peacetalks.equilibrium.solution import Solution, Start
from peacetalks.equilibrium.stationary import Oscillates, solve_as_long_games, solve_from, solve_stationary
from peacetalks.equilibrium.verify import verify
from peacetalks.equilibrium.watch import part, report_share
from peacetalks.errors import GameError, NotSolved
from peacetalks.game.compile import compile_game
from peacetalks.game.numbers import real_number
from peacetalks.game.variant import compile_variant

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from peacetalks.game.compile import Compiled
    from peacetalks.game.language import Game

SOLVING = 0.7  # share of the time of a solve and a search for further equilibria that the solve takes (measured)
CHECKED = 1e-2  # bound on the error of a value, per the largest one, where another start is tried
ELSEWHERE = 3.0  # difference of values, per such bound, from which they are those of another equilibrium
DEEPER = 20  # residuals that are mixed where the iteration oscillates with fewer: it depends on them what is solved
COARSE = 3e-2  # bound on the error of a value on the coarser grids, from which the finer one starts


@dataclass(frozen=True)
class OnGrid:
    """A game solved on one belief grid, period slice by period slice (one for a stationary game)."""

    points: int  # belief points an edge
    map: PeriodMap
    values: tuple[np.ndarray, ...]  # [slot, player-type, belief]
    boundary_values: tuple[np.ndarray, ...]  # [boundary, player-type, belief], one more than `values` in a finite game
    logs: tuple[np.ndarray, ...]
    residual: float
    staying: csr_matrix | None = None  # transitions of the preconditioner
    held: int = 0  # places at which play was held (`held.py`), here or in the solution near by that it started from


@dataclass(frozen=True)
class Problem:
    """What is solved, and how closely."""

    game: Game
    compiled: Compiled
    rationality: np.ndarray  # [player]
    tolerance: float
    max_sweeps: int
    refine: bool
    near: Solution | None

    def grid(self, points: int, linear: bool = False) -> Grid:
        """Return the belief grid of so many points, for the game's own payoffs and precision."""
        return make_grid(self.game, points, linear, self._steepness)

    @cached_property
    def _steepness(self) -> float:
        return steepness(self.compiled, self.rationality)


def solve(  # noqa: PLR0913, PLR0917 (the settings of one solve)
    game: Game,
    rationality: float | Mapping[str, float] = 20.0,
    belief_points: int = 21,
    tolerance: float = 1e-8,
    certify: bool = True,
    max_sweeps: int = 5000,
    memory_limit: float = LIMIT,
    refine: bool = False,
    search_budget: float = BUDGET,
    progress: Callable[[int, int], None] | None = None,
    near: Solution | None = None,
) -> Solution:
    """Solve `game` exactly on a belief grid.

    Parameters
    ----------
    game : Game
    rationality : float or {player: float}
        Precision lambda per unit of the stake, >= 0; 20 to 100 is useful.
    belief_points : int
        Points per belief edge, >= 2.  Halving the spacing cuts the error about eightfold.
    tolerance : float
        Stationary games: bound on the error of a value, in units of the stake.
    certify : bool
        Search for further fixed points (`Solution.multiple`, a lower bound) and signs of them (`Solution.warnings`).
    max_sweeps : int
        Stationary games: sweeps of the period map on each grid, at the most.
    memory_limit : float
        Bytes that it may take.
    refine : bool
        Keep the solution on a grid of about half the points too (`Solution.coarser`): it gives the error of the grid.
    search_budget : float
        Evaluations of a best response after which the search ends; `settings["search"]` holds how far it came.
    progress : function, optional
        Called as `progress(done, total)` while it goes on.
    near : Solution, optional
        Of this stationary game with other numbers: where states and moves are the same, it is the start (`near.py`).

    Raises
    ------
    NotSolved
        No convergence, or a result that fails `verify`: where, and what to try.
    GameError
        A game or setting that is not valid, payoffs that are too large, or more than `memory_limit` bytes needed.

    Examples
    --------
    >>> import peacetalks as pt
    >>> choice = pt.Decision("choice", "A", lambda s: [pt.Move("stay", "end", {"A": 0.1}), pt.Move("quit", "end")])
    >>> round(pt.solve(pt.Game(("A",), "open", (choice,)), 20).strategy("choice", "open")["only"]["stay"], 4)
    0.8808
    """
    check_game(game)
    problem = Problem(game, _compiled(game, near), _precision(game, rationality), tolerance, max_sweeps, refine, near)
    _check_size(problem, belief_points, memory_limit)
    with _linear_algebra().limit(limits=1), part(0.0, SOLVING if certify else 1.0):
        s = _solve(problem, belief_points)
    with part(SOLVING, 1.0):
        return _certified(problem, s, search_budget, progress) if certify else s


@cache
def _linear_algebra() -> ThreadpoolController:
    """Return the libraries whose further threads would keep the processor busy after each small product of matrices."""
    return ThreadpoolController().select(user_api="blas")


def _compiled(game: Game, near: Solution | None) -> Compiled:
    """Return the game compiled, as a variant of the one of a solution near by where it is one."""
    variant = None if near is None else compile_variant(game, near.compiled)
    return compile_game(game) if variant is None else variant


def _check_size(problem: Problem, belief_points: int, memory_limit: float) -> None:
    """Raise `GameError` where belief points are no number of them, or memory or arithmetic cannot hold the problem."""
    check_points(belief_points)
    check_memory(problem.compiled, belief_points, problem.refine, memory_limit)
    check_magnitudes(problem.compiled, problem.rationality)


def _certified(
    problem: Problem, s: Solution, search_budget: float, progress: Callable[[int, int], None] | None
) -> Solution:
    """Return a solution with what was found of further equilibria."""
    found = search(s, search_budget, progress)
    warnings = s.warnings + search_warnings(found) + _from_horizon(problem, s)
    report_share(1.0)
    settings = s.settings | {"search": found.to_dict(), "warnings": list(warnings)}
    return replace(s, multiple=len(found.at), multiple_at=found.at, settings=settings, warnings=warnings)


def _from_horizon(problem: Problem, s: Solution) -> tuple[str, ...]:
    """Return a warning where the iteration from the value at the horizon leads elsewhere on the solution's grid.

    The coarser belief grids from which that grid started may have led to another equilibrium than ever longer games.
    """
    if s.finite or len(_grid_sizes(problem, s.settings["belief_points"])) == 1:
        return ()
    linear = s.interpolation is Interpolation.FELL_BACK
    tolerance = max(problem.tolerance, CHECKED * float(np.abs(s.boundary_values[0]).max()))
    map_ = PeriodMap(problem.compiled, s.grid, problem.rationality, linear)
    try:
        W, bound = solve_as_long_games(map_, tolerance, problem.max_sweeps)
    except NotSolved:
        return ()
    off = float(np.abs(W - s.boundary_values[0]).max())
    if not np.isfinite(bound) or off <= ELSEWHERE * max(bound, problem.tolerance):
        return ()
    return (
        "The whole game has several equilibria: from the value at the horizon on play comes to another one, whose "
        f"values differ by up to {off:.3g}. Which of them is found depends on the belief points; a finite horizon "
        "decides.",
    )


def _solve(problem: Problem, belief_points: int) -> Solution:
    """Return the solution: from the one near by, or from nothing."""
    sizes, s = _grid_sizes(problem, belief_points), None
    for one in _from_near(problem, sizes) or _from_nothing(problem, sizes):
        s = _solution(problem, one, coarser=s)
        verify(s)
    assert s is not None
    report_share(1.0)
    return s


def _from_nothing(problem: Problem, sizes: list[int]) -> list[OnGrid]:
    """Solve with cubic interpolation or, where there is no solution with it, with linear.

    Where the iteration oscillates it is begun once more, with more residuals mixed.
    """
    failed = None
    for linear in (False, True) if problem.grid(sizes[-1]).cubic else (False,):
        for depth in (DEPTH, DEEPER):
            try:
                return _refine_grid(problem, sizes, linear, depth)
            except NotSolved as error:
                failed = error.with_traceback(None)  # with which the arrays of the attempt would last
            if not isinstance(failed, Oscillates):
                break
    assert failed is not None
    raise failed


def _solution(problem: Problem, found: OnGrid, coarser: Solution | None) -> Solution:
    """Return the solution on one grid as a value."""
    c, game, grid = problem.compiled, problem.game, found.map.grid
    interpolation, warnings = _interpolation(grid, found.map.linear), held_warnings(found.held)
    return Solution(
        game=game,
        compiled=c,
        grid=grid,
        values=found.values,
        boundary_values=found.boundary_values,
        logs=found.logs,
        log_ptr=found.map.plan.log_ptr,
        rationality=problem.rationality,
        residual=found.residual,
        multiple=0,
        multiple_at=(),
        iterations=found.map.iterations,
        interpolation=interpolation,
        settings={
            "rationality": {p: float(x) for p, x in zip(game.players, problem.rationality, strict=True)},
            "belief_points": int(found.points),
            "beliefs": int(grid.total),
            "nodes": c.n_nodes,
            "states": len(c.boundaries),
            "periods": game.periods,
            "tolerance": problem.tolerance,
            "interpolation": str(interpolation),
            "sweeps": found.map.sweeps,
        }
        | ({"held": found.held, "warnings": list(warnings)} if found.held else {}),
        warnings=warnings,
        coarser=coarser,
        start=None if game.periods is not None else Start(found.map.starts, found.map.batches, found.staying),
    )


def _interpolation(grid: Grid, linear: bool) -> Interpolation:
    if linear:
        return Interpolation.FELL_BACK
    return Interpolation.CUBIC if grid.cubic else Interpolation.LINEAR


def _precision(game: Game, rationality: float | Mapping[str, float]) -> np.ndarray:
    if isinstance(rationality, Mapping):
        missing = [p for p in game.players if p not in rationality]
        extra = [p for p in rationality if p not in game.players]
        if missing or extra:
            raise GameError(f"rationality must name every player once; missing {missing!r}, unknown {extra!r}")
        lam = np.array([real_number(rationality[p], f"rationality of {p!r}") for p in game.players])
    else:
        lam = np.full(len(game.players), real_number(rationality, "rationality"))
    if not (np.isfinite(lam).all() and (lam >= 0).all()):
        raise GameError(f"rationality must be finite and >= 0, got {rationality!r}")
    return lam


def _finite(points: int, map_: PeriodMap, periods: int) -> OnGrid:
    """Solve backwards over the periods of a game; what a period does not reach is 0 in its slice."""
    W, worst = map_.horizon(), 0.0
    boundary_values = [W]
    values, logs = mostly_zero((periods, *map_.X.shape)), mostly_zero((periods, len(map_.logs)))
    for t in range(periods - 1, -1, -1):
        report_share(1 - (t + 1) / periods)
        W, res = map_.solve(W, NODE_TOLERANCE, finish=True, period=t)
        worst = max(worst, res)
        boundary_values.append(W)
        map_.copy_reached(t, values[t], logs[t])
    return OnGrid(points, map_, tuple(values), tuple(boundary_values[::-1]), tuple(logs), worst)


def _from_near(problem: Problem, sizes: list[int]) -> list[OnGrid]:
    """Solve from the solution near by, on the grids that are returned; return nothing where it is of no use."""
    near, found = problem.near, []
    last = sizes[-2:] if problem.refine else sizes[-1:]
    starts = [] if near is None else [near.coarser, near][-len(last) :]
    for points, start in zip(last, starts, strict=False):
        grid = problem.grid(points)
        if start is None or start.start is None or not fits(start, problem.game, problem.compiled, grid):
            return []
        map_ = PeriodMap(problem.compiled, grid, problem.rationality, node_batches=start.start.batches)
        map_.starts[:] = start.start.nodes
        result = solve_from(map_, start.boundary_values[0], problem.tolerance, start.start.staying)
        if result is None:
            return []
        arrays, held = ((map_.X,), (result[0],), (map_.logs,)), start.settings.get("held", 0)
        found.append(OnGrid(points, map_, *arrays, result[1], start.start.staying, held))
    return found


def _refine_grid(problem: Problem, sizes: list[int], linear: bool = False, depth: int = DEPTH) -> list[OnGrid]:
    """Solve on ever finer belief grids (nested iteration); a stationary game starts on each from the one before.

    Return the solution on the last grid, with `problem.refine` after the one on the grid before it.
    """
    game, found = problem.game, []
    map_, W, parts, mixing = None, np.zeros(0), _parts(problem, sizes), None
    for i, points in enumerate(sizes):
        grid, keep = problem.grid(points, linear), i >= len(sizes) - 1 - problem.refine
        if game.periods is not None:
            map_ = PeriodMap(problem.compiled, grid, problem.rationality, linear)
            with part(*parts[i]):
                found.append(_finite(points, map_, game.periods))
            continue
        if map_ is None or not (grid.n_types == 2).all():
            map_ = PeriodMap(problem.compiled, grid, problem.rationality, linear)
            W, mixing = map_.horizon(), None
        else:
            W, map_ = W @ map_.prolongation(grid).T, map_.refined(grid)
        tolerance = problem.tolerance if keep else COARSE
        with part(*parts[i]):
            W, residual, mixing = solve_stationary(map_, W, tolerance, problem.max_sweeps, keep, mixing, depth)
        if keep:
            staying = None if mixing.precondition is None else mixing.precondition.staying
            found.append(OnGrid(points, map_, (map_.X,), (W,), (map_.logs,), residual, staying, places_held(map_)))
    return found


def _grid_sizes(problem: Problem, points: int) -> list[int]:
    """Return the belief points of the grids to solve on, ever finer; a stationary game starts on the coarsest."""
    sizes, grid = [points], problem.grid(points)
    nested = problem.game.periods is None and (grid.n_types == 2).all()
    while len(grid.size) and sizes[0] > 3 and (nested or (problem.refine and len(sizes) == 1)):
        sizes.insert(0, (sizes[0] + 1) // 2)
    return sizes


def _parts(problem: Problem, sizes: list[int]) -> list[tuple[float, float]]:
    """Return from which to which share of the work each grid takes: by its number of beliefs."""
    ends = np.cumsum([0, *(problem.grid(points).total for points in sizes)])
    return [(a, b) for a, b in pairwise((ends / ends[-1]).tolist())]
