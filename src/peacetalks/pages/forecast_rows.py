"""The tables of a forecast: the best estimate by date, and what lies behind it.

Behind it lie each outcome class in the model alone and in past conflicts with its outcomes; the complete-information
benchmark stands in a table of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.outcomes import ENDS, LABELS
from peacetalks.pages.cells import UNKNOWN, percent, percent_range, whole_percent
from peacetalks.pages.shown import has_best, interval_cell, percent_at, short_days, shown_months
from peacetalks.pages.styles import END_NAMES, MODEL_ALONE, PAST_CONFLICTS, RowKind

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.scenario import Scenario

BEST_INTERVAL = "90% interval"


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


def day_heads(o: Outlook) -> list[str]:
    """Return the calendar date at each of the months shown: day, name of the month, year."""
    return short_days(o.as_of, shown_months(o))


def month_heads(o: Outlook) -> list[str]:
    """Return the months shown, as headings: "12 months"."""
    return [f"{m} month{'s' * (m != 1)}" for m in shown_months(o)]


def best_rows(o: Outlook) -> list[Row]:
    """Return the best estimate of each outcome class with its interval, in whole percent; none without an estimate."""
    best = o.pooled
    if best.ends is None:
        return []
    rows = []
    for end in ENDS:
        cells = _end_cells(best.ends, end, o)
        rows.append(Row(RowKind.BEST, end, END_NAMES[end], cells))
        rows.append(Row(RowKind.RANGE, end, BEST_INTERVAL, [interval_cell(best, end, m) for m in shown_months(o)]))
    return rows


def answer_rows(o: Outlook) -> list[Row]:
    """Return the rows of the answer: the best estimate with its interval, or the model alone where there is none."""
    return best_rows(o) if has_best(o) else [row for row in forecast_rows(o) if row.kind is RowKind.END]


def forecast_rows(o: Outlook) -> list[Row]:
    """Return the rows of model and record in order, with one cell for each of the `shown_months`."""
    return [row for end in ENDS for row in _end_rows(o, end)]


def information_rows(o: Outlook) -> list[Row]:
    """Return the complete-information benchmark beside the model alone, and how much private information moves."""
    rows = []
    for end in ENDS:
        rows.append(Row(RowKind.END, end, f"{END_NAMES[end]} ({MODEL_ALONE})", _end_cells(o.ends, end, o)))
        cells = _end_cells(o.noise_floor, end, o)
        rows.append(Row(RowKind.BENCHMARK, end, "complete-information benchmark", cells))
    return [*rows, Row(RowKind.END, "", "Moved by private information", _cells(o.information_share, o))]


def accuracy_rows(o: Outlook) -> list[Row]:
    """Return the error of the belief grid, with a decimal since it is small; none where it is not estimated."""
    if o.grid_error is None:
        return []
    most = o.grid_error.max("end")
    cells = [percent(float(most.sel(period=m))) for m in shown_months(o)]
    return [Row(RowKind.END, "", "Error of the belief grid, up to", cells)]


def _end_cells(a: xr.DataArray, end: str, o: Outlook) -> list[str]:
    """Return an outcome class at the months shown, rounded with the others."""
    return [percent_at(a, end, m) for m in shown_months(o)]


def _end_rows(o: Outlook, end: str) -> list[Row]:
    """Return the rows of one outcome class: model alone, typical case, past conflicts, outcomes."""
    names = outcome_names(o.scenario)
    rows = [Row(RowKind.END, end, f"{END_NAMES[end]} ({MODEL_ALONE})", _end_cells(o.ends, end, o))]
    if o.bands is not None:
        a = o.bands["ends"].sel(end=end)
        for share, low, high in (("50%", 0.25, 0.75), ("90%", 0.05, 0.95)):
            cells = _ranges(a.sel(quantile=low), a.sel(quantile=high), shown_months(o))
            rows.append(Row(RowKind.BAND, end, f"{share} of draws lie in", cells))
    if o.pooled.typical is not None:
        cells = _end_cells(o.pooled.typical, end, o)
        rows.append(Row(RowKind.TYPICAL, end, "the model in the typical case", cells))
    rows += _past_rows(o, end)
    for outcome in ENDS[end]:
        a = o.outcomes.sel(outcome=outcome)
        cells = _cells(a, o) if float(a.max()) > 0 else [UNKNOWN] * len(shown_months(o))
        rows.append(Row(RowKind.OUTCOME, end, names[outcome], cells))
    return rows


def _past_rows(o: Outlook, end: str) -> list[Row]:
    rows = []
    for i, view in enumerate(o.outside, 1):
        if view.ends:
            at = [view.months.index(m) if m in view.months else None for m in shown_months(o)]
            point, low, high = (
                [None if k is None else a[end][k] for k in at] for a in (view.ends, view.low, view.high)
            )
            ranges = [percent_range(*pair) for pair in zip(low, high, strict=True)]
            rows.append(Row(RowKind.PAST, end, f"{PAST_CONFLICTS} [{i}]", [whole_percent(p) for p in point]))
            rows.append(Row(RowKind.INTERVAL, end, f"{view.level:.0%} interval", ranges))
    return rows


def _cells(a: xr.DataArray, o: Outlook) -> list[str]:
    return [whole_percent(float(a.sel(period=m))) for m in shown_months(o)]


def _ranges(low: xr.DataArray, high: xr.DataArray, periods) -> list[str]:
    return [percent_range(float(low.sel(period=m)), float(high.sel(period=m))) for m in periods]
