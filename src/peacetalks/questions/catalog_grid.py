"""A classic game solved at every combination of the positions of its sliders, for a page that only looks numbers up.

Each slider has a few positions, its default among them; rationality is the last slider.  Every combination is a game of
its own that is solved, so that nothing on the page is interpolated.  A combination at which the game does not exist or
was not solved has no numbers but a reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks import catalog
from peacetalks.errors import GameError, NotSolved
from peacetalks.forecasting.jobs import solve_all
from peacetalks.forecasting.settings import SLIDER_POINTS
from peacetalks.questions.catalog_game import checked_rationality, measures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from peacetalks.catalog.entry import Entry

RATIONALITY = "rationality"
SLIDERS = 3  # the first parameters, where the catalogue names none
MOST_GAMES = 20_000
Numbers = tuple[tuple[float, float | None, float | None], ...]  # of each measure: computed, known types, closed form


@dataclass(frozen=True)
class Slider:
    """A parameter on the page: its positions, and the one at which it starts."""

    key: str
    words: str
    positions: tuple[Any, ...]
    start: int


@dataclass(frozen=True)
class Grid:
    """Measures at every combination of positions: arrays [measure, position of slider 1, ..., of rationality]."""

    name: str
    entry: Entry
    changes: dict[str, Any]
    sliders: tuple[Slider, ...]  # rationality last
    computed: np.ndarray
    known: np.ndarray  # where every type is known; not a number where that does not apply
    closed: np.ndarray  # closed forms; not a number where there is none
    reasons: dict[int, str]  # flat position -> why there are no numbers

    @property
    def games(self) -> int:
        """Number of combinations."""
        return math.prod(len(s.positions) for s in self.sliders)


def sliders_of(
    name: str,
    changes: Mapping[str, Any] | None = None,
    keys: Sequence[str] | None = None,
    points: int = SLIDER_POINTS,
    rationality: float | None = None,
) -> tuple[Slider, ...]:
    """Return the sliders of a game's page, rationality last.

    Raises `GameError` for a key without a range, and for more games than a page should hold.

    >>> [(s.key, len(s.positions)) for s in sliders_of("signorino", points=3)]
    [('u14', 3), ('u13', 3), ('u24', 3), ('rationality', 4)]
    """
    if points < 2:
        raise GameError(f"a slider needs at least 2 points, got {points}")
    entry = catalog.entry(name)
    chosen = keys or entry.sliders or [p.key for p in entry.parameters[:SLIDERS]]
    given = changes or {}
    out = [_slider(entry, key, given.get(key, entry.default(key)), points) for key in dict.fromkeys(chosen)]
    at = checked_rationality(entry.rationality if rationality is None else rationality)
    levels = tuple(sorted({*entry.levels, at}))
    out.append(Slider(RATIONALITY, "rationality: how seldom players make mistakes", levels, levels.index(at)))
    games = math.prod(len(s.positions) for s in out)
    if games > MOST_GAMES:
        raise GameError(f"{games:,} games would be solved; use fewer sliders or points (at most {MOST_GAMES:,} games)")
    return tuple(out)


def _slider(entry: Entry, key: str, start: Any, points: int) -> Slider:
    parameter = entry.parameter(key)
    positions = parameter.positions(points, start)
    return Slider(key, parameter.words, positions, positions.index(start))


def grid(
    name: str,
    changes: Mapping[str, Any] | None = None,
    sliders: Sequence[Slider] | None = None,
    progress: Callable[[int, int], None] | None = None,
    jobs: int = 1,
) -> Grid:
    """Solve a game at every combination of its sliders' positions.

    Parameters
    ----------
    name : str
        A name out of `catalog.names()`.
    changes : {key: value}, optional
        Parameters by key, where they differ from their defaults; those with a slider take its positions instead.
    sliders : sequence of Slider, optional
        As `sliders_of` returns them.
    progress : function, optional
        Called as `progress(done, all)` after every game.
    jobs : int
        Most processes.

    Raises
    ------
    GameError
        A name, parameter or value that does not exist.

    Examples
    --------
    >>> g = grid("signorino", sliders=sliders_of("signorino", keys=["u24"], points=2))
    >>> g.computed.shape, g.games, bool(abs(g.computed - g.closed).max() < 1e-9)
    ((3, 3, 4), 12, True)
    """
    entry = catalog.entry(name)
    found = tuple(sliders_of(name, changes) if sliders is None else sliders)
    items = list(product(*(s.positions for s in found)))
    work = partial(_at, name, dict(changes or {}), tuple(s.key for s in found))
    results = solve_all(work, items, jobs, progress, required=0)
    shape = (len(entry.measures), *(len(s.positions) for s in found))
    arrays, reasons = np.full((3, len(entry.measures), len(items)), np.nan), {}
    for i, result in enumerate(results):
        if isinstance(result, tuple):
            arrays[:, :, i] = np.array(result, float).T
        else:
            reasons[i] = str(result)
    computed, known, closed = (a.reshape(shape) for a in arrays)
    return Grid(name, entry, dict(changes or {}), found, computed, known, closed, reasons)


def _at(name: str, changes: dict[str, Any], keys: tuple[str, ...], values: tuple[Any, ...]) -> Numbers | str:
    """Return the numbers at a combination, or why there are none."""
    entry, at = catalog.entry(name), dict(zip(keys, values, strict=True))
    rationality = at.pop(RATIONALITY)
    try:
        found = measures(entry, entry.arguments({**changes, **at}), rationality)
    except (GameError, NotSolved) as e:
        return str(e)
    return tuple((m.computed, m.known, m.closed) for m in found)
