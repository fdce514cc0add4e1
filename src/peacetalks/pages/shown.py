"""What is shown of a forecast: which view, at which months, and the outcome classes in one of them.

The best estimate is shown where there is one at the month of the headline; elsewhere the model alone, under its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.forecasting.settings import months_shown
from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.pages.cells import percent_range, whole_percent
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE
from peacetalks.scenario.dates import day_name, months_later

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import xarray as xr

    from peacetalks.forecasting.best_estimate import BestEstimate
    from peacetalks.forecasting.views import HasViews
    from peacetalks.scenario.scenario import Scenario

YEAR = 12  # months: the date of the headline, or the nearest shown before it
PEACE = next(iter(ENDS))  # the outcome class that the sentences begin with


def shown_months(f: HasViews) -> list[int]:
    """Return the months shown: those of `months_shown` that the forecast has, or all where it has none of them."""
    asked = [int(m) for m in f.ends.period.values]
    return [m for m in months_shown(asked[-1]) if m in asked] or asked


def headline_month(f: HasViews) -> int:
    """Return the month of the headline: of those shown, the last within a year."""
    shown = shown_months(f)
    return max((m for m in shown if m <= YEAR), default=shown[0])


def has_best(f: HasViews) -> bool:
    """Return whether there is a best estimate at the month of the headline."""
    return f.pooled.ends is not None and all_known(f.pooled.ends, headline_month(f))


def shown_view(f: HasViews) -> str:
    """Return the name of the view that is shown."""
    return BEST_ESTIMATE if has_best(f) else MODEL_ALONE


def shown_ends(f: HasViews) -> xr.DataArray:
    """Return the outcome classes (period, end) of the view that is shown."""
    ends = f.pooled.ends if has_best(f) else f.ends
    assert ends is not None
    return ends


def day_after(start: date, months: int) -> str:
    """Return the day so many months later, as sentences have it.

    >>> from datetime import date
    >>> day_after(date(2025, 5, 20), 12)
    '20 May 2026'
    """
    return day_name(months_later(start, months))


def short_days(start: date, months: Sequence[int]) -> list[str]:
    """Return the days so many months later as the headings of columns.

    >>> from datetime import date
    >>> [day.split() for day in short_days(date(2025, 9, 20), [6])]
    [['20', 'Mar', '2026']]
    """
    return [f"{day.day} {day:%b %Y}" for day in calendar_dates(start, months)]


def headline_day(f: HasViews) -> str:
    """Return the end of the month of the headline, as sentences have it."""
    return day_after(f.as_of, headline_month(f))


def as_of_line(scenario: Scenario) -> str:
    """Return the line below the title of a page: at which date the forecast was made, and what is known only later.

    >>> import peacetalks as pt
    >>> as_of_line(pt.load("russia-ukraine-2025"))
    'As of 20 May 2025. Nothing dated later enters.'
    """
    facts = scenario.conflict
    later = "" if facts is None or not facts.coded_later else f", but for the {facts.state}, which was coded later"
    return f"As of {day_name(scenario.as_of)}. Nothing dated later enters{later}."


def at(a: xr.DataArray, end: str, month: int) -> float:
    """Return an outcome class of a table (period, end) in a month."""
    return float(a.sel(end=end, period=month))


def all_known(a: xr.DataArray, month: int) -> bool:
    """Return whether every outcome class is known in a month."""
    return bool(np.isfinite(a.sel(period=month)).all())


def percents_at(a: xr.DataArray, month: int) -> dict[str, str]:
    """Return the outcome classes of a table (period, end) in a month, in whole percents."""
    return {end: percent_at(a, end, month) for end in ENDS}


def percent_at(a: xr.DataArray, end: str, month: int) -> str:
    """Return one outcome class in a month, in whole percent."""
    return whole_percent(at(a, end, month))


def interval_cell(best: BestEstimate, end: str, month: int) -> str:
    """Return the 90% interval of an outcome class in a month in whole percent, "-" where unknown."""
    assert best.low is not None
    assert best.high is not None
    return percent_range(*(at(a, end, month) for a in (best.low, best.high)))
