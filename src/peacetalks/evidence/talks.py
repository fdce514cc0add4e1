"""Talks, signed texts and ceasefires of each conflict by day, from four datasets.

==========================  ===========================================================================================
mediation, within a state   Civil War Mediation (`cwm`): same state, and the episode starts within `NEAR` days of UCDP's
mediation, between states   ICB: a crisis in which mediation occurred, with a main party of each side among its actors
signed texts                PA-X (`pax`): any text of the conflict but local ones, which parties of a war do not sign
ceasefires                  ETH/PRIO (`ethprio-ceasefires`): of the actor-rows the one with the earliest recorded end,
                            once for each conflict named; a sign of talks if declared by both sides, or with a mediator
==========================  ===========================================================================================

An act without a recorded day is left out.  Outside the years that a dataset covers it has no record of talks, which is
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
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.evidence.derive_cards import datasets_of
from peacetalks.evidence.typed_csv import parsed, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from peacetalks.evidence.case_tables import Load
    from peacetalks.evidence.conflict_episodes import Episode

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
CEASEFIRES_COVER = (date(1989, 1, 1), date(2020, 12, 31))  # conflicts within states only
COVERAGE = {"cwm": (1946, 2011), "icb": (1946, 2017), "pax": (1990, 2025), "ethprio-ceasefires": (1989, 2020)}
TABLE = "conflict_acts.csv"
SCHEMA: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "source": pl.String(),
    "day": pl.Date(),
    "last": pl.Date(),
    "talks": pl.Boolean(),
    "effect": pl.Date(),
    "ended": pl.Date(),
    "still_on": pl.Boolean(),
    "whole": pl.Boolean(),
}


@dataclass(frozen=True)
class Act:
    """A mediation, a signed text or a ceasefire of a conflict; what is not recorded is None."""

    id: int  # UCDP conflict
    source: str  # dataset
    day: date  # on which talks began, the text was signed or the ceasefire was declared
    last: date | None = None  # last day of a mediation
    talks: bool = True  # whether it says that the parties talked
    effect: date | None = None  # first day of a ceasefire in force
    ended: date | None = None  # last day of it
    still_on: bool | None = None  # whether it was in force at the end of coverage; None of other acts
    whole: bool | None = None  # of both sides, and not limited in area or in kind of violence

    @property
    def is_ceasefire(self) -> bool:
        """Whether it is a ceasefire."""
        return self.still_on is not None

    def talked(self, after: date, until: date) -> bool:
        """Whether the parties talked on a day after `after` and up to `until`."""
        return self.talks and self.day <= until and (self.last or self.day) > after

    def in_force(self, day: date, after: date) -> bool:
        """Whether it is both sides' whole ceasefire, took effect after `after` and is recorded as in force on a day."""
        goes_on = self.still_on if self.ended is None else self.ended > day
        return bool(self.whole and goes_on and self.effect is not None and after < self.effect <= day)


def acts(load: Load, episodes: Iterable[Episode]) -> list[Act]:
    """Return the acts of all conflicts by conflict, day and dataset."""
    found = acts_by_dataset(load, datasets_of(TABLE), list(episodes))
    return ordered(a for acts in found.values() for a in acts)


def acts_by_dataset(load: Load, have: Collection[str], episodes: list[Episode]) -> dict[str, list[Act]]:
    """Return {dataset: its acts} of the datasets that are at hand; several texts of a day say the same and count once.

    Mediation between states needs the codes of the parties, and so `ucdp-acd`.
    """
    found = {}
    if "cwm" in have:
        found["cwm"] = [*set(_efforts(load, episodes))]
    if {"icb", "icb-actors", "ucdp-acd"} <= set(have):
        found["icb"] = [*set(_crises(load, episodes))]
    if "pax" in have:
        found["pax"] = [*set(_texts(load))]
    if "ethprio-ceasefires" in have:
        found["ethprio-ceasefires"] = _ceasefires(load)
    return found


def ordered(every: Iterable[Act]) -> list[Act]:
    """Return acts in the order in which they are stored."""
    return sorted(every, key=lambda a: (a.id, *(str(getattr(a, c)) for c in ("day", *SCHEMA))))


def by_conflict(every: Iterable[Act]) -> dict[int, list[Act]]:
    """Return the acts of each conflict."""
    found: dict[int, list[Act]] = defaultdict(list)
    for act in every:
        found[act.id].append(act)
    return found


def to_csv(every: Iterable[Act]) -> str:
    """Return the acts as CSV text, which `from_csv` reads."""
    return written(pl.DataFrame([vars(a) for a in every], schema=SCHEMA), SCHEMA)


