"""What was known at a date: nothing that happened later, and nothing that could only be coded later.

==================  ===============================================================================
a case              dropped if it began later (or in an unknown day of that year or a later one)
an end              later: the case is still going on, censored at the date
low activity        known only when the calendar year after the last activity has passed without it
`resumed`           known when the calendar year of the return has passed
`tension`           known five years after the end
`war_year`          known when that calendar year has passed
an end, no day      counts as 31 December of its year; with no year either, how it ended is not known
`deaths`, `length`  of a case, and `mediation` and `violence` of a crisis: known when it has ended
==================  ===============================================================================

Coders publish with a delay of months (UCDP: by June of the next year) and revise. Neither is modelled: to see what
was in print at a day, ask for a day that much earlier.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl


def known_at(frame: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Return a case table as it was known at the end of day `as_of`; the table itself for None."""
    if as_of is None:
        return frame
    return _later_facts(_ends(_begun(frame, as_of), as_of), as_of)


def _last_day(column: str) -> pl.Expr:
    return pl.date(pl.col(column), 12, 31)


def _begun(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    begin = [pl.col("start")] if "start" in frame.columns else []
    begin += [_last_day("start_year")] if "start_year" in frame.columns else []
    return frame.filter(pl.coalesce(begin) <= as_of)


def _ends(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Undo ends that were not known yet."""
    if "outcome" in frame.columns:  # sanctions: only the year is kept
        return frame.filter(_last_day("end_year") <= as_of)
    known = [pl.col("end")] + ([_last_day("end_year")] if "end_year" in frame.columns else [])
    known_on = pl.coalesce(known)
    if "war_year" in frame.columns:
        quiet = pl.date(pl.col("end").dt.year() + 1, 12, 31)
        known_on = pl.when(pl.col("ending") == "low_activity").then(quiet).otherwise(known_on)
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
    if "war_year" not in frame.columns and "end_year" not in frame.columns:
        coded = coded | (pl.col("seen").is_not_null() & ~late)
    return frame.with_columns(seen=still, end=pl.when(~late).then("end"), ending=pl.when(coded).then("ending"))


def _later_facts(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    facts = []
    if "resumed" in frame.columns:
        facts.append(pl.when(pl.col("resumed") < (as_of + timedelta(1)).year).then("resumed").alias("resumed"))
    if "war_year" in frame.columns:
        facts.append(pl.when(pl.col("war_year") < (as_of + timedelta(1)).year).then("war_year").alias("war_year"))
    if "tension" in frame.columns:
        facts.append(pl.when(pl.col("end_year") + 5 < (as_of + timedelta(1)).year).then("tension").alias("tension"))
    if "episode_end" in frame.columns:
        facts.append(pl.when(pl.col("episode_end") <= as_of).then("episode_end").alias("episode_end"))
    if "comprehensive" in frame.columns:
        facts.append(pl.when(pl.col("comprehensive") <= as_of).then("comprehensive").alias("comprehensive"))
    return frame.with_columns(facts)
