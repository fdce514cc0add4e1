"""The forecast views on the pages of `compare` and `infer`: cells and ranges of every view, and what the views rest on.

In columns of numbers "-" is unknown: no past conflict was followed so long. A view without an estimate has no row, and
the notes give the reason in the words of a forecast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import basis_lines, departure_lines, listed, outside_lines
from peacetalks.pages.cells import decimal, decimal_range, in_prose, whole_percent
from peacetalks.pages.forecast_text import past_conflict_lines
from peacetalks.pages.shown import at, has_best, interval_cell, percent_at
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, PAST_CONFLICTS, RowKind
from peacetalks.pages.table_page import Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from peacetalks.forecasting.views import ForecastViews
    from peacetalks.pages.table_page import Cells

    Forecasts = Mapping[str, Mapping[str, ForecastViews]]  # account -> forecast -> views

EVERY = "every account"
NEARLY = 0.05  # accounts whose answers differ by no more are given as one range
VIEWS_MEANING = (
    f"{BEST_ESTIMATE.capitalize()}: {PAST_CONFLICTS}, adjusted by what the {MODEL_ALONE} finds different from the "
    f"typical case. {PAST_CONFLICTS.capitalize()}: what became of those in the classes [1], [2]..."
)
RANGES_MEANING = (
    f"{BEST_ESTIMATE.capitalize()}: 90% interval, of the record's sampling error and of the weight of the model's "
    f"departure. {PAST_CONFLICTS.capitalize()}: 90% interval where they answer the question at hand, 95% in the "
    "reference classes that the scenario names."
)


def best_section(forecasts: Forecasts, dates: Sequence[int]) -> Section:
    """Return the best estimate of every account with its 90% interval by date, or, without one, the model alone.

    An account may have several forecasts, such as those without and with the events of a record.
    """
    rows: list[Cells] = []
    for name, of in forecasts.items():
        best = all(has_best(f) for f in of.values())
        for e in ENDS:
            cells = (_with_interval(f, e, m) if best else percent_at(f.ends, e, m) for m in dates for f in of.values())
            rows.append((name, END_NAMES[e] if best else f"{END_NAMES[e]}, {MODEL_ALONE}", *cells))
    first = next(iter(forecasts.values()))
    heads = (f"{how} {d}".lstrip() for d in days(next(iter(first.values())), dates) for how in first)
    months = listed(list(map(str, dates)))
    title = f"{BEST_ESTIMATE.capitalize()} after {months} months, with 90% intervals"
    return Section(title, ("account", "", *heads), tuple(rows), kinds=(RowKind.OUTCOME,) * len(rows))


def _with_interval(f: ForecastViews, end: str, month: int) -> str:
    assert f.pooled.ends is not None
    span = in_prose(interval_cell(f.pooled, end, month))
    return f"{percent_at(f.pooled.ends, end, month)} ({span})"


def days(f: ForecastViews, dates: Sequence[int]) -> list[str]:
    """Return the calendar date of each month as the heading of a narrow column: in two lines on a terminal."""
    return [f"{day.day}\u00a0{day:%b} {day.year}" for day in calendar_dates(f.as_of, dates)]


def day_cell(f: ForecastViews, month: int) -> str:
    """Return the calendar date of a month as a cell, which stays in one line."""
    return days(f, [month])[0].replace(" ", "\u00a0")


def after(beginning: str, sentence: str) -> str:
    """Return a sentence after a beginning and a colon.

    >>> after("base", "Nothing departs.")
    'base: nothing departs.'
    """
    return f"{beginning}: {sentence[0].lower()}{sentence[1:]}"


def span(p: Sequence[float]) -> str:
    """Return the lowest and highest of some probabilities, in whole percent.

    >>> span([0.13, 0.147]), span([0.131, 0.129])
    ('13 to 15%', '13%')
    """
    low, high = whole_percent(min(p)), whole_percent(max(p))
    return low if low == high else f"{low.removesuffix('%')} to {high}"


def cell(a: xr.DataArray, end: str, month: int) -> str:
    """Return the probability of an outcome class in a month, "-" where unknown.

    >>> import xarray as xr
    >>> a = xr.DataArray([[0.25], [float("nan")]], {"period": [12, 24], "end": ["peace"]}, ("period", "end"))
    >>> cell(a, "peace", 12), cell(a, "peace", 24)
    ('0.250', '-')
    """
    return decimal(at(a, end, month))


def range_sections(forecasts: Forecasts, dates: Sequence[int]) -> list[Section]:
    """Return the ranges of past conflicts and best estimate as a section, or none where no account has either."""
    rows, kinds = ranges(forecasts, dates)
    head = ("account", "view", "by", *END_NAMES.values())
    title = f"How far {PAST_CONFLICTS} and the {BEST_ESTIMATE} are known"
    return [Section(title, head, rows, RANGES_MEANING, kinds=kinds, folded=True)] if rows else []


def ranges(forecasts: Forecasts, dates: Sequence[int]) -> tuple[tuple[Cells, ...], tuple[RowKind, ...]]:
    """Return rows (account, view, date, each outcome class) of ranges, and the kinds of the rows.

    The forecasts of an account differ in the model and with it in the best estimate; the ranges of past conflicts are
    given once where they are the same for every account.
    """
    past = {name: _past(next(iter(of.values())), dates) for name, of in forecasts.items()}
    shared = len(set(past.values())) == 1
    rows = [(RowKind.INTERVAL, (EVERY, *r)) for r in next(iter(past.values()))] if shared else []
    for name, of in forecasts.items():
        rows += [] if shared else [(RowKind.INTERVAL, (name, *r)) for r in past[name]]
        for forecast, views in of.items():
            label = f"{BEST_ESTIMATE} {forecast}".rstrip()
            rows += [(RowKind.RANGE, (name, label, *r)) for r in _best(views, dates)]
    return tuple(r for _, r in rows), tuple(k for k, _ in rows)


def _past(views: ForecastViews, dates: Sequence[int]) -> tuple[Cells, ...]:
    rows = []
    for i, v in enumerate(views.outside, 1):
        for m in dates if v.ends else ():
            at = v.months.index(m)
            spans = (decimal_range(v.low[e][at], v.high[e][at]) for e in ENDS)
            rows.append((f"{PAST_CONFLICTS} [{i}]", day_cell(views, m), *spans))
    return tuple(rows)


def _best(views: ForecastViews, dates: Sequence[int]) -> list[Cells]:
    low, high = views.pooled.low, views.pooled.high
    if low is None or high is None:
        return []
    return [
        (
            day_cell(views, m),
            *(decimal_range(at(low, e, m), at(high, e, m)) for e in ENDS),
        )
        for m in dates
    ]


def notes(views: Mapping[str, ForecastViews]) -> tuple[str, ...]:
    """Return what past conflicts and the best estimate rest on; by account where accounts differ in it."""
    accounts: dict[tuple[str, ...], list[str]] = {}
    outside: dict[str, list[str]] = {}
    for name, of in views.items():
        accounts.setdefault((*basis_lines(of), *past_conflict_lines(of)), []).append(name)
        for line in outside_lines(of):
            outside.setdefault(line, []).append(name)
    base = departure_lines(views["base"].pooled)
    beside = [after(", ".join(names), line) for line, names in outside.items()]
    if len(accounts) == 1:
        return (*next(iter(accounts)), *base, *beside)
    named = (line for text, names in accounts.items() for line in (f"For {', '.join(names)}:", *text))
    return (*named, *base, *beside)
