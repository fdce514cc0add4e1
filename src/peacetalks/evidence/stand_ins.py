"""What the package's tables can give in place of a dataset that is not on this machine.

A user may have added a newer version of one dataset only.  The tables that need others as well can still be made anew,
with what the package's own tables hold of the others:

===========================  ====================================================================================
ucdp-termination-conflict    the coded episodes of `conflict_years.csv`
ucdp-acd                     the rows of `conflict_years.csv`
talks and ceasefires         the acts of `conflict_acts.csv`, of each dataset that is not there
deaths                       those of the same conflict-year
population, capability       those of the conflict-year, else of the conflict up to `FIGURES_LAST` years before
major powers                 the same conflict-years, else parties among `MAJORS`
===========================  ====================================================================================

With no dataset at all the tables come out as they are in the package.

References
----------
Correlates of War Project (2017), State System Membership List: the major powers since 1991.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.evidence import case_tables, conflict_year_rows, talks
from peacetalks.evidence.conflict_episodes import episodes
from peacetalks.evidence.conflict_year_rows import Figures, parties
from peacetalks.evidence.tables import embedded_text, parse_cases

if TYPE_CHECKING:
    from collections.abc import Collection

    from peacetalks.evidence.case_tables import Load
    from peacetalks.evidence.conflict_episodes import Episode
    from peacetalks.evidence.talks import Act

    Row = dict[str, Any]

FIGURES_LAST = 3  # years
MAJORS = frozenset({2, 200, 220, 255, 365, 710, 740})  # COW codes
TABLES = (conflict_year_rows.TABLE, talks.TABLE)  # those of which any part can be made anew


def conflict_tables(load: Load, have: Collection[str]) -> dict[str, str]:
    """Return the tables of conflicts as {file name: text}.

    Parameters
    ----------
    load
        Function from the name of a dataset to its tidy frame.
    have
        The datasets that it can load.
    """
    shipped = conflict_year_rows.from_csv(embedded_text(conflict_year_rows.TABLE))

    def given(name: str) -> pl.DataFrame:
        if name in have:
            return load(name)
        return {"ucdp-acd": _active, "ucdp-termination-conflict": _coded}[name](shipped)

    spans = episodes(given)
    acts = _acts(load, have, spans)
    figures = _Figures(load, have, shipped)
    rows = conflict_year_rows.conflict_year_rows(given, spans, acts, _majors(load, have, spans, shipped), figures)
    return {conflict_year_rows.TABLE: conflict_year_rows.to_csv(rows), talks.TABLE: talks.to_csv(acts)}


def cases_of_episodes(load: Load) -> pl.DataFrame:
    """Return the package's cases of episodes with the returns to fighting of another version of ucdp-acd."""
    cases = parse_cases("episodes", embedded_text("cases_episodes.csv"))
    back = case_tables.resumed(load, cases.select("id", "end", conflict_id=pl.col("id") // 100), "id")
    return cases.drop("resumed").join(back, on="id", how="left", maintain_order="left").select(cases.columns)


def _active(shipped: pl.DataFrame) -> pl.DataFrame:
    """Return the conflict-years of the package in the form of ucdp-acd."""
    none = pl.lit(None, pl.String)
    return shipped.with_columns(
        conflict_id="id",
        location="cluster",
        ended=pl.col("end").is_not_null(),
        **dict.fromkeys(("gwno_a", "gwno_b", "gwno_location"), none),
    )


def _coded(shipped: pl.DataFrame) -> pl.DataFrame:
    """Return the coded episodes of the package in the form of ucdp-termination-conflict."""
    known = parse_cases("episodes", embedded_text("cases_episodes.csv"))["id"].to_list()
    rows = shipped.filter(pl.col("episode").is_in(known), pl.col("year") <= case_tables.EPISODES_TO.year)
    return rows.select(
        "year", "start", "end", "ending", episode_id="episode", conflict_id="id", ended=pl.col("end").is_not_null()
    )


def _acts(load: Load, have: Collection[str], spans: list[Episode]) -> list[Act]:
    """Return the acts, those of datasets that are not there from the package."""
    fresh = talks.acts_by_dataset(load, have, spans)
    others = [a for a in talks.from_csv(embedded_text(talks.TABLE)) if a.source not in fresh]
    return talks.ordered([*others, *(a for found in fresh.values() for a in found)])


def _majors(load: Load, have: Collection[str], spans: list[Episode], shipped: pl.DataFrame) -> set[tuple[int, int]]:
    if {"cow-majors", "ucdp-acd"} <= set(have):
        return set(case_tables.major_years(load).select("conflict_id", "year").iter_rows())
    known = {(i, y): m for i, y, m in shipped.select("id", "year", "major_power").iter_rows()}
    found = set()
    for e in spans:
        for year, row in e.years.items():
            if known.get((e.conflict, year), bool(MAJORS & set(parties(row)))):
                found.add((e.conflict, year))
    return found


class _Figures:
    """Deaths, population and capability from the datasets that are there, else from the package."""

    def __init__(self, load: Load, have: Collection[str], shipped: pl.DataFrame) -> None:
        self.have = have
        self.fresh = Figures(load, have)
        self.shipped = {(r["id"], r["year"]): r for r in shipped.iter_rows(named=True)}

    def of(self, row: Row) -> Row:
        """Return the figures of a row."""
        key, found = (row["conflict_id"], row["year"]), self.fresh.of(row)
        past = (self.shipped.get((key[0], y)) for y in range(key[1], key[1] - FIGURES_LAST - 1, -1))
        recent = next((r for r in past if r is not None), {})
        if "nmc" not in self.have or "ucdp-acd" not in self.have:
            found |= {c: recent.get(c) for c in ("population", "capability_a", "capability_b")}
        if "conflict-deaths" not in self.have:
            found |= {c: self.shipped.get(key, {}).get(c) for c in ("deaths", "deaths_low", "deaths_high")}
        return found
