"""The card that a page begins with: the answer at one date as one bar, why in one sentence, and the same at others.

Where there is no best estimate the card shows the model alone, under that name, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import NOT_SHARPER, headline, short_why
from peacetalks.pages.cells import UNKNOWN, in_prose, known
from peacetalks.pages.shown import (
    at,
    day_after,
    has_best,
    headline_month,
    interval_cell,
    percents_at,
    shown_ends,
    shown_months,
)
from peacetalks.pages.styles import END_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import xarray as xr

    from peacetalks.forecasting.views import HasViews

LEVEL = "90%: "  # begins an interval in words
ROUNDED = "Each percentage is rounded by itself, so that three of them may sum to 99 or 101."
NOT_REACHED = "not known: the record does not reach so far"


@dataclass(frozen=True)
class Share:
    """One outcome class in a bar."""

    end: str
    name: str
    percent: str  # in whole percent
    interval: str  # the 90% interval in words; "" where there is none
    start: float  # where its part of the bar begins, in percent of the bar
    width: float

    @property
    def span(self) -> str:
        """The 90% interval without its level, for places that say the level once."""
        return self.interval.removeprefix(LEVEL)


@dataclass(frozen=True)
class Bar:
    """The outcome classes at a date; without `shares` they are not known."""

    day: str  # 20 May 2026
    after: str  # 12 months
    label: str  # for who cannot see it, or why there is none
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Card:
    """What is shown first; drawn by the macro `card` of `parts.html.jinja`."""

    headline: str
    bar: Bar
    why: str  # one sentence of at most 25 words
    others: tuple[Bar, ...]  # the other months shown
    notes: tuple[str, ...]


def card_of(f: HasViews) -> Card:
    """Return the card of a forecast: of an `Outlook`, or of an account in `compare` and `infer`."""
    m = headline_month(f)
    others = tuple(bar_at(f, month) for month in shown_months(f) if month != m)
    return Card(headline(f), bar_at(f, m), short_why(f), others, card_notes(f))


def card_notes(f: HasViews) -> tuple[str, ...]:
    """Return what must be known with the card: of the scenario, of the belief grid, of the best estimate, of rounding.

    That of the best estimate says why there is none, or that it is not sharper than past conflicts.
    """
    best, settings = f.pooled, getattr(f, "settings", None)  # of an outlook; accounts have no settings
    if not has_best(f) or not best.adjusted:
        about = best.reason
    else:
        about = NOT_SHARPER if best.scored_and_not_sharper else ""
    if settings is None:
        return (about,) if about else ()
    rounded = "" if all(_adds_up(bar_at(f, month)) for month in shown_months(f)) else ROUNDED
    return tuple(filter(None, (*settings.get("notes", ()), settings.get("grid_note"), about, rounded)))


def _adds_up(bar: Bar) -> bool:
    """Return whether the whole percents of a bar sum to 100, or one of them is only bounded ("<1%")."""
    percents = [s.percent.rstrip("%") for s in bar.shares]
    return not all(p.isdecimal() for p in percents) or sum(map(int, percents)) in (0, 100)


def bar_at(f: HasViews, month: int) -> Bar:
    """Return the bar of a month: of the best estimate, or of the model alone in a forecast that has none."""
    spans = {e: interval_cell(f.pooled, e, month) if has_best(f) else UNKNOWN for e in ENDS}
    intervals = {e: "" if span == UNKNOWN else f"{LEVEL}{in_prose(span)}" for e, span in spans.items()}
    return bar_of(shown_ends(f), f.as_of, month, intervals)


def bar_of(table: xr.DataArray, as_of: date, month: int, intervals: Mapping[str, str] | None = None) -> Bar:
    """Return the bar of outcome classes (period, end) at a month after `as_of`; `intervals` are in words, by end."""
    day, after = day_after(as_of, month), f"{month} month{'s' * (month != 1)}"
    values = {e: at(table, e, month) for e in ENDS}
    if not all(map(known, values.values())):
        return Bar(day, after, NOT_REACHED, ())
    shares, start, percents = [], 0.0, percents_at(table, month)
    for end, p in values.items():
        shares.append(Share(end, END_NAMES[end], percents[end], (intervals or {}).get(end, ""), start, 100 * p))
        start += 100 * p
    label = f"{day}: " + ", ".join(f"{s.name.lower()} {s.percent}" for s in shares)
    return Bar(day, after, label, tuple(shares))