def from_csv(text: str) -> list[Act]:
    """Return the acts from CSV text; raise `EvidenceError` for text that is not such a table."""
    return [Act(**row) for row in parsed(TABLE, text, SCHEMA).iter_rows(named=True)]


def sources_of_talks(every: Iterable[Act], after: date, until: date) -> list[str]:
    """Return the datasets that record talks on a day after `after` and up to `until`."""
    return sorted({a.source for a in every if a.talked(after, until)})


def declared(every: Iterable[Act], after: date, until: date) -> int | None:
    """Return how many ceasefires were declared after `after` and up to `until`; None where not all of it is covered.

    The data cover conflicts within states: for others the answer must not be asked for.
    """
    first, last = CEASEFIRES_COVER
    if (first - after).days > 1 or until > last:
        return None
    return sum(after < a.day <= until for a in every if a.is_ceasefire)


def _efforts(load: Load, episodes: list[Episode]) -> list[Act]:
    """Return the mediations in conflicts within states."""
    rows = load("cwm").filter(pl.col("mediated"), pl.col("start").is_not_null(), pl.col("episode_start").is_not_null())
    places: dict[str, list[Episode]] = defaultdict(list)
    for e in episodes:
        for row in e.years.values():
            if row["war_type"] != "interstate" and e not in places[row["location"]]:
                places[row["location"]].append(e)
    found = []
    for r in rows.iter_rows(named=True):
        last = r["end"] if r["end"] and r["end"] > r["start"] else None
        for e in places[ALIASES.get(str(r["country"]), str(r["country"]))]:
            if abs((r["episode_start"] - e.start).days) <= NEAR:
                found.append(Act(e.conflict, "cwm", r["start"], last))
    return found


def _crises(load: Load, episodes: list[Episode]) -> list[Act]:
    """Return the mediations in conflicts between states."""
    found, crises = [], mediated_crises(load)
    for e in episodes:
        for row in e.years.values():
            sides = [{int(c) for c in (row[f"gwno_{x}"] or "").split(",") if c.strip()} for x in "ab"]
            if row["war_type"] == "interstate":
                found += [
                    Act(e.conflict, "icb", day, last)
                    for day, last, there in crises
                    if there & sides[0] and there & sides[1]
                ]
    return found


def mediated_crises(load: Load) -> tuple[tuple[date, date | None, frozenset[int]], ...]:
    """Return (first and last day of mediation, COW codes of actors and of those who triggered it) by first day."""
    system, actors = load("icb"), load("icb-actors")
    codes = pl.concat(
        [actors.select("crisis_id", code=c) for c in ("actor_code", "trigger_code")]
        + [system.select("crisis_id", code="trigger_code")]
    )
    there = codes.drop_nulls().group_by("crisis_id").agg("code")
    begun = system.filter(pl.col("mediation") == "occurred", pl.col("mediation_start").is_not_null())
    rows = begun.join(there, on="crisis_id").sort("mediation_start", "crisis_id").iter_rows(named=True)
    return tuple((r["mediation_start"], _later(r), frozenset(r["code"])) for r in rows)


def _later(r: dict[str, Any]) -> date | None:
    last, first = r["mediation_end"], r["mediation_start"]
    return last if last is not None and last > first else None


def _texts(load: Load) -> list[Act]:
    rows = load("pax").filter(pl.col("date").is_not_null(), (pl.col("level") != "local").fill_null(True))
    ids = pl.col("conflict_id").str.extract_all(r"\d+").alias("conflict_id")
    return [Act(int(i), "pax", d) for i, d in rows.select(ids, "date").explode("conflict_id").drop_nulls().iter_rows()]


def _ceasefires(load: Load) -> list[Act]:
    rows = load("ethprio-ceasefires").sort(["end", "row"], nulls_last=True).drop_nulls("conflict_id")
    found = []
    for r in rows.unique(["ceasefire_id", "conflict_id"], keep="first", maintain_order=True).iter_rows(named=True):
        day = r["declared"] or r["start"]
        two = r["side"] in ("bilateral", "multilateral")
        if day is not None:
            found.append(
                Act(
                    r["conflict_id"],
                    "ethprio-ceasefires",
                    day,
                    talks=two or bool(r["mediated"]),
                    effect=r["start"],
                    ended=r["end"],
                    still_on=r["ending"] == "still_on" and r["end"] is None,
                    whole=two and r["partial"] != 1,
                )
            )
    return found
