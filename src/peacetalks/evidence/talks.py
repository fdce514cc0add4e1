"""Talks, texts and ceasefires of a conflict by day, from four datasets.

==========================  ===========================================================================================
mediation, within a state   Civil War Mediation (`cwm`): same state, and the episode starts within `NEAR` days of UCDP's
mediation, between states   ICB: a crisis in which mediation occurred, with a main party of each side among its actors
signed texts                PA-X (`pax`): any text of the conflict but local ones, which parties of a war do not sign
ceasefires                  ETH/PRIO (`ethprio-ceasefires`): declared by both sides or more, or with a mediator
==========================  ===========================================================================================

A day that is not recorded counts nowhere.  Outside the years that a dataset covers it has no record of talks, which is
not to say that there were none.

References
----------
DeRouen, Bercovitch and Pospieszna (2011); Bell and Badanjak (2019); Clayton et al. (2023); Brecher and Wilkenfeld
(2000).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from peacetalks.evidence.case_tables import Load

ALIASES = {  # Civil War Mediation's name of a state -> UCDP's
    "Bosnia and Herzegovina": "Bosnia-Herzegovina",
    "Cambodia": "Cambodia (Kampuchea)",
    "Congo-Brazzaville": "Congo",
    "Congo/Zaire": "DR Congo (Zaire)",
    "Democratic Republic of Congo (Zaire)": "DR Congo (Zaire)",
    "Macedonia": "North Macedonia",
    "Madagascar": "Madagascar (Malagasy)",
    "Myanmar": "Myanmar (Burma)",
    "Rhodesia": "Zimbabwe (Rhodesia)",
    "Russia": "Russia (Soviet Union)",
    "Soviet Union": "Russia (Soviet Union)",
    "Sri Lanka (Ceylon)": "Sri Lanka",
    "Surinam": "Suriname",
    "UK": "United Kingdom",
    "USA": "United States of America",
    "Yemen": "Yemen (North Yemen)",
    "Yemen North (Arab Repub)": "Yemen (North Yemen)",
    "Yemen South (people repub)": "South Yemen",
}
NEAR = 366  # most days between the starts of one episode in two datasets
CEASEFIRES_COVER = (date(1989, 1, 1), date(2020, 12, 31))  # ETH/PRIO, conflicts within states only


@dataclass(frozen=True)
class Act:
    """Talks that went on from one day to another, or were recorded on one day."""

    source: str  # dataset
    start: date
    end: date  # the same day where no last one is recorded

    def within(self, after: date, until: date) -> bool:
        """Whether it went on or was signed on a day after `after`, and had begun by `until`."""
        return self.start <= until and self.end > after


@dataclass(frozen=True)
class Ceasefire:
    """A ceasefire of a conflict; a day that is not recorded is None."""

    declared: date | None
    start: date | None
    end: date | None
    still_on: bool  # in force at the end of coverage
    two_sided: bool
    partial: bool  # limited in area or in kind of violence

    def in_force(self, day: date) -> bool:
        """Whether both sides' whole ceasefire is recorded as in force on a day."""
        goes_on = self.still_on if self.end is None else self.end > day
        return self.two_sided and not self.partial and self.start is not None and self.start <= day and goes_on


def efforts(load: Load) -> dict[str, list[tuple[date, Act]]]:
    """Return {state: [(first day of the episode, mediation)]} in conflicts within states."""
    rows = load("cwm").filter(pl.col("mediated"), pl.col("start").is_not_null(), pl.col("episode_start").is_not_null())
    found: dict[str, list[tuple[date, Act]]] = defaultdict(list)
    for r in rows.iter_rows(named=True):
        act = Act("cwm", r["start"], max(r["start"], r["end"] or r["start"]))
        state = str(r["country"])
        found[ALIASES.get(state, state)].append((r["episode_start"], act))
    return found


def mediated_crises(load: Load) -> tuple[tuple[Act, frozenset[int]], ...]:
    """Return (mediation, COW codes of the actors and of those who triggered the crisis) by first day."""
    system, actors = load("icb"), load("icb-actors")
    codes = pl.concat(
        [actors.select("crisis_id", code=c) for c in ("actor_code", "trigger_code")]
        + [system.select("crisis_id", code="trigger_code")]
    )
    there = codes.drop_nulls().group_by("crisis_id").agg("code")
    begun = system.filter(pl.col("mediation") == "occurred", pl.col("mediation_start").is_not_null())
    rows = begun.join(there, on="crisis_id").sort("mediation_start", "crisis_id")
    return tuple(
        (
            Act("icb", r["mediation_start"], max(r["mediation_start"], r["mediation_end"] or r["mediation_start"])),
            frozenset(r["code"]),
        )
        for r in rows.iter_rows(named=True)
    )


def texts(load: Load) -> dict[int, list[Act]]:
    """Return {UCDP conflict: signed texts}, without local ones."""
    rows = load("pax").filter(pl.col("date").is_not_null(), (pl.col("level") != "local").fill_null(True))
    ids = pl.col("conflict_id").str.extract_all(r"\d+").alias("conflict_id")
    found: dict[int, list[Act]] = defaultdict(list)
    for ident, day in rows.select(ids, "date").explode("conflict_id").drop_nulls().iter_rows():
        found[int(ident)].append(Act("pax", day, day))
    return found


def ceasefires(load: Load) -> tuple[dict[int, list[Ceasefire]], dict[int, list[Act]]]:
    """Return {UCDP conflict: ceasefires}, and {UCDP conflict: those that say that the parties talked}.

    Of the actor-rows of a ceasefire the one with the earliest recorded end counts, once for each conflict named.
    """
    rows = load("ethprio-ceasefires").sort(["end", "row"], nulls_last=True).drop_nulls("conflict_id")
    every: dict[int, list[Ceasefire]] = defaultdict(list)
    talks: dict[int, list[Act]] = defaultdict(list)
    for r in rows.unique(["ceasefire_id", "conflict_id"], keep="first", maintain_order=True).iter_rows(named=True):
        two = r["side"] in ("bilateral", "multilateral")
        still = r["ending"] == "still_on"
        every[r["conflict_id"]].append(
            Ceasefire(r["declared"], r["start"], r["end"], still and r["end"] is None, two, r["partial"] == 1)
        )
        day = r["declared"] or r["start"]
        if day is not None and (two or r["mediated"]):
            talks[r["conflict_id"]].append(Act("ethprio-ceasefires", day, day))
    return every, talks
