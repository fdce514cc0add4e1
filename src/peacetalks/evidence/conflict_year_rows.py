"""The conflict-years: a row for each episode of armed conflict and calendar year in which it was active.

A row is dated to 31 December, when the year has passed, and holds what was known then.  `over` marks the rows of
episodes known to have ended by that day, on which nobody would have made a forecast.  An end in low activity is known
only when a calendar year has passed without any: such a row is marked `quiet`, for nobody could leave it out that day.

====================  ===============================================================================================
episode               `conflict_episodes`; `end` and `ending` stand in the row of the year in which it ended
war_type, intensity   of the year, from UCDP/PRIO; `war`: whether a year of the episode so far had 1,000 deaths
population            persons in the state fought over, or in both states: the latest of up to five years before `year`
capability            summed CINC of a side's main parties, likewise; wars between states only
talks                 a mediation, text or ceasefire (see `talks`) in the twelve months before; else closed
ceasefires            ceasefires declared in the three years before; null where the data do not cover all three
truce                 a whole ceasefire of both sides that took effect in the year and is recorded as in force that day
out12, out24          outcome class 12 and 24 months after (`endings.outcome_by`); null where that lies beyond the coded
                      endings, or it is not coded how the episode ended
====================  ===============================================================================================

References
----------
Gleditsch et al. (2002); Kreutz (2010); Lacina and Gleditsch (2005); Singer (1988).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from peacetalks.evidence.case_tables import covered
from peacetalks.evidence.endings import outcome_by
from peacetalks.evidence.talks import CEASEFIRES_COVER, by_conflict, declared, sources_of_talks
from peacetalks.evidence.typed_csv import parsed, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from peacetalks.evidence.case_tables import Load
    from peacetalks.evidence.conflict_episodes import Episode
    from peacetalks.evidence.talks import Act

    Row = dict[str, Any]

TABLE = "conflict_years.csv"
MONTHS = (12, 24)
OLDEST = 5  # years for which the latest figure of a state may stand
COW_CODE = {  # Gleditsch-Ward code -> the first year and the COW code of the same state from then on
    260: (1991, 255),  # Germany
    340: (2006, 345),  # Serbia
    678: (1991, 679),  # Yemen
}
KEY = ("id", "episode", "year")
SCHEMA: dict[str, pl.DataType] = {  # the columns of the table, in order
    **dict.fromkeys(KEY, pl.Int64()),
    **dict.fromkeys(("name", "cluster", "war_type", "incompatibility", "territory", "side_a", "side_b"), pl.String()),
    "start": pl.Date(),
    "previous": pl.Int64(),
    "end": pl.Date(),
    "ending": pl.String(),
    "intensity": pl.String(),
    **dict.fromkeys(("war", "over", "quiet", "major_power"), pl.Boolean()),
    **dict.fromkeys(("deaths", "deaths_low", "deaths_high", "population"), pl.Int64()),
    **dict.fromkeys(("capability_a", "capability_b"), pl.Float64()),
    "talks": pl.Boolean(),
    "talks_source": pl.String(),
    "ceasefires": pl.Int64(),
    "truce": pl.Boolean(),
    **dict.fromkeys(("out12", "out24"), pl.String()),
}
CARRIED = ("name", "cluster", "war_type", "incompatibility", "territory", "side_a", "side_b", "start", "previous")


def conflict_year_rows(
    load: Load, episodes: Iterable[Episode], acts: Iterable[Act], majors: set[tuple[int, int]], figures: HasFigures
) -> pl.DataFrame:
    """Return the conflict-years by conflict, episode and year, with the columns of `SCHEMA`.

    Parameters
    ----------
    load
        Function from the name of a dataset to its tidy frame.
    episodes, acts
        The episodes, and the talks, texts and ceasefires of their conflicts.
    majors
        (conflict, year) in which a major power is a primary party.
    figures
        Deaths, population and capability by conflict-year.
    """
    to = covered(load, "ucdp-termination-conflict").year
    active = load("ucdp-acd").select("conflict_id", "year").unique()
    years = {k: sorted(g["year"].to_list()) for (k,), g in active.group_by("conflict_id")}
    recorded = by_conflict(acts)
    rows = []
    for e in episodes:
        resumed = next((y for y in years[e.conflict] if e.end and y > e.end.year), None)
        for year, row in e.years.items():
            here = e.end is not None and e.end.year <= year
            rows.append(
                {
                    **{c: row[c] for c in SCHEMA if c in row},
                    "id": e.conflict,
                    "episode": e.id,
                    "start": e.start,
                    "previous": e.previous,
                    "name": _name(row),
                    "cluster": row["location"],
                    "war": e.war(year),
                    "end": e.end if here else None,
                    "ending": e.ending if here else None,
                    "over": here and e.ending not in (None, "low_activity"),
                    "quiet": here and e.ending in (None, "low_activity"),
                    "major_power": (e.conflict, year) in majors,
                    **figures.of(row),
                    **_talks(row, recorded[e.conflict], e.start),
                    **{f"out{m}": _outcome(e, year + m // 12, resumed, to) for m in MONTHS},
                }
            )
    return pl.DataFrame(rows, schema=SCHEMA).sort(*KEY)


def to_csv(frame: pl.DataFrame) -> str:
    """Return the conflict-years as CSV text, which `from_csv` reads."""
    return written(frame, SCHEMA, CARRIED, "episode")


def from_csv(text: str) -> pl.DataFrame:
    """Return the conflict-years from CSV text; raise `EvidenceError` for text that is not such a table."""
    return parsed(TABLE, text, SCHEMA, KEY, CARRIED, "episode")


def _outcome(e: Episode, year: int, resumed: int | None, to: int) -> str | None:
    """Return the outcome class at the end of a year, None if the endings are not coded that far."""
    by = date(year, 12, 31)
    if year > to or not e.coded or (e.end is not None and e.end <= by and e.ending is None):
        return None
    return outcome_by(by, e.end, e.ending, resumed)


def _name(row: Row) -> str:
    if row["war_type"] == "interstate":
        return f"{row['side_a']} - {row['side_b']}".replace("Government of ", "")[:60]
    return f"{row['location']}: {row['territory'] or 'government'}"[:60]


def _talks(row: Row, acts: list[Act], start: date) -> Row:
    """Return the columns about talks and ceasefires of a row; `start` is the first day of the episode."""
    year, inter = row["year"], row["war_type"] == "interstate"
    day, before = date(year, 12, 31), date(year - 1, 12, 31)
    sources = sources_of_talks(acts, before, day)
    first, last = CEASEFIRES_COVER
    in_force = any(a.in_force(day, before) and a.effect is not None and a.effect >= start for a in acts)
    return {
        "talks": bool(sources),
        "talks_source": ", ".join(sources) or None,
        "ceasefires": None if inter else declared(acts, date(year - 3, 12, 31), day),
        "truce": None if inter or not first <= day <= last else in_force,
    }


def _states(codes: str | None, year: int) -> list[int]:
    """Return COW codes of the Gleditsch-Ward codes in a cell."""
    found = [int(c) for c in (codes or "").split(",") if c.strip()]
    return [COW_CODE[c][1] if c in COW_CODE and year >= COW_CODE[c][0] else c for c in found]


def parties(row: Row) -> list[int]:
    """Return the COW codes of the states that are main parties of a row of UCDP/PRIO."""
    return [c for x in "ab" for c in _states(row[f"gwno_{x}"], row["year"])]


class HasFigures(Protocol):
    """What gives the figures of a conflict-year."""

    def of(self, row: Row) -> Row:
        """Return deaths, population and capability of a row of UCDP/PRIO."""
        ...


class Figures:
    """Deaths, population and capability by conflict-year, from the datasets."""

    def __init__(self, load: Load, have: Collection[str] = ("conflict-deaths", "nmc")) -> None:
        self.deaths, self.states = {}, {}
        if "conflict-deaths" in have:
            deaths = load("conflict-deaths").select("conflict_id", "year", "deaths", "deaths_low", "deaths_high")
            self.deaths = {(r["conflict_id"], r["year"]): r for r in deaths.iter_rows(named=True)}
        if "nmc" in have:
            states = load("nmc").select("state_code", "year", "population", "share")
            self.states = {(r["state_code"], r["year"]): r for r in states.iter_rows(named=True)}

    def of(self, row: Row) -> Row:
        """Return the figures of a row."""
        year, inter = row["year"], row["war_type"] == "interstate"
        sides = {x: _states(row[f"gwno_{x}"], year) for x in "ab"}
        place = sides["a"] + sides["b"] if inter else _states(row["gwno_location"], year)
        population = self._sum(place, year, "population")
        deaths = self.deaths.get((row["conflict_id"], year), {})
        return {
            **{k: deaths.get(k) for k in ("deaths", "deaths_low", "deaths_high")},
            "population": None if population is None else round(population * 1000),
            **{f"capability_{x}": self._sum(sides[x], year, "share") if inter else None for x in "ab"},
        }

    def _sum(self, codes: Iterable[int], year: int, column: str) -> float | None:
        """Return the sum over states of the latest figure of up to `OLDEST` years before; None if one has none."""
        found = []
        for code in codes:
            past = (self.states.get((code, y), {}).get(column) for y in range(year - 1, year - 1 - OLDEST, -1))
            found.append(next((v for v in past if v is not None), None))
        return round(sum(found), 6) if found and None not in found else None
