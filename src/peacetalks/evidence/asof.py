"""A case table as it was known at a date: without what happened later, or could only be coded later.

==================  ===============================================================================
a case              dropped if it began later (or on an unknown day of that year or of a later one)
an end              if it came later, the case is still going on and is censored at the date
low activity        known when the calendar year after the last activity has passed without any
`resumed`           known when the calendar year of the return has passed
`tension`           known five years after the end
`war_year`          known when that calendar year has passed
an end, no day      dated to 31 December of its year; without a year, how the case ended is not known
`ended_by`          an end by that day, on an unknown one, is known from that day on; before, the fate is not
`deaths`, `length`  of a case, and `mediation` and `violence` of a crisis: known when it has ended
==================  ===============================================================================

Coders publish with a delay of months (UCDP: by June of the next year) and revise what they published. Neither is
modelled: for what was in print on a day, give a day that much earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from peacetalks.evidence.dates import last_whole_year
from peacetalks.evidence.follow_up import end_known_on, last_day_of

if TYPE_CHECKING:
    from datetime import date


def known_at(frame: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Return a case table as it was known at the end of day `as_of`; the table itself for None."""
    if as_of is None:
        return frame
    return _later_facts(_ends(_begun(frame, as_of), as_of), as_of)


def _begun(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Drop cases that had not begun."""
    begin = [pl.col("start")] if "start" in frame.columns else []
    begin += [last_day_of("start_year")] if "start_year" in frame.columns else []
    return frame.filter(pl.coalesce(begin) <= as_of)


def _ends(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Undo ends that were not known yet."""
    if "outcome" in frame.columns:  # sanctions: only the year is kept
        return frame.filter(last_day_of("end_year") <= as_of)
    known = [pl.col("end")] + ([last_day_of("end_year")] if "end_year" in frame.columns else [])
    known_on = pl.coalesce(known)
    if "war_year" in frame.columns:
        known_on = end_known_on(known_on)
    late = known_on > as_of
    whole = [c for c in ("deaths", "length", "mediation", "violence") if c in frame.columns]
    frame = frame.with_columns(pl.when(~late.fill_null(False)).then(c).alias(c) for c in whole)
    still = (
        pl.when(late)
        .then(pl.min_horizontal("end", pl.lit(as_of)))
        .when(pl.col("seen") > as_of)
        .then(pl.lit(as_of))
        .otherwise("seen")
    )
    coded = known_on.is_not_null() & ~late
    if "ended_by" in frame.columns:
        by_then = pl.col("ended_by") <= as_of
        coded = coded | by_then
        frame = frame.with_columns(ended_by=pl.when(by_then).then("ended_by"))
    if "war_year" not in frame.columns and "end_year" not in frame.columns:
        coded = coded | (pl.col("seen").is_not_null() & ~late)
    return frame.with_columns(seen=still, end=pl.when(~late).then("end"), ending=pl.when(coded).then("ending"))


def _later_facts(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Set to null the facts beside the end that were not known yet."""
    year = last_whole_year(as_of)
    known = {
        "resumed": pl.col("resumed") <= year,
        "war_year": pl.col("war_year") <= year,
        "tension": pl.col("end_year") + 5 <= year,
        "episode_end": pl.col("episode_end") <= as_of,
        "comprehensive": pl.col("comprehensive") <= as_of,
    }
    return frame.with_columns(pl.when(e).then(c).alias(c) for c, e in known.items() if c in frame.columns)
