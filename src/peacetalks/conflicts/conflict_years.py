"""The conflict-years: every conflict and calendar year of the record as a forecast that could have been made.

See `evidence.conflict_year_rows` for the columns and how they are made from the datasets.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.conflicts.conflict import Conflict
from peacetalks.evidence.conflict_year_rows import MONTHS, TABLE, from_csv
from peacetalks.evidence.dates import DAYS_PER_YEAR, as_date
from peacetalks.evidence.tables import table_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


def conflict_years(as_of: date | str | None = None) -> pl.DataFrame:
    """Return the conflict-years as they were known at the end of a day.

    Parameters
    ----------
    as_of
        The day; None: all that is recorded.  Rows dated later are left out, and outcomes known later are null.

    Returns
    -------
    polars.DataFrame
        One row per episode of conflict and calendar year, by conflict, episode and year: `id` (UCDP conflict),
        `episode` (UCDP episode), `name`, `cluster` (state or states), `kind` ("civil" or "interstate"), `war_type`,
        `incompatibility`, `side_a`, `side_b`, `year`, `day` (31 December: date of the forecast), `start` (first day of
        the episode), `age` (years), `intensity` (of the year), `war` (1,000 deaths in a year reached so far), `quiet`
        (it had ended in low activity by `day`, as was known only a calendar year later), `previous` (earlier
        episodes), `major_power`, `deaths`, `deaths_low`, `deaths_high` (battle deaths in the year), `population`
        (persons), `capability_a`, `capability_b` (CINC, share of the system), `talks`, `talks_source`, `ceasefires`,
        `truce`, `out12`, `out24` (outcome classes), `known12`, `known24` (days on which these were known).

    Raises
    ------
    EvidenceError
        For a day that is not one.

    Examples
    --------
    >>> korea = conflict_years("1952-12-31").filter(pl.col("id") == 235)
    >>> korea["out12"].to_list()
    ['nowhere', 'nowhere', None, None]

    References
    ----------
    Gleditsch et al. (2002); Kreutz (2010).
    """
    frame = _every(table_text(TABLE))
    day = as_date(as_of)
    if day is None:
        return frame
    known = [
        pl.when(pl.col(f"known{m}") <= day).then(f"{c}{m}").alias(f"{c}{m}") for m in MONTHS for c in ("out", "known")
    ]
    return frame.filter(pl.col("day") <= day).with_columns(known)


def every_year() -> pl.DataFrame:
    """Return the table with the rows of episodes known to have ended, and its columns `end`, `ending`, `territory`."""
    return _parsed(table_text(TABLE))


_parsed = lru_cache(maxsize=4)(from_csv)


def conflict_of_year(row: Mapping[str, object]) -> Conflict:
    """Return the conflict of a conflict-year, fought on its 31 December, with the columns that it has of a conflict.

    Parameters
    ----------
    row
        A row of `conflict_years`, by column.
    """
    given = {k: row[k] for k in Conflict.__dataclass_fields__ if k in row}
    given |= {"as_of": row["day"], "state": "fighting", "since": None}
    return Conflict(**given)  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _every(text: str) -> pl.DataFrame:
    frame = _parsed(text).filter(~pl.col("over"))
    day = pl.date(pl.col("year"), 12, 31)
    inter = pl.col("war_type") == "interstate"
    frame = frame.with_columns(
        day=day,
        age=(day - pl.col("start")).dt.total_days() / DAYS_PER_YEAR,
        kind=pl.when(inter).then(pl.lit("interstate")).otherwise(pl.lit("civil")),
        **{
            f"known{m}": pl.when(pl.col(f"out{m}").is_not_null()).then(pl.date(pl.col("year") + m // 12 + 1, 12, 31))
            for m in MONTHS
        },
    )
    return frame.select(COLUMNS)


COLUMNS = (
    *("id", "episode", "name", "cluster", "kind", "war_type", "incompatibility", "side_a", "side_b", "year", "day"),
    *("start", "age", "intensity", "war", "quiet", "previous", "major_power", "deaths", "deaths_low", "deaths_high"),
    *("population", "capability_a", "capability_b", "talks", "talks_source", "ceasefires", "truce"),
    *("out12", "out24", "known12", "known24"),
)
