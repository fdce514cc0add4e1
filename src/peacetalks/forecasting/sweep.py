"""Forecasts of a scenario over a grid of values of some of its entries, as one labelled table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import xarray as xr

from peacetalks.errors import NothingChanges, SpecError
from peacetalks.forecasting.best_estimate import moved
from peacetalks.forecasting.changed import as_written
from peacetalks.forecasting.labels import by_path
from peacetalks.forecasting.outlook import outlook
from peacetalks.forecasting.settings import BELIEF_POINTS, MAX_POINTS, months_shown
from peacetalks.forecasting.short_forecast import ShortForecast, short_forecasts
from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.scenario.changes import OFF, ON, shown_value, with_changes
from peacetalks.scenario.scenario import check_scenario
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.scenario import Scenario

FORM = "write KEY=VALUES: talks.walk=0.1:0.5:5 (from, to, how many), or talks.walk=0.1,0.2"
Grid = Mapping[str, Iterable[Any]]
Place = tuple[int, ...]
RESERVED = ("period", "periods", "end", "view")  # names of the dimensions of a forecast


def sweep(
    scenario: Scenario,
    grid: Grid,
    periods: int | None = None,
    belief_points: int = BELIEF_POINTS,
    jobs: int = 1,
    answers: AnswerCache | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Return the forecast of a scenario at every combination of values of some of its entries.

    Parameters
    ----------
    scenario : Scenario
    grid : {key: values}
        Keys as in `whatif`: the path of an entry (`"talks.walk"`), also with a sign (`"sides.2.war_cost*"`) or in
        words.  Values are numbers, or on and off.
    periods, belief_points, jobs, answers, progress
        As of `outlook`.

    Returns
    -------
    xarray.Dataset
        Dimensions: one for each key, by its name, then `period` (the months shown) and `end`.  Variables: `model`, the
        model alone, and `best`, the best estimate (key.., period, end), probabilities; `terms` (key..), mean share of
        side 1 given a settlement by the last period.  What is not known is NaN.  `attrs` has the scenario, its date and
        digest, the settings, and `unsolved`: the combinations without a forecast, each with the reason.

    Raises
    ------
    SpecError
        A key that the scenario cannot have, with the nearest it can; a value that cannot stand there; an entry by which
        the record is asked; a setting out of range.
    NotSolved
        The game of the scenario itself has no solution within tolerance.

    Notes
    -----
    Every game is solved from the solution of the scenario as it is.  The typical case stays that of the scenario, so
    that what is changed moves the best estimate.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> found = sweep(small, {"talks.walk": [0.03, 0.06], "talks.accept": [0.1]}, belief_points=2)
    >>> dict(found.model.sizes)
    {'talks.walk': 2, 'talks.accept': 1, 'period': 1, 'end': 3}
    """
    check_scenario(scenario, "sweep")
    base, values = as_written(scenario), _read(scenario, grid)
    variants = _variants(base, values)
    o = outlook(base, periods, belief_points=belief_points, certify=False)
    posed = [place for place, s in variants.items() if not isinstance(s, SpecError)]
    games = [s for s in variants.values() if not isinstance(s, SpecError)]
    solved = short_forecasts(games, base, int(o.ends.period[-1]), belief_points, answers, jobs, progress)
    found: dict[Place, Any] = {**variants, **dict(zip(posed, solved, strict=True))}
    return _table(o, values, found)


def parse_grid(texts: Iterable[str]) -> dict[str, list[float | str]]:
    """Return values written KEY=VALUES as {key: values}; raise `SpecError` for a text that is none, or a key twice.

    >>> parse_grid(["talks.walk=0.1:0.3:3", "battlefield.front=0.3,0.4", "talks.open=on,off"])
    {'talks.walk': [0.1, 0.2, 0.3], 'battlefield.front': [0.3, 0.4], 'talks.open': ['on', 'off']}
    """
    out: dict[str, list[float | str]] = {}
    for text in texts:
        key, sign, values = (part.strip() for part in text.partition("="))
        if not (sign and key and values):
            raise SpecError(f"{shorten(text)} is no range of values: {FORM}")
        if key in out:
            raise SpecError(f"{shorten(key)} is given twice; keep one")
        out[key] = _spaced(text, values) if ":" in values else [_value(text, v) for v in values.split(",")]
    return out


def to_polars(table: xr.Dataset) -> pl.DataFrame:
    """Return a sweep as a long table: a row for each combination, month, view and end.

    Columns: one for each key, then date, month, view (`best`, `model`), end, probability, and the mean terms; what is
    not known is null.

    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> to_polars(sweep(small, {"talks.walk": [0.03, 0.06]}, belief_points=2)).shape
    (12, 7)
    """
    keys = keys_of(table)
    both = table[["best", "model"]].to_dataarray("view").transpose(*keys, "period", "view", "end")
    months, views, ends = (both[name].values.tolist() for name in ("period", "view", "end"))
    days = calendar_dates(date.fromisoformat(table.attrs["as_of"]), months)
    rows = [
        (*here, days[i], months[i], views[j], ends[k], _known(both.values[(*place, i, j, k)]), terms)
        for place, here, terms in points(table)
        for i, j, k in product(range(len(months)), range(len(views)), range(len(ends)))
    ]
    types = [pl.Float64 if table[k].dtype.kind == "f" else pl.String for k in keys]
    names = [*keys, "date", "month", "view", "end", "probability", "terms"]
    every = [*types, pl.Date, pl.Int64, pl.String, pl.String, pl.Float64, pl.Float64]
    return pl.DataFrame(rows, schema=dict(zip(names, every, strict=True)), orient="row")


