"""The history of a forecast: what was expected of one date, or of a year ahead, each time it was saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.archive.saved import VIEWS
from peacetalks.errors import ArchiveError
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from datetime import date, datetime

    from peacetalks.archive.folder import Archive, Entry, Refused
    from peacetalks.archive.saved import SavedForecast

YEAR = 12  # months ahead, where no date is asked for


@dataclass(frozen=True)
class Point:
    """What one saved forecast says of the date; the views are None where it says nothing, and `reason` says why."""

    file: str
    digest: str
    as_of: date
    moment: datetime
    day: date
    best: dict[str, float] | None
    interval: dict[str, tuple[float, float]] | None
    model: dict[str, float] | None
    record: dict[str, float] | None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "file": self.file,
            "digest": self.digest,
            "as_of": self.as_of.isoformat(),
            "saved": self.moment.isoformat(),
            "date": self.day.isoformat(),
            "best": self.best,
            "best_interval": None if self.interval is None else {e: list(x) for e, x in self.interval.items()},
            "model": self.model,
            "record": self.record,
            "reason": self.reason or None,
        }


@dataclass(frozen=True)
class History:
    """What was expected of a date, each time it was saved; made by `history_of`."""

    scenario: str
    title: str  # as it was written last
    by: date | None  # the date asked about; None: `YEAR` months after each forecast's own
    points: tuple[Point, ...]  # by date, then by moment
    damaged: tuple[Refused, ...]  # files left out

    def __repr__(self) -> str:
        """Return of what, and how many forecasts."""
        asked = f"by {self.by}" if self.by else f"{YEAR} months ahead"
        return f"History of {self.scenario}, {asked}: {len(self.points)} forecasts"

    @property
    def by_date(self) -> bool:
        """Whether the forecasts have different dates, along which they are shown; else by the moment of saving."""
        return len({p.as_of for p in self.points}) > 1

    def at(self, p: Point) -> date:
        """Return where a forecast stands in time."""
        return p.as_of if self.by_date else p.moment.date()

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints, but for the finding."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "by": None if self.by is None else self.by.isoformat(),
            "months": None if self.by else YEAR,
            "along": "as_of" if self.by_date else "saved",
            "points": [p.to_dict() for p in self.points],
            "damaged": [r.to_dict() for r in self.damaged],
        }


def history_of(archive: Archive, scenario: str | None = None, by: date | None = None) -> History:
    """Return what was expected of a date each time a scenario's forecast was saved.

    Parameters
    ----------
    archive : Archive
        From `read_folder`.
    scenario : str, optional
        Its name; may be left out where the folder has one only.
    by : date, optional
        The date asked about; default: twelve months after each forecast's own date.

    Raises
    ------
    ArchiveError
        No forecast of the scenario, or none that covers the date.
    """
    entries = archive.of(scenario)
    points = tuple(_point(e, by) for e in entries)
    if all(p.best is None and p.model is None for p in points):
        first, last = min(e.forecast.as_of for e in entries), max(e.forecast.last for e in entries)
        asked = by.isoformat() if by else f"{YEAR} months ahead"
        raise ArchiveError(
            f"no saved forecast covers {asked}; they run from {first} to {last}: ask for a date in between"
        )
    return History(entries[-1].forecast.name, entries[-1].forecast.title, by, points, archive.refused)


def _point(e: Entry, by: date | None) -> Point:
    f = e.forecast
    day = by or months_later(f.as_of, YEAR)
    best, model, record = (f.at(view, day) for view in VIEWS)
    why = "" if best is not None else _why_not(f, day)
    return Point(e.file, f.digest, f.as_of, f.moment, day, best, f.interval_at(day), model, record, why)


def _why_not(f: SavedForecast, day: date) -> str:
    """Return why a forecast has no best estimate at a date."""
    if day <= f.as_of:
        return f"the forecast is of {f.as_of}, not before the date"
    if day > f.last:
        return f"the forecast reaches {f.last} only"
    return "no best estimate at the date"
