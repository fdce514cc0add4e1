"""The cases of the case book as conflicts of the record: what was known of each on the day its first talks began.

That the war level had been reached is what the rule of the case book rests on.  Deaths, population and ceasefires are
those of the calendar year before, from the table of conflict-years; a war that had not begun then has none, and they
are taken as not recorded.  Talks are open, since they began that day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.conflicts.conflict import Conflict
from peacetalks.evidence.tables import read_cases

if TYPE_CHECKING:
    from peacetalks.backtests.negotiations import Negotiation


def conflict_of(case: Negotiation, years: pl.DataFrame, episodes: pl.DataFrame | None = None) -> Conflict:
    """Return what was known of a case on the day its talks began.

    Parameters
    ----------
    case
        A case of the case book.
    years
        The conflict-years.
    episodes
        The episodes; default the committed table.
    """
    every = read_cases("episodes") if episodes is None else episodes
    episode = every.row(by_predicate=pl.col("id") == case.id, named=True)
    before = _year_before(case, years)
    return Conflict(
        id=case.id // 100,
        name=case.name,
        cluster=case.cluster,
        kind="interstate" if case.kind == "interstate" else "civil",
        war_type=episode["war_type"],
        incompatibility=case.incompatibility,
        side_a="side A",
        side_b="side B",
        as_of=case.talks,
        state="fighting",
        start=case.start,
        since=None,
        war=True,
        intensity="war",
        previous=episode["previous"],
        major_power=bool(episode["major_power"]),
        deaths=before.get("deaths"),
        population=before.get("population"),
        capability_a=case.capability_a,
        capability_b=case.capability_b,
        talks=True,
        talks_source=f"first mediated talks on the day ({case.source})",
        ceasefires=before.get("ceasefires") or 0,
        episode=case.id,
    )


def _year_before(case: Negotiation, years: pl.DataFrame) -> dict[str, Any]:
    """Return the row of the same episode for the calendar year before the talks; nothing where there is none."""
    found = years.filter(pl.col("episode") == case.id, pl.col("year") == case.talks.year - 1)
    return found.row(0, named=True) if found.height else {}
