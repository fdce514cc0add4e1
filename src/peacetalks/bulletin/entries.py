"""The entries of a bulletin: a conflict that is forecast, and one that is not, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.bulletin.pieces import Refusal
from peacetalks.bulletin.values import At, Change, Ends, Entry, Intervals, NotForecast
from peacetalks.conflicts.conflict_years import every_year
from peacetalks.forecasting.settings import MONTHS
from peacetalks.outcomes import ENDS
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from peacetalks.archive.saved import SavedForecast
    from peacetalks.bulletin.active import Active
    from peacetalks.bulletin.own import OwnScenario
    from peacetalks.bulletin.pieces import Piece
    from peacetalks.conflicts.conflict import Conflict

OVER = "known to have ended on {day}, with no truce or settlement in force"
CODED_LATER = "that end is coded only because the next calendar year was quiet, which was known later"


def entry(
    c: Conflict,
    day: dt.date,
    own: OwnScenario | None,
    stored: tuple[str, SavedForecast],
    notes: Collection[str],
    changed: Change | str | None,
) -> Entry:
    """Return the entry of a conflict that is forecast."""
    file, s = stored
    return Entry(
        conflict=c.id,
        name=c.name,
        location=c.cluster,
        kind=c.kind,
        side_a=c.side_a,
        side_b=c.side_b,
        state=c.state,  # type: ignore[arg-type]  # not "over": that is not forecast
        start=c.start,
        since=c.since,
        coded_later=c.coded_later,
        intensity=c.intensity,  # type: ignore[arg-type]
        source="record" if own is None else own.file,
        as_of=s.as_of,
        file=file,
        saved=s.moment,
        digest=s.digest,
        at=[_at(s, day, m) for m in MONTHS],
        change=changed if isinstance(changed, Change) else None,
        unchanged=changed if isinstance(changed, str) else None,
        notes=list(notes),
    )


def _at(s: SavedForecast, as_of: dt.date, months: int) -> At:
    """Return what a saved forecast says so many months after the bulletin's date."""
    day = months_later(as_of, months)
    best, model, record = (s.at(view, day) for view in ("best", "model", "record"))
    spans = s.interval_at(day)
    return At(
        months=months,
        day=day,
        best=None if best is None else Ends(**best),
        interval=None if spans is None else Intervals(**{e: spans[e] for e in ENDS}),
        model=None if model is None else Ends(**model),
        record=None if record is None else Ends(**record),
    )


def not_forecast(c: Conflict, why: Piece | Refusal) -> NotForecast:
    """Return the entry of a conflict that cannot be forecast."""
    assert isinstance(why, Refusal)
    kind: Any = why.kind
    return NotForecast(
        conflict=c.id, name=c.name, location=c.cluster, kind=kind, reason=why.reason, coded_later=c.coded_later
    )


def over(c: Conflict) -> NotForecast:
    """Return the entry of a conflict that was active in the last year, and is over."""
    day = "a day that is not recorded" if c.since is None else c.since.isoformat()
    reason = OVER.format(day=day) + ("; " + CODED_LATER if c.coded_later else "")
    return NotForecast(
        conflict=c.id, name=c.name, location=c.cluster, kind="over", reason=reason, coded_later=c.coded_later
    )


def inactive(number: int, a: Active) -> NotForecast:
    """Return the entry of a conflict that was asked for by its number and is not active."""
    row = every_year().filter(pl.col("id") == number).row(-1, named=True)
    reason = f"not active in the record in {a.year} or since"
    name, where = row["name"], row["cluster"]
    return NotForecast(conflict=number, name=name, location=where, kind="inactive", reason=reason, coded_later=False)
