"""Which saved forecast is scored for which day: pairs, and all that has no pair with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.archive.resolved import UnusedRow
from peacetalks.archive.saved import VIEWS
from peacetalks.errors import did_you_mean

if TYPE_CHECKING:
    from datetime import date, datetime

    from peacetalks.archive.folder import Archive, Entry
    from peacetalks.archive.resolved import Resolution, Resolved

NO_BEST = "it has no best estimate, which could be compared with the record"
TWICE = "the same forecast was saved before ({}); it is scored once"


@dataclass(frozen=True)
class Match:
    """A saved forecast and what came true on a day that it covers."""

    file: str
    scenario: str
    digest: str
    as_of: date
    moment: datetime
    day: date
    outcome: str
    views: dict[str, dict[str, float]]  # view -> outcome class -> probability

    @property
    def hindsight(self) -> bool:
        """Whether it was saved after the day that it is scored for."""
        return self.moment.date() > self.day

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "file": self.file,
            "scenario": self.scenario,
            "digest": self.digest,
            "as_of": self.as_of.isoformat(),
            "saved": self.moment.isoformat(),
            "date": self.day.isoformat(),
            "days_ahead": (self.day - self.as_of).days,
            "outcome": self.outcome,
            **self.views,
        }


@dataclass(frozen=True)
class Unscored:
    """A saved forecast that is not scored, and why."""

    file: str
    scenario: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Matches:
    """Pairs of forecast and day, and what has no pair."""

    matches: tuple[Match, ...]
    unscored: tuple[Unscored, ...]
    unmatched: tuple[UnusedRow, ...]


def matches(archive: Archive, resolved: Resolved) -> Matches:
    """Return every pair of a forecast and a resolved day that it covers, and what has no pair."""
    entries, twice = _once(archive.entries)
    found, unscored = [], list(twice)
    for entry in entries:
        rows = [r for r in resolved.rows if r.scenario in entry.forecast.names]
        mine, reasons = _of_entry(entry, rows)
        found += mine
        unscored += [Unscored(entry.file, entry.forecast.name, why) for why in reasons]
    known = sorted({x for e in archive.entries for x in e.forecast.names})
    names = archive.names
    unmatched = []
    for r in resolved.rows:
        of = [e for e in entries if r.scenario in e.forecast.names]
        row = f"{r.scenario}, {r.day.isoformat()}, {r.outcome or '(empty)'}"
        if not of:
            unmatched.append(
                UnusedRow(
                    r.line,
                    row,
                    f"no forecast of it was saved{did_you_mean(r.scenario, known)}; the folder has {', '.join(names)}",
                )
            )
        elif not any(_covers(e, r.day) for e in of):
            first, last = min(e.forecast.as_of for e in of), max(e.forecast.last for e in of)
            unmatched.append(UnusedRow(r.line, row, f"no forecast covers the day; they run from {first} to {last}"))
    return Matches(tuple(found), tuple(unscored), tuple(unmatched))


def _once(entries: tuple[Entry, ...]) -> tuple[list[Entry], list[Unscored]]:
    """Return every different forecast, as it was first saved, and those that were saved again."""
    first: dict[str, Entry] = {}
    again = []
    for e in sorted(entries, key=lambda e: (e.forecast.moment, e.file)):
        n = e.forecast.numbers
        key = json.dumps([n.digest, n.as_of.isoformat(), n.best, n.model, n.record], sort_keys=True)
        if key in first:
            again.append(Unscored(e.file, n.scenario, TWICE.format(first[key].file)))
        else:
            first[key] = e
    chosen = {e.file for e in first.values()}
    return [e for e in entries if e.file in chosen], again


def _of_entry(entry: Entry, rows: list[Resolution]) -> tuple[list[Match], list[str]]:
    """Return the pairs of one forecast, and why there is none, or none for a day that is asked about."""
    f = entry.forecast
    covered = [r for r in rows if _covers(entry, r.day)]
    if not rows:
        return [], ["no row of the outcomes that can be used names its scenario"]
    if not covered:
        return [], [f"no row lies after its date and up to its last, {f.as_of} to {f.last}"]
    out, reasons = [], []
    for day in sorted({r.day for r in covered}):
        said = sorted({r.outcome for r in covered if r.day == day and r.outcome is not None})
        views = {view: p for view in VIEWS if (p := f.at(view, day)) is not None}
        if not said:
            reasons.append(f"{day}: not resolved yet")
        elif len(said) > 1:
            reasons.append(f"{day}: by name and by digest it has the outcomes {' and '.join(said)}; none is used")
        elif len(views) < len(VIEWS):
            reasons.append(f"{day}: {NO_BEST}")
        else:
            out.append(Match(entry.file, f.name, f.digest, f.as_of, f.moment, day, said[0], views))
    return out, reasons


def _covers(entry: Entry, day: date) -> bool:
    return entry.forecast.as_of < day <= entry.forecast.last
