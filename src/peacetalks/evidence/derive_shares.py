"""Derived shares (how cases ended, Wilson 95 % interval) and lengths (quartiles) of `shares.csv` and `lengths.csv`.

Shares describe finished cases with all that is known of them by now; a class such as "1,000 deaths in some year" can
therefore not be used for a forecast. Where every length is known, quartiles are interpolated linearly between order
statistics. Where some cases are censored, a quartile is the first day on which the cumulative incidence is at or above
it; an empty cell means that the curve does not get there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence.dates import DAYS_PER_YEAR
from peacetalks.evidence.derive_curves import (
    ALL,
    FIXED,
    INTERSTATE,
    KNOWN,
    OPEN,
    SINCE_1945,
    TRAITS,
    Cases,
    Subset,
    each,
    equal,
    listed,
    share,
)
from peacetalks.evidence.endings import ENDINGS
from peacetalks.evidence.follow_up import followed, length_days, until_comprehensive, years_to_return

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARE_COLUMNS = ["table", "class", "outcome", "n", "count", "share", "low", "high"]
LENGTH_COLUMNS = ["table", "class", "n", "q25", "median", "q75"]
QUARTILES = (0.25, 0.5, 0.75)
AGES = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (4, 5), (6, 7), (8, 10), (6, 10), (11, 20), (6, 99))
EVER_WAR = Subset("1,000 deaths in some year", pl.col("war_year").is_not_null())
INTERSTATE_WAR = Subset("war_type=interstate, 1,000 deaths in some year", INTERSTATE.where & EVER_WAR.where)


def _how(table: str, label: str, outcomes: pl.Series) -> list[dict]:
    """Return one share per outcome of a class of cases; cases of unknown outcome are left out."""
    known = outcomes.drop_nulls()
    return [
        {"table": table, "class": label, "outcome": word, "count": k, **share(k, known.len())}
        for word, k in sorted(known.value_counts().iter_rows())
    ]


def _yes(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("yes")).when(condition.not_()).then(pl.lit("no"))


def share_rows(cases: Cases) -> list[dict]:
    """Return every row of `shares.csv`."""
    rows = _ceasefires(cases) + _episodes(cases) + _wars(cases) + _talks(cases)
    gone = cases("agreements").with_columns(over=_yes(pl.col("ending").is_not_null()))
    rows += [
        r
        for s in (ALL, *listed("agreements", "kind"))
        for r in _how("agreements, coded as ended", s.label, s.of(gone)["over"])
    ]
    crises = cases("crises").filter(pl.col("start_year") >= 1945)
    for s in (ALL, *listed("crises", "mediation")):
        rows += _how("crises since 1945", s.label, s.of(crises)["ending"])
    again = crises.filter(pl.col("tension").is_in(["recurred", "reduced"]))
    for s in (ALL, *each("ending", *again["ending"].unique().sort().to_list())):
        rows += _how("crises since 1945, tension", s.label, s.of(again)["tension"])
    sanctions = cases("sanctions").with_columns(pl.col("outcome").str.split(":").list.last())
    for s in each("imposed", 0, 1):
        rows += _how("sanctions", s.label, s.of(sanctions)["outcome"])
    for s in (ALL, *each("hostility", "war")):
        rows += _how("disputes", s.label, s.of(cases("disputes"))["settlement"])
    return rows + _annual_rows(cases)


def _ceasefires(cases: Cases) -> list[dict]:
    frame = cases("ceasefires").with_columns(
        fate=pl.when(pl.coalesce("end", "seen").is_not_null()).then(pl.lit("known")).otherwise(pl.lit("not_known"))
    )
    rows = []
    for s in (ALL, Subset("bi- or multilateral", pl.col("side") != "unilateral"), OPEN, FIXED, *TRAITS):
        rows += _how("ceasefires, fate", s.label, s.of(frame)["fate"])
    rows += _how("ceasefires, end known", OPEN.label, OPEN.of(frame).filter(KNOWN, pl.col("fate") == "known")["ending"])
    over = frame.filter(pl.col("ending").is_in(["expired", "superseded", "terminated"]))
    rows += _how("ceasefires, over, type of end known", FIXED.label, FIXED.of(over)["ending"])
    rows += _how("ceasefires declared, in force at some time", "all", cases("declared")["in_force"])
    quiet = cases("quiet")
    rows += _how("ceasefires, conflict active in its year and the next", "all", quiet["fighting"])
    for s in each("class", "cessation", "compliance", "definitive"):
        many = quiet.filter(s.where, pl.col("side") != "unilateral")
        rows += _how(
            "ceasefires, conflict active in its year and the next", f"bi- or multilateral, {s.label}", many["fighting"]
        )
    return rows


def _episodes(cases: Cases) -> list[dict]:
    rows = []
    ended = (
        cases("episodes")
        .filter(pl.col("end").is_not_null())
        .with_columns(back=pl.when(years_to_return() <= 5).then(pl.lit("yes")).otherwise(pl.lit("no")))
    )
    for s in (ALL, INTERSTATE, *each("war_type", "intrastate", "internationalised"), INTERSTATE_WAR, EVER_WAR):
        rows += _how("episodes", s.label, s.of(ended)["ending"])
    for s in (ALL, INTERSTATE, *each("ending", *sorted(ENDINGS))):
        rows += _how("episodes resumed within 5 calendar years", s.label, s.of(ended)["back"])
    return rows


def _wars(cases: Cases) -> list[dict]:
    """Return how interstate wars ended, and how long they lasted, by length."""
    wars, rows = cases("wars").with_columns(days=length_days()), []
    for s in (ALL, Subset("since 1945", SINCE_1945)):
        rows += _how("wars", s.label, s.of(wars)["ending"])
        for years in (1, 2, 3, 4.4):
            longer = s.of(wars).select(v=_yes(pl.col("days") > years * DAYS_PER_YEAR))["v"]
            rows += _how(f"wars that last over {years} years", s.label, longer)
        for low, high in ((0, 30), (30, 182), (182, 365), (365, 731), (731, 99999)):
            some = s.of(wars).filter(pl.col("days") > low, pl.col("days") <= high)
            rows += _how("wars, by length", f"{s.label}, {low} < days <= {high}", some["ending"])
        for low in (365, 730):
            rows += _how(
                "wars, by length", f"{s.label}, over {low} days", s.of(wars).filter(pl.col("days") > low)["ending"]
            )
    return rows


def _talks(cases: Cases) -> list[dict]:
    linked, rows = cases("mediated"), []
    for s in each("mediated", 0, 1):
        rows += _how("civil-war episodes linked to a UCDP ending", s.label, s.of(linked)["ending"])
    longer = cases("mediations").select(v=_yes(length_days() > 365))["v"]
    rows += _how("mediation efforts of over a year", "all", longer)
    for about, some in cases("questions").group_by("about", maintain_order=True):
        rows += _how("forecasting questions, came true", str(about[0]), some["outcome"])
    return rows


def _annual_rows(cases: Cases) -> list[dict]:
    """Return the share of conflict-years in which the episode ended, by age in calendar years."""
    years = cases("conflict_years")
    years = years.filter(pl.col("year") < pl.col("year").max()).with_columns(
        age=pl.col("year") - pl.col("start").dt.year() + 1
    )
    rows = []
    for s in (ALL, Subset("intensity=war", equal("intensity", "war")), INTERSTATE):
        for low, high in AGES:
            ended = years.filter(s.where & pl.col("age").is_between(low, high))["ended"]
            rows.append(
                {
                    "table": "conflict-years",
                    "class": f"{s.label}, age {low}-{high}",
                    "outcome": "ended",
                    "count": int(ended.sum()),
                    **share(int(ended.sum()), ended.len()),
                }
            )
    return rows


def _length(table: str, label: str, days: pl.Series) -> dict:
    """Return the quartiles of known lengths."""
    known = days.drop_nulls()
    quartiles = [float(q) for q in np.quantile(known.to_numpy(), QUARTILES)]
    return dict(zip(LENGTH_COLUMNS, (table, label, known.len(), *quartiles), strict=True))


def _curve_length(table: str, label: str, frame: pl.DataFrame, ends: Iterable[str]) -> dict:
    """Return the first day on which the cumulative incidence reaches each quartile; None if it does not get there."""
    chosen = followed(frame, ends)
    grid = np.unique(chosen.days)
    curve = chosen.incidence(grid).probability[:, 0]
    quartiles = [float(grid[np.argmax(curve >= q)]) if (curve >= q).any() else None for q in QUARTILES]
    return dict(zip(LENGTH_COLUMNS, (table, label, chosen.days.size, *quartiles), strict=True))


def length_rows(cases: Cases) -> list[dict]:
    """Return every row of `lengths.csv`."""
    days = length_days().alias("days")
    broken = cases("ceasefires").filter(OPEN.where, pl.col("ending") == "terminated").select(days)["days"]
    rows = [_length("ceasefires terminated by a party", "fixed_term=0", broken)]
    for s in (ALL, Subset("since 1945", SINCE_1945)):
        rows.append(_length("wars", s.label, s.of(cases("wars")).select(days)["days"]))
    efforts = cases("mediations")
    rows.append(_length("mediation efforts", "all", efforts.select(days)["days"]))
    wait = cases("first_mediations")
    rows.append(
        _length(
            "days from start of episode to first mediation",
            "mediated episodes",
            wait.filter(pl.col("cause") == 1)["days"],
        )
    )
    for s in (ALL, Subset("since 1945", pl.col("start_year") >= 1945)):
        rows.append(_length("crises", s.label, s.of(cases("crises"))["length"]))
    for end in cases("crises")["ending"].drop_nulls().unique().sort():
        rows.append(_length("crises", f"ending={end}", cases("crises").filter(equal("ending", end))["length"]))
    talks = cases("processes")
    full = until_comprehensive(talks)
    rows.append(_curve_length("processes to a substantive text", "all", talks, ("substantive",)))
    rows.append(_curve_length("processes to a comprehensive text", "all", full, ("comprehensive",)))
    for table, event in (("spells", "resumed"), ("agreements", "ended")):
        rows.append(_curve_length(f"{table} to the day {event}", "all", cases(table), (event,)))
    for s in (ALL, INTERSTATE):
        rows.append(_curve_length("episodes to any end", s.label, s.of(cases("episodes")), ENDINGS))
    return rows
