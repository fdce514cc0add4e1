"""Which conflicts a bulletin is about: those that are active in the record at its date.

=========  ==========================================================================================================
active     UCDP/PRIO has at least 25 battle deaths in the last calendar year that had passed, or an episode of fighting
           had begun since; and it is not known to be over.  Fighting, or a truce or a settlement since
over       active in that year too, but known at the date to have ended without a truce or a settlement in force: won
           by a side, or a party ceased to exist.  Listed, and not forecast
=========  ==========================================================================================================

A conflict with fewer than 25 deaths is known to be inactive only when a calendar year has passed without them: until
then it counts as fought.  A truce or a settlement that has held longer than the last calendar year is not in the
bulletin.  After the end of the record it is what was known then.

Some states are known at the date only because the record was coded later (`Conflict.coded_later`; see
`conflicts.find`): they are kept, and marked, and so is what is left out as over by such an end.

References
----------
Gleditsch et al. (2002); Kreutz (2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.conflicts.conflict_years import every_year
from peacetalks.conflicts.find import conflicts, coverage_end, find_conflict
from peacetalks.errors import EvidenceError
from peacetalks.evidence.dates import as_date

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from peacetalks.conflicts.conflict import Conflict

DEFINITION = (
    "Active: at least 25 battle deaths in {year}, the last calendar year that had passed in the record, or an episode "
    "of fighting that began since (UCDP/PRIO), and not known to be over. A conflict with fewer deaths is known to be "
    "inactive only when a calendar year has passed without them."
)


@dataclass(frozen=True)
class Active:
    """The conflicts of a bulletin at a date; made by `active_conflicts`."""

    as_of: date
    year: int  # the last calendar year that had passed in the record
    found: tuple[Conflict, ...]  # that are forecast, by UCDP number
    over: tuple[Conflict, ...]  # active in `year`, known to be over
    inactive: tuple[int, ...] = ()  # of those that were asked for by number

    @property
    def definition(self) -> str:
        """What active means, in words."""
        return DEFINITION.format(year=self.year)


def active_conflicts(as_of: date | str, only: Collection[int] = ()) -> Active:
    """Return the conflicts that were active in the record at a date, as they were known then.

    Parameters
    ----------
    as_of : date or str
        The end of this day.
    only : collection of int
        UCDP numbers; left out: every conflict.

    Raises
    ------
    EvidenceError
        For a day that is not one, a date before the record begins, or a number of `only` that no conflict has.

    Examples
    --------
    >>> found = active_conflicts("2002-03-01")
    >>> found.year, len(found.found), [c.state for c in found.found if c.name == "Sri Lanka: Eelam"]
    (2001, 38, ['truce'])
    """
    day = as_date(as_of)
    assert day is not None
    year = last_year_passed(day)
    recent = (pl.col("last") >= year) | (pl.col("start").dt.year() > year)
    numbers = conflicts(day).filter(recent)["id"].to_list()
    if not numbers:
        raise EvidenceError(f"no conflict is active in the record at {day.isoformat()}: give a later date")
    for number in only:
        check_number(number)
    every = [find_conflict(i, day) for i in numbers if not only or i in only]
    active, over = (tuple(c for c in every if (c.state == "over") is ended) for ended in (False, True))
    return Active(day, year, active, over, tuple(sorted(set(only) - set(numbers))))


def check_number(number: int) -> None:
    """Raise `EvidenceError` for a UCDP number that no conflict of the record has."""
    if number not in set(every_year()["id"]):
        raise EvidenceError(
            f"no conflict of the record has the UCDP number {number}: `peacetalks evidence conflicts` lists them"
        )


def last_year_passed(day: date) -> int:
    """Return the last calendar year of the record that had passed at the end of a day.

    >>> from datetime import date
    >>> last_year_passed(date(2020, 1, 1)), last_year_passed(date(2019, 12, 31)), last_year_passed(date(2019, 12, 30))
    (2019, 2019, 2018)
    """
    until = min(day, coverage_end())
    return until.year if (until.month, until.day) == (12, 31) else until.year - 1