def keys_of(table: xr.Dataset) -> list[str]:
    """Return the keys whose values a sweep combines."""
    return [str(d) for d in table.terms.dims]


def points(table: xr.Dataset) -> Iterator[tuple[Place, list[float | str], float | None]]:
    """Yield place, values of the keys, and mean terms (None: not known) of every combination of a sweep."""
    keys = keys_of(table)
    for place in product(*(range(table.sizes[key]) for key in keys)):
        here = [table[key].values[i].item() for key, i in zip(keys, place, strict=True)]
        yield place, here, _known(table.terms.values[place])


def _read(scenario: Scenario, grid: Grid) -> dict[str, list[Any]]:
    """Return values by key; raise `SpecError` for what is none, or for more combinations than can be solved."""
    if not isinstance(grid, Mapping) or not grid:
        raise SpecError(f'a sweep needs values, such as {{"talks.walk": [0.1, 0.2]}}; got {shorten(grid)}')
    listed: dict[str, list[Any]] = {}
    for key, values in by_path(scenario, grid).items():
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
            raise SpecError(f"{shorten(key)}: a list of values is expected, got {shorten(values)}")
        listed[key] = [v.item() if isinstance(v, np.generic) else v for v in values]
        if not listed[key]:
            raise SpecError(f"{shorten(key)}: no values are given")
        labels = _coordinate(listed[key])
        if twice := [v for i, v in enumerate(labels) if v in labels[:i]]:
            raise SpecError(f"{shorten(key)}: {shown_value(twice[0])} is given twice; keep one")
        if key in RESERVED:
            raise SpecError(f"{shorten(key)} is no number of the game; a sweep moves numbers and switches")
    if (count := math.prod(map(len, listed.values()))) > MAX_POINTS:
        raise SpecError(f"{count:,} combinations are asked for; {MAX_POINTS:,} are the most")
    return listed


def _variants(base: Scenario, values: Mapping[str, list[Any]]) -> dict[Place, Scenario | SpecError]:
    """Return the scenario at every combination, by place, or why its values cannot stand together."""
    for key, of_key in values.items():
        for value in of_key:
            _variant(base, {key: value})  # what cannot stand by itself is raised
    out: dict[Place, Scenario | SpecError] = {}
    for place in product(*(range(len(of_key)) for of_key in values.values())):
        try:
            out[place] = _variant(base, _at(values, place))
        except SpecError as e:
            out[place] = e
    return out


def _variant(base: Scenario, change: Mapping[str, Any]) -> Scenario:
    """Return the scenario with entries changed; raise `SpecError` for one by which the record is asked."""
    try:
        made = with_changes(base, change)
    except NothingChanges:
        return base
    if made.moves_class:
        raise SpecError(f"{', '.join(change)}: the record is asked by this entry; ask for the change with `whatif`")
    return made.scenario


def _at(values: Mapping[str, list[Any]], place: Place) -> dict[str, Any]:
    """Return the values of a combination, by key."""
    return {key: of_key[i] for (key, of_key), i in zip(values.items(), place, strict=True)}


def _table(o: Outlook, values: Mapping[str, list[Any]], found: Mapping[Place, Any]) -> xr.Dataset:
    """Return the forecasts of every combination as a labelled table."""
    months = months_shown(int(o.ends.period[-1]))
    shape = tuple(map(len, values.values()))
    model = np.full((*shape, len(months), len(ENDS)), np.nan)
    best, terms, unsolved = model.copy(), np.full(shape, np.nan), []
    for place, f in found.items():
        if not isinstance(f, ShortForecast):
            where = ", ".join(f"{key}={shown_value(v)}" for key, v in _at(values, place).items())
            unsolved.append(f"{where}: {f}")
            continue
        model[place] = f.ends.values
        if (estimate := moved(o.pooled, f.ends)) is not None:
            best[place] = estimate.values
        terms[place] = np.nan if f.terms is None else f.terms
    dims = (*values, "period", "end")
    return xr.Dataset(
        {"model": (dims, model), "best": (dims, best), "terms": (tuple(values), terms)},
        {**{key: _coordinate(v) for key, v in values.items()}, "period": list(months), "end": list(ENDS)},
        {
            "scenario": o.scenario.name,
            "as_of": o.as_of.isoformat(),
            "digest": o.scenario.digest,
            "periods": int(o.ends.period[-1]),
            "belief_points": int(o.settings["belief_points"]),
            "unsolved": unsolved,
        },
    )


def _coordinate(values: list[Any]) -> list[Any]:
    """Return the labels of values: numbers, or words where one of them is no number."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return [float(v) for v in values]
    return [shown_value(v) for v in values]


def _spaced(text: str, values: str) -> list[float | str]:
    """Return the values FROM:TO:COUNT."""
    parts = values.split(":")
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
        if len(parts) > 3 or not (math.isfinite(low) and math.isfinite(high) and 2 <= count <= MAX_POINTS):
            raise ValueError(values)
    except (ValueError, IndexError):
        raise SpecError(f"{shorten(text)} is no range of values: {FORM}") from None
    return [float(f"{x:.12g}") for x in np.linspace(low, high, count)]


def _value(text: str, value: str) -> float | str:
    """Return one of the values in a list: a number, on or off."""
    if value.strip() in (ON, OFF):
        return value.strip()
    try:
        return float(value)
    except ValueError:
        raise SpecError(f"{shorten(text)}: {shorten(value)} is no number, and neither {ON} nor {OFF}: {FORM}") from None


def _known(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
