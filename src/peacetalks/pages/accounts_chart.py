"""The chart of a comparison: peace at one date under every account, as a dot with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.pages.shown import headline_day, headline_month
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE, PAST_CONFLICTS
from peacetalks.pages.views_chart import Dot, best_peace, dot_plot, peace_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.forecasting.views import ForecastViews
    from peacetalks.pages.chart_parts import Chart

    Views = Mapping[str, ForecastViews]


def accounts_plot(views: Views, width: int) -> Chart:
    """Return the best estimate under every account, then what it is made of: past conflicts, and each model alone."""
    return dot_plot(account_dots(views), width)


def account_dots(views: Views) -> list[Dot]:
    """Return the dots: the best estimate of each account, past conflicts by themselves, the model of each account."""
    m = headline_month(views["base"])
    best = [Dot(name, *best_peace(f, m), missing=f"no {BEST_ESTIMATE}", main=True) for name, f in views.items()]
    records = {peace_at(f.pooled.record, m) for f in views.values() if f.pooled.record is not None}
    past = [Dot(f"{PAST_CONFLICTS.capitalize()} by themselves", p, None, None) for p in records if len(records) == 1]
    models = [Dot(f"{MODEL_ALONE.capitalize()}: {name}", peace_at(f.ends, m), None, None) for name, f in views.items()]
    return [*best, *past, *models]


def accounts_caption(views: Views) -> str:
    """Return how the chart is to be seen."""
    f = views["base"]
    day = headline_day(f)
    return f"Peace by {day}. Large dots: the {BEST_ESTIMATE} under each account, bars its 90% interval."
