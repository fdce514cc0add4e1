"""A classic game of the catalogue, solved: what happens, what the theory says, what noise and private information do.

Beside every computed measure stand its closed form, where the catalogue has one, and its value where every type is
known: the average over all combinations of types of the game in which the combination is common knowledge.  The table
of levels solves the game at several precisions of choices, so that what is noise and what is not can be seen.

References
----------
McKelvey, R. D., and T. R. Palfrey (1998). Quantal response equilibria for extensive form games. *Experimental
Economics* 1, 9-41.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from peacetalks import catalog
from peacetalks.catalog.entry import called_by_name
from peacetalks.catalog.known_types import known_types
from peacetalks.equilibrium.forward import forecast
from peacetalks.equilibrium.position import Step, main_path, openings
from peacetalks.equilibrium.solve import solve
from peacetalks.errors import GameError, NotSolved
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from peacetalks.catalog.entry import Entry, Measure
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.language import Game

NEVER = 1e-12  # a chance up to which an end is left out
STEPS = 8  # of the main path
TOLERANCE = 1e-6  # of a value of a stationary game
MOST_RATIONALITY = 1e6


@dataclass(frozen=True)
class SolvedGame:
    """A solved game as measures are read off it (`catalog.entry.SolvedPlay`); made by `played`."""

    solution: Solution
    start: Any
    ends: Mapping[str, float]

    def strategy(self, stage: str, state: Any, player: str | None = None) -> dict[Any, Any]:
        """Return {type: {move: probability}} of the mover."""
        return self.solution.strategy(stage, state, player=player)

    def value(self, player: str, type: Any = None) -> float:
        """Return what a player can expect at the start."""
        return self.solution.value(player, type)


def played(s: Solution, entry: Entry) -> SolvedGame:
    """Return a solved game with its start, and the chance of each end after the last period that is followed."""
    f = forecast(s, entry.ends, None if s.finite else entry.periods or 1)
    found = {str(name): float(f.sel(outcome=name)[-1]) for name in f.outcome.values}
    return SolvedGame(s, next(iter(openings(s))), {name: p for name, p in found.items() if p > NEVER})


@dataclass(frozen=True)
class Measured:
    """A measure of a solved game."""

    measure: Measure
    computed: float
    known: float | None  # where every type is known; None where that does not apply
    closed: float | None  # closed form; None where there is none
    grid_error: float | None = None  # how far a finer belief grid may move it; None where it was not estimated


@dataclass(frozen=True)
class Level:
    """The measures at one precision of choices; None where the game could not be solved."""

    rationality: float
    measured: tuple[Measured, ...] | None
    reason: str = ""  # why it was not solved


@dataclass(frozen=True, repr=False)
class ClassicGame:
    """A classic game, solved; made by `classic_game`."""

    name: str
    entry: Entry
    changes: dict[str, Any]  # parameters that differ from their defaults
    rationality: float
    solution: Solution
    measured: tuple[Measured, ...]
    ends: dict[str, float]
    values: dict[str, dict[Any, float]]  # player -> type -> what it can expect at the start
    path: tuple[Step, ...]
    levels: tuple[Level, ...]
    remark: str

    def __repr__(self) -> str:
        """Return the name and the first measure, in one line."""
        first = self.measured[0]
        return f"{self.name} at rationality {self.rationality:g}: {first.measure.words} {first.computed:.3g}"

    @property
    def informed(self) -> bool:
        """Whether a player has hidden types."""
        return _has_hidden_types(self.solution.game)


def classic_game(
    name: str,
    changes: Mapping[str, Any] | None = None,
    rationality: float | None = None,
    levels: Sequence[float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ClassicGame:
    """Return a classic game, solved, with what the theory says beside it.

    Parameters
    ----------
    name : str
        A name out of `catalog.names()`.
    changes : {key: value}, optional
        Parameters by key (`p`, `costs.tough`), where they differ from their defaults.
    rationality : float, optional
        Precision of choices, per unit of the stake; default as the catalogue says.
    levels : sequence of float, optional
        Precisions of the table of what noise does; default as the catalogue says.
    progress : function, optional
        Called as `progress(done, all)`.

    Raises
    ------
    GameError
        A name, parameter or value that does not exist.
    NotSolved
        The game has no solution within tolerance at `rationality`.

    Examples
    --------
    >>> g = classic_game("fearon", {"costs.tough": 0.1}, levels=())
    >>> war = g.measured[0]
    >>> round(war.computed, 2), round(war.known, 2), war.closed
    (0.41, 0.32, 0.5)
    """
    entry = catalog.entry(name)
    at = checked_rationality(entry.rationality if rationality is None else rationality)
    arguments = entry.arguments(changes)
    others = tuple(map(checked_rationality, entry.levels if levels is None else levels))
    solution = solved(entry, entry.make(**arguments), at)
    measured = measures(entry, arguments, at, solution)
    return ClassicGame(
        name=name,
        entry=entry,
        changes=dict(changes or {}),
        rationality=at,
        solution=solution,
        measured=_with_error(entry, solution, measured),
        ends=dict(played(solution, entry).ends),
        values=_values(solution),
        path=main_path(solution, STEPS),
        levels=_levels(entry, arguments, others, {at: measured}, progress),
        remark=called_by_name(entry.remark, arguments) if entry.remark else "",
    )


def _values(s: Solution) -> dict[str, dict[Any, float]]:
    """Return what each type of each player can expect at the start."""
    return {p: {k: s.value(p, k) for k in s.game.type_names(p)} for p in s.game.players}


def checked_rationality(rationality: float) -> float:
    """Return a precision of choices; raise `GameError` for one that is not positive or too large to compute with."""
    if not (math.isfinite(rationality) and 0 < rationality <= MOST_RATIONALITY):
        raise GameError(f"rationality must be above 0 and at most {MOST_RATIONALITY:g}, got {shorten(rationality)}")
    return float(rationality)


def solved(entry: Entry, game: Game, rationality: float) -> Solution:
    """Return the equilibrium of a game of the catalogue."""
    return _solved_on(game, rationality, entry.belief_points if _has_hidden_types(game) else 2)


def _solved_on(game: Game, rationality: float, belief_points: int) -> Solution:
    return solve(game, rationality, belief_points=belief_points, tolerance=TOLERANCE, certify=False)


def _has_hidden_types(game: Game) -> bool:
    return any(len(own) > 1 for own in game.types.values())


def measures(
    entry: Entry, arguments: Mapping[str, Any], rationality: float, solution: Solution | None = None
) -> tuple[Measured, ...]:
    """Return every measure of a game at a precision, computed, with known types, and in closed form."""
    s = solution or solved(entry, entry.make(**arguments), rationality)
    play, known = played(s, entry), []
    if any(m.known for m in entry.measures) and _has_hidden_types(s.game):
        known = [(p, played(solved(entry, other, rationality), entry)) for p, other in known_types(s.game)]
    given = {"rationality": rationality, **arguments}
    return tuple(
        Measured(
            measure,
            measure.computed(play),
            sum(p * measure.computed(other) for p, other in known) if known and measure.known else None,
            called_by_name(measure.closed, given) if measure.closed else None,
        )
        for measure in entry.measures
    )


def _with_error(entry: Entry, s: Solution, found: tuple[Measured, ...]) -> tuple[Measured, ...]:
    """Return measures with the change that they make from a belief grid of about half the points; 0 without types."""
    if s.grid.total == 1:
        return tuple(replace(m, grid_error=0.0) for m in found)
    try:
        coarse = played(_solved_on(s.game, float(s.rationality[0]), (entry.belief_points + 1) // 2), entry)
    except NotSolved:
        return found
    return tuple(replace(m, grid_error=abs(m.computed - m.measure.computed(coarse))) for m in found)


def _levels(
    entry: Entry,
    arguments: Mapping[str, Any],
    levels: Sequence[float],
    found: Mapping[float, tuple[Measured, ...]],
    progress: Callable[[int, int], None] | None,
) -> tuple[Level, ...]:
    """Return the measures at every precision; those of a precision that is in `found` are not computed again.

    The progress is that of all solves, of which one is done.
    """
    table = []
    for k, level in enumerate(levels, 1):
        if progress is not None:
            progress(k, 1 + len(levels))
        table.append(Level(level, found[level]) if level in found else _level(entry, arguments, level))
    return tuple(table)


def _level(entry: Entry, arguments: Mapping[str, Any], rationality: float) -> Level:
    try:
        return Level(rationality, measures(entry, arguments, rationality))
    except NotSolved as e:
        return Level(rationality, None, str(e))
