"""What became of a conflict by a day, as the record knew it at another day: one of the outcome classes, or not known.

The classes are those of `evidence.endings`: peace, where the episode ended in an agreement or a ceasefire and fighting
was not back by the day; more conflict, where it was won by force, or such an end did not hold; else still no
settlement.  The classes are not known

* before the day, and until the calendar year after it has passed (a return to fighting is known then);
* beyond the last day up to which endings are coded;
* where it is not coded how the episode ended.

References
----------
Kreutz (2010), Journal of Peace Research 47, 243-250.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from peacetalks.conflicts.conflict_years import every_year
from peacetalks.evidence.case_tables import EPISODES_TO
from peacetalks.evidence.conflict_year_rows import TABLE
from peacetalks.evidence.dates import as_date
from peacetalks.evidence.endings import outcome_by, outcome_known_on
from peacetalks.evidence.local_tables import covered_to
from peacetalks.evidence.tables import table_text
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from datetime import date

NOT_DUE = "its day has not passed"
NOT_KNOWN_YET = "its day has passed, and what became is known only after the next calendar year"
BEYOND = "the endings of conflicts are coded to {to} only"
NOT_CODED = "how the episode of fighting ended is not coded"


class Became(NamedTuple):
    """The outcome class, or why it is not known."""

    end: str | None
    reason: str = ""


class _Episode(NamedTuple):
    start: date
    end: date | None
    ending: str | None
    coded: bool
    years: tuple[int, ...]  # calendar years in which the conflict was active, of any episode

    def resumed(self, after: int) -> int | None:
        """Return the first calendar year after one in which the conflict was active."""
        return next((y for y in self.years if y > after), None)


def became(conflict: int, as_of: date | str, months: int, known_by: date | str) -> Became:
    """Return what became of a conflict some months after a date, as was known by another day.

    Parameters
    ----------
    conflict : int
        UCDP number.
    as_of : date or str
    months : int
        12 or more: returns to fighting are recorded by calendar year.
    known_by : date or str

    Examples
    --------
    >>> became(352, "2001-01-01", 24, "2019-12-31").end  # Sri Lanka: Eelam; the truce of 2002
    'peace'
    >>> became(352, "2001-01-01", 24, "2003-06-01").reason
    'its day has passed, and what became is known only after the next calendar year'
    """
    start, by = as_date(as_of), as_date(known_by)
    assert start is not None
    assert by is not None
    day, to = months_later(start, months), covered_to("ucdp-termination-conflict", EPISODES_TO)
    if day > by:
        return Became(None, NOT_DUE)
    if outcome_known_on(start, months) > by:
        return Became(None, NOT_KNOWN_YET)
    if day > to:
        return Became(None, BEYOND.format(to=to.isoformat()))
    episode = max((e for e in _episodes(table_text(TABLE))[conflict] if e.start <= start), key=lambda e: e.start)
    ended = episode.end is not None and episode.end <= day
    if not episode.coded or (ended and episode.ending is None):
        return Became(None, NOT_CODED)
    resumed = None if episode.end is None else episode.resumed(episode.end.year)
    return Became(outcome_by(day, episode.end, episode.ending, resumed))


@lru_cache(maxsize=2)
def _episodes(text: str) -> dict[int, list[_Episode]]:  # keyed by the text, so that another table is read anew
    """Return the episodes of each conflict, with how they ended and when the conflict was active."""
    found: dict[int, list[_Episode]] = {}
    frame = every_year().sort("id", "year")
    years = {k: tuple(sorted(set(g["year"]))) for (k,), g in frame.group_by("id")}
    for (number, _), group in frame.group_by("id", "episode", maintain_order=True):
        rows = list(group.iter_rows(named=True))
        last = next((r for r in rows if r["end"] is not None), rows[-1])
        coded = last["ending"] is not None or any(r["out12"] is not None for r in rows)
        episode = _Episode(rows[0]["start"], last["end"], last["ending"], coded, years[number])
        found.setdefault(number, []).append(episode)  # type: ignore[arg-type]
    return found
