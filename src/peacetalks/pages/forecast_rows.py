"""The table of a forecast: each outcome class in every view, its outcomes, and the complete-information benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.forecasting.settings import months_shown
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.pages.cells import UNKNOWN, percent, percent_range
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, PAST_CONFLICTS, RowKind

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.scenario import Scenario

INTERVAL = "95% interval"


@dataclass(frozen=True)
class Row:
    """A row of the forecast table: its kind, its outcome class ("" where it is about all), its name and its cells."""

    kind: RowKind
    end: str
    name: str
    cells: list[str]  # [date]


def outcome_names(s: Scenario) -> dict[str, str]:
    """Return what each outcome is called in this scenario: the sides by name.

    >>> from peacetalks.scenario.scenario import load
    >>> outcome_names(load("korea-1951"))["victory_1"]
    'won by United Nations Command'
    """
    won = {f"victory_{i}": f"won by {side.label}" for i, side in enumerate(s.sides, 1)}
    return LABELS | won


def dates(o: Outlook) -> list[int]:
    """Return the months shown."""
    return list(months_shown(int(o.outcomes.period[-1])))


def forecast_rows(o: Outlook) -> list[Row]:
    """Return the rows of the forecast table in order, with one cell for each of the `dates`."""
    rows = [row for end in ENDS for row in _end_rows(o, end)]
    rows.append(Row(RowKind.END, "", "Moved by private information", _cells(o.information_share, o)))
    if o.grid_error is not None:
        rows.append(Row(RowKind.END, "", "Error of the belief grid, up to", _cells(o.grid_error.max("end"), o)))
    return rows


def _end_rows(o: Outlook, end: str) -> list[Row]:
    """Return the rows of one outcome class: model alone, past conflicts, best estimate, outcomes, benchmark."""
    names = outcome_names(o.scenario)
    rows = [Row(RowKind.END, end, f"{END_NAMES[end]} ({MODEL_ALONE})", _cells(o.ends.sel(end=end), o))]
    if o.bands is not None:
        a = o.bands["ends"].sel(end=end)
        for share, low, high in (("50%", 0.25, 0.75), ("90%", 0.05, 0.95)):
            cells = _ranges(a.sel(quantile=low), a.sel(quantile=high), dates(o))
            rows.append(Row(RowKind.BAND, end, f"{share} of draws lie in", cells))
    rows += [*_past_rows(o, end), *_best_rows(o, end)]
    for outcome in ENDS[end]:
        a = o.outcomes.sel(outcome=outcome)
        cells = _cells(a, o) if float(a.max()) > 0 else [UNKNOWN] * len(dates(o))
        rows.append(Row(RowKind.OUTCOME, end, names[outcome], cells))
    floor = o.noise_floor.sel(end=end)
    return [*rows, Row(RowKind.BENCHMARK, end, "complete-information benchmark", _cells(floor, o))]


def _past_rows(o: Outlook, end: str) -> list[Row]:
    rows = []
    for i, view in enumerate(o.outside, 1):
        if view.ends:
            ranges = [percent_range(*pair) for pair in zip(view.low[end], view.high[end], strict=True)]
            rows.append(Row(RowKind.PAST, end, f"{PAST_CONFLICTS} [{i}]", [percent(p) for p in view.ends[end]]))
            rows.append(Row(RowKind.INTERVAL, end, INTERVAL, ranges))
    return rows


def _best_rows(o: Outlook, end: str) -> list[Row]:
    p = o.pooled
    if p.ends is None or p.low is None or p.high is None:
        return []
    cells = [percent(float(x)) for x in p.ends.sel(end=end)]
    ranges = _ranges(p.low.sel(end=end), p.high.sel(end=end), p.ends.period.values)
    return [
        Row(RowKind.BEST, end, f"{BEST_ESTIMATE}, pooled with [{p.number}]", cells),
        Row(RowKind.RANGE, end, f"at weights {p.fit.low:.2f} to {p.fit.high:.2f}", ranges),
    ]


def _cells(a: xr.DataArray, o: Outlook) -> list[str]:
    return [percent(float(a.sel(period=m))) for m in dates(o)]


def _ranges(low: xr.DataArray, high: xr.DataArray, periods) -> list[str]:
    return [percent_range(float(low.sel(period=m)), float(high.sel(period=m))) for m in periods]
