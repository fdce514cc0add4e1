"""The episodes of armed conflict with their calendar years, those coded in the data on endings and those since.

Up to the last year with coded endings an episode is one of UCDP Conflict Termination.  Conflict-years that it does not
hold (later ones, and conflicts added since) are numbered on in UCDP's manner, conflict x 100 + number: a new episode
with each new first day of UCDP/PRIO, or after a coded end.  How these ended is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.evidence.case_tables import covered

if TYPE_CHECKING:
    from peacetalks.evidence.case_tables import Load

    Row = dict[str, Any]


@dataclass
class Episode:
    """An episode of fighting, and the rows of UCDP/PRIO for the years in which it was active."""

    conflict: int
    id: int
    start: date
    end: date | None = None
    ending: str | None = None
    coded: bool = False  # whether it is in the data on endings
    previous: int = 0  # earlier episodes of the conflict
    years: dict[int, Row] = field(default_factory=dict)
    first_day: date | None = None  # its first day as UCDP/PRIO has it

    def war(self, year: int) -> bool:
        """Whether a year up to this one had 1,000 deaths."""
        return any(r["intensity"] == "war" for y, r in self.years.items() if y <= year)


def episodes(load: Load) -> list[Episode]:
    """Return every episode by conflict and first day.

    Parameters
    ----------
    load
        Function from the name of a dataset to its tidy frame.

    References
    ----------
    Gleditsch et al. (2002); Kreutz (2010).
    """
    to, last = (covered(load, d).year for d in ("ucdp-termination-conflict", "ucdp-acd"))
    coded, numbers = _coded(load, to)
    found: dict[int, Episode] = {}
    for (conflict,), group in load("ucdp-acd").sort("conflict_id", "year").group_by("conflict_id", maintain_order=True):
        assert isinstance(conflict, int)
        taken = [e for e in coded if e // 100 == conflict]
        now: Episode | None = None
        for row in group.iter_rows(named=True):
            number = numbers.get((conflict, row["year"]))
            if number is not None:
                now = found.setdefault(number, Episode(conflict, number, **coded[number], coded=True))
            elif now is None or not _goes_on(now, row):
                number = max(taken, default=conflict * 100) + 1
                taken.append(number)
                now = found[number] = Episode(conflict, number, _start(row, now))
            now.years[row["year"]] = row
            now.first_day = row["start"]
            known = row["year"] < last  # whether one ended in the last year is not known
            if row["ended"] and now.end is None and known and (not now.coded or row["year"] > to):
                now.end = row["end"]
    return _numbered(list(found.values()))


def _start(row: Row, before: Episode | None) -> date:
    """Return the first day of a new episode, which comes after the end of the one before."""
    late = before is None or before.end is None or row["start"] > before.end
    return row["start"] if late else date(row["year"], 1, 1)


def _goes_on(before: Episode, row: Row) -> bool:
    """Whether a year without a coded episode belongs to the one before it: not ended, and the same first day."""
    return (before.end is None or before.end.year >= row["year"]) and before.first_day == row["start"]


def _coded(load: Load, to: int) -> tuple[dict[int, Row], dict[tuple[int, int], int]]:
    """Return the coded episodes (first day, end, ending), and the episode of each (conflict, year) that is in one.

    Years after the last with coded endings, and after an episode's own end, are left out.
    """
    rows = load("ucdp-termination-conflict").filter(pl.col("year") <= to).sort("year")
    one = rows.group_by("episode_id", maintain_order=True).agg(
        pl.col("start").min(), pl.col("end").drop_nulls().last(), pl.col("ending").drop_nulls().last()
    )
    found = {r["episode_id"]: {k: r[k] for k in ("start", "end", "ending")} for r in one.iter_rows(named=True)}
    numbers = {}
    for episode, conflict, year in rows.select("episode_id", "conflict_id", "year").iter_rows():
        end = found[episode]["end"]
        if end is None or year <= end.year:
            numbers[conflict, year] = episode
    return found, numbers


def _numbered(every: list[Episode]) -> list[Episode]:
    """Return the episodes sorted, each with the number of earlier ones of the same conflict."""
    ordered = sorted(every, key=lambda e: (e.conflict, e.start))
    seen: dict[int, int] = {}
    for e in ordered:
        e.previous = seen.get(e.conflict, 0)
        seen[e.conflict] = e.previous + 1
    return ordered
