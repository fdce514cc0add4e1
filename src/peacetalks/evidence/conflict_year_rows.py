"""The conflict-years: a row for each episode of armed conflict and calendar year in which it was active.

A row is dated to 31 December, when the year has passed, and holds what was known then.  It is left out if the episode
was known to have ended by that day.  An end in low activity is known only when a calendar year has passed without any:
such a row stays, with `quiet` set, for nobody could leave it out that day.

====================  ===============================================================================================
episode               UCDP Conflict Termination to the last year of coded endings; where it has none (later years, and
                      conflicts added since) numbered on in UCDP's manner, a new one with each new first day
war_type, intensity   of the year, from UCDP/PRIO; `war`: whether a year of the episode so far had 1,000 deaths
population            persons in the state fought over, or in both states: the latest of up to five years to `year`
capability            summed CINC of a side's main parties, the latest of up to five years before `year`; wars between
                      states only
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

from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence import talks
from peacetalks.evidence.endings import outcome_by
from peacetalks.evidence.table_checks import check_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.evidence.case_tables import Load

MONTHS = (12, 24)
KEY = ("id", "episode", "year")
SCHEMA: dict[str, pl.DataType] = {  # the columns of the table, in order
    **dict.fromkeys(KEY, pl.Int64()),
    **dict.fromkeys(("name", "cluster", "war_type", "incompatibility", "side_a", "side_b"), pl.String()),
    "start": pl.Date(),
    "previous": pl.Int64(),
    "intensity": pl.String(),
    **dict.fromkeys(("war", "quiet", "major_power"), pl.Boolean()),
    **dict.fromkeys(("deaths", "deaths_low", "deaths_high", "population"), pl.Int64()),
    **dict.fromkeys(("capability_a", "capability_b"), pl.Float64()),
    "talks": pl.Boolean(),
    "talks_source": pl.String(),
    "ceasefires": pl.Int64(),
    "truce": pl.Boolean(),
    **dict.fromkeys(("out12", "out24"), pl.String()),
}
CARRIED = ("name", "cluster", "war_type", "incompatibility", "side_a", "side_b", "start", "previous")
OLDEST = 5  # years for which the latest figure of a state may stand
COW_CODE = {  # Gleditsch-Ward code -> the COW code of the same state from a year on
    260: (1991, 255),  # Germany
    340: (2006, 345),  # Serbia
    678: (1991, 679),  # Yemen
}
Row = dict[str, Any]


def conflict_year_rows(load: Load, majors: set[tuple[int, int]]) -> pl.DataFrame:
    """Return the conflict-years by conflict, episode and year.

    Parameters
    ----------
    load
        Function from the name of a dataset to its tidy frame.
    majors
        (conflict, year) in which a major power is a primary party.
    """
    spans = _episodes(load)
    coded_to = date(_coded_to(load), 12, 31)
    active = load("ucdp-acd").select("conflict_id", "year").unique()
    years = {k: sorted(g["year"].to_list()) for (k,), g in active.group_by("conflict_id")}
    figures = _Figures(load)
    rows = []
    for span in spans:
        resumed = next((y for y in years[span["id"]] if span["end"] and y > span["end"].year), None)
        for year, row in span["years"].items():
            day = date(year, 12, 31)
            over = span["end"] is not None and span["end"] <= day
            if over and span["ending"] not in (None, "low_activity"):
                continue
            war = any(r["intensity"] == "war" for y, r in span["years"].items() if y <= year)
            found: Row = {
                **{k: span[k] for k in ("id", "episode", "start", "previous")},
                **{k: row[k] for k in ("year", "side_a", "side_b", "war_type", "incompatibility", "intensity")},
                "name": _name(row),
                "cluster": row["location"],
                "war": war,
                "quiet": over,
                "major_power": (span["id"], year) in majors,
            }
            found |= figures.of(row, day, span["start"])
            for m in MONTHS:
                by = date(year + m // 12, 12, 31)
                unknown = by > coded_to or not span["coded"]
                unknown = unknown or (span["end"] is not None and span["end"] <= by and span["ending"] is None)
                found[f"out{m}"] = None if unknown else outcome_by(by, span["end"], span["ending"], resumed)
            rows.append(found)
    return pl.DataFrame(rows, schema_overrides=SCHEMA, infer_schema_length=None).select(*SCHEMA).sort(*KEY)


def _coded_to(load: Load) -> int:
    """Return the last calendar year in which endings are coded."""
    return load("ucdp-termination-conflict").filter("ended")["year"].max()  # type: ignore[return-value]


def _name(row: Row) -> str:
    if row["war_type"] == "interstate":
        return f"{row['side_a']} - {row['side_b']}".replace("Government of ", "")[:60]
    return f"{row['location']}: {row['territory'] or 'government'}"[:60]


def _episodes(load: Load) -> list[Row]:
    """Return the episodes, each with its first day, end and ending, how many came before, and its rows by year."""
    coded, numbers = _coded(load)
    last = load("ucdp-acd")["year"].max()
    spans: dict[int, Row] = {}
    for (conflict,), group in load("ucdp-acd").sort("conflict_id", "year").group_by("conflict_id", maintain_order=True):
        assert isinstance(conflict, int)
        span: Row | None = None
        for row in group.iter_rows(named=True):
            year = row["year"]
            number = numbers.get((conflict, year))
            if number is None and (span is None or not _goes_on(span, row)):
                used = [e for e in (*coded, *spans) if e // 100 == conflict]
                number = max(used, default=conflict * 100) + 1
                before = span["end"] if span else None
                start = row["start"] if before is None or row["start"] > before else date(year, 1, 1)
                spans[number] = {"start": start, "end": None, "ending": None, "coded": False}
            elif number is not None:
                spans.setdefault(number, coded[number] | {"coded": True})
            if number is not None:
                span = spans[number]
                span |= {"id": conflict, "episode": number}
            assert span is not None
            span.setdefault("years", {})[year] = row
            span["first_day"] = row["start"]
            if row["ended"] and span["end"] is None and year > _coded_to(load) and year < last:
                span["end"] = row["end"]
    return _numbered(list(spans.values()))


def _goes_on(span: Row, row: Row) -> bool:
    """Whether a year without a coded episode belongs to the one before it: not ended, and the same first day."""
    return (span["end"] is None or span["end"].year >= row["year"]) and span["first_day"] == row["start"]


def _coded(load: Load) -> tuple[dict[int, Row], dict[tuple[int, int], int]]:
    """Return the coded episodes (first day, end, ending), and the episode of each (conflict, year) that is in one.

    Years after the last with coded endings, and after an episode's own end, are left out.
    """
    rows = load("ucdp-termination-conflict").filter(pl.col("year") <= _coded_to(load)).sort("year")
    one = rows.group_by("episode_id", maintain_order=True).agg(
        pl.col("start").min(), pl.col("end").drop_nulls().last(), pl.col("ending").drop_nulls().last()
    )
    episodes = {r["episode_id"]: {k: r[k] for k in ("start", "end", "ending")} for r in one.iter_rows(named=True)}
    numbers = {}
    for episode, conflict, year in rows.select("episode_id", "conflict_id", "year").iter_rows():
        end = episodes[episode]["end"]
        if end is None or year <= end.year:
            numbers[conflict, year] = episode
    return episodes, numbers


def _numbered(spans: list[Row]) -> list[Row]:
    """Return the episodes with the number of earlier ones of the same conflict."""
    seen: dict[int, int] = {}
    for span in sorted(spans, key=lambda s: (s["id"], s["start"])):
        span["previous"] = seen.get(span["id"], 0)
        seen[span["id"]] = span["previous"] + 1
    return spans


def _states(codes: str | None, year: int) -> list[int]:
    """Return COW codes of the Gleditsch-Ward codes in a cell."""
    found = [int(c) for c in (codes or "").split(",") if c.strip()]
    return [COW_CODE[c][1] if c in COW_CODE and year >= COW_CODE[c][0] else c for c in found]


class _Figures:
    """Deaths, population, capability, talks and ceasefires of a conflict at the end of a year."""

    def __init__(self, load: Load) -> None:
        deaths = load("conflict-deaths").select("conflict_id", "year", "deaths", "deaths_low", "deaths_high")
        self.deaths = {(r["conflict_id"], r["year"]): r for r in deaths.iter_rows(named=True)}
        states = load("nmc").select("state_code", "year", "population", "share")
        self.states = {(r["state_code"], r["year"]): r for r in states.iter_rows(named=True)}
        self.efforts = talks.efforts(load)
        self.crises = talks.mediated_crises(load)
        self.texts = talks.texts(load)
        self.ceasefires, self.truce_talks = talks.ceasefires(load)

    def of(self, row: Row, day: date, start: date) -> Row:
        """Return the columns of a row at a day; `start` is the first day of the episode."""
        conflict, year = row["conflict_id"], row["year"]
        inter = row["war_type"] == "interstate"
        sides = {x: _states(row[f"gwno_{x}"], year) for x in "ab"}
        place = sides["a"] + sides["b"] if inter else _states(row["gwno_location"], year)
        population = self._sum(place, year, "population")
        deaths = self.deaths.get((conflict, year), {})
        sources = self._talks(row, sides, day, start)
        return {
            **{k: deaths.get(k) for k in ("deaths", "deaths_low", "deaths_high")},
            "population": None if population is None else round(population * 1000),
            **{f"capability_{x}": self._sum(sides[x], year - 1, "share") if inter else None for x in "ab"},
            "talks": bool(sources),
            "talks_source": ", ".join(sorted(sources)) or None,
            **self._ceasefires(conflict, inter, day, start),
        }

    def _sum(self, codes: Iterable[int], year: int, column: str) -> float | None:
        """Return the sum over states of the latest figure of up to `OLDEST` years; None if one has none."""
        found = []
        for code in codes:
            past = (self.states.get((code, y), {}).get(column) for y in range(year, year - OLDEST, -1))
            found.append(next((v for v in past if v is not None), None))
        return round(sum(found), 6) if found and None not in found else None

    def _talks(self, row: Row, sides: dict[str, list[int]], day: date, start: date) -> set[str]:
        """Return the datasets that record talks within the twelve months before."""
        after = date(day.year - 1, 12, 31)
        acts = [*self.texts[row["conflict_id"]], *self.truce_talks[row["conflict_id"]]]
        if row["war_type"] == "interstate":
            acts += [a for a, there in self.crises if there & set(sides["a"]) and there & set(sides["b"])]
        else:
            near = timedelta(talks.NEAR)
            acts += [a for began, a in self.efforts[row["location"]] if abs(began - start) <= near]
        return {a.source for a in acts if a.within(after, day)}

    def _ceasefires(self, conflict: int, inter: bool, day: date, start: date) -> Row:
        first, last = talks.CEASEFIRES_COVER
        after = date(day.year - 3, 12, 31)
        found = self.ceasefires[conflict]
        began = [c.declared or c.start for c in found]
        count = sum(after < d <= day for d in began if d is not None)
        this_year = [c for c in found if c.start is not None and c.start.year == day.year and c.start >= start]
        return {
            "ceasefires": None if inter or after < first - timedelta(1) or day > last else count,
            "truce": None if inter or not first <= day <= last else any(c.in_force(day) for c in this_year),
        }


def to_csv(frame: pl.DataFrame) -> str:
    """Return the conflict-years as CSV text, which `from_csv` reads.

    A cell of the columns `CARRIED` that is as in the row before, of the same episode, is empty; yes and no are 1 and 0.
    """
    again = pl.col("episode") == pl.col("episode").shift()
    short = [pl.when(~(again & (pl.col(c) == pl.col(c).shift())).fill_null(False)).then(c).alias(c) for c in CARRIED]
    flags = [pl.col(c).cast(pl.Int8) for c, t in SCHEMA.items() if t == pl.Boolean]
    return frame.with_columns(*short, *flags).write_csv()


def from_csv(text: str) -> pl.DataFrame:
    """Return the conflict-years from CSV text; raise `EvidenceError` for text that is not such a table."""
    try:
        raw = pl.read_csv(BytesIO(text.encode()), infer_schema_length=0)
        typed = raw.select(_cell(c, t) for c, t in SCHEMA.items())
    except pl.exceptions.PolarsError as e:
        raise EvidenceError(f"conflict_years.csv: {str(e).splitlines()[0]:.200}: make the table anew.") from None
    frame = typed.with_columns(pl.col(c).forward_fill().over("episode") for c in CARRIED)
    check_keys("conflict_years.csv", frame.select(KEY).to_dicts(), KEY)
    return frame


def _cell(column: str, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Date:
        return pl.col(column).str.to_date("%Y-%m-%d")
    return pl.col(column).cast(pl.Int8).cast(pl.Boolean) if kind == pl.Boolean else pl.col(column).cast(kind)
