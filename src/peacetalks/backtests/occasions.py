"""Occasions: at which past dates which question could have been asked of which case, and what came true.

An occasion is a case at a date. What a forecast may use is what was known the day before it; what it is scored on is
the outcome by date + horizon, as it is recorded today. Three families, from the committed case tables only:

==========  ================================================================================================
ceasefires  asked on the first day of each ceasefire. Broken = ended by a party within h days; a truce that expires
            or is replaced first was not broken by then
episodes    asked every 1 January of each armed conflict believed to go on (that fighting has faded is known only a
            calendar year later, so some of these had ended in silence; they count as they then turned out)
processes   asked at the first text of a peace process and each year after it, up to five, while no substantive
            (partial or comprehensive) agreement has been signed
==========  ================================================================================================

An occasion without an outcome keeps a reason: a fate that nobody recorded is neither "held" nor "broken", and a
horizon that runs past the end of the data is not "no". Such rows are counted, not scored (`bound` asks what if).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from peacetalks.evidence.case_tables import CEASEFIRES_TO, EPISODES_TO, PROCESSES_TO
from peacetalks.evidence.tables import read_cases

Ints = NDArray[np.int64]
Tables = Mapping[str, pl.DataFrame]
KINDS = ("ceasefires", "episodes", "processes")
DAYS, YEARS, TALK_YEARS = (7, 30, 90, 365), (1, 2, 5), (1, 2)
ASKED_AGAIN = 5  # years after the first text in which a process is asked about
PAST = "the horizon runs past the end of the data"
FATE = "fate not recorded (end, or its day)"
HOW = "ended by then, how is not recorded"
NEVER = "declared but never in force"


@dataclass(frozen=True)
class Question:
    """What is asked: labels in order, the one that says that nothing changed, and the one that classes differ in."""

    key: str
    title: str
    labels: tuple[str, ...]
    same: int  # label of "no change"
    family: str
    horizon: str

    @property
    def binary(self) -> bool:
        """Whether it is a yes-or-no question (label 1 is yes)."""
        return len(self.labels) == 2


@dataclass(frozen=True)
class Occasions:
    """The occasions of one question; all arrays [row], days are counted from 1 January 1970."""

    question: Question
    name: NDArray[np.str_]
    cluster: NDArray[np.str_]
    made: Ints  # day of the forecast
    known: Ints  # day from which the outcome can teach: the end of the horizon, and a year more where coding needs it
    outcome: Ints  # number of the label, -1 unknown
    reason: NDArray[np.str_]  # why the outcome is unknown, else ""
    classes: NDArray[np.str_]  # reference class, from what was known the day before

    def bound(self, label: int) -> Occasions:
        """Return the occasions with every unrecorded fate taken to be `label`: a bound on what was not recorded."""
        lost = np.isin(self.reason, (FATE, HOW))
        return replace(self, outcome=np.where(lost, label, self.outcome), reason=np.where(lost, "", self.reason))


def day_number(value: date) -> int:
    """Return days since 1 January 1970."""
    return (value - date(1970, 1, 1)).days


def occasions(tables: Tables | None = None) -> list[Occasions]:
    """Return the occasions of every question; `tables` (default: the committed ones) are case tables by kind."""
    given = {k: read_cases(k) for k in KINDS} if tables is None else dict(tables)
    makers: list[tuple[str, Callable[[pl.DataFrame], list[Occasions]]]] = [
        ("ceasefires", ceasefires),
        ("episodes", episodes),
        ("processes", processes),
    ]
    return [o for kind, make in makers if kind in given for o in make(given[kind])]


def _days(frame: pl.DataFrame, column: str, missing: int) -> Ints:
    return frame[column].cast(pl.Int32).fill_null(missing).to_numpy().astype(np.int64)


def _text(frame: pl.DataFrame, column: str) -> NDArray[np.str_]:
    return frame[column].fill_null("?").cast(pl.String).to_numpy().astype(str)


FAR = 10**6  # a day that never comes


def ceasefires(frame: pl.DataFrame) -> list[Occasions]:
    """Return the occasions of "is the ceasefire broken within h days" for each horizon."""
    frame = frame.sort("start", "id")
    start, end, seen = (_days(frame, c, FAR if c != "seen" else -FAR) for c in ("start", "end", "seen"))
    how = _text(frame, "ending")
    fixed = frame["fixed_term"].replace_strict({1: "fixed term", 0: "open-ended"}, default="term unknown")
    side = pl.when(frame["side"] == "unilateral").then(pl.lit("one side")).otherwise(pl.lit("joint"))
    helped = frame["mediated"].replace_strict({1: "mediated", 0: "not mediated"}, default="mediation unknown")
    classes = frame.select(pl.concat_str(fixed, side, helped, separator=", ").alias("c"))
    out = []
    for h in DAYS:
        by = start + h
        over = end <= by
        broken = over & (how == "terminated")
        held = (over & np.isin(how, ("superseded", "expired"))) | (end > by) & (end < FAR) | (seen >= by)
        outcome = np.where(broken, 1, np.where(held, 0, -1))
        reason = np.where(outcome >= 0, "", np.where(over, HOW, FATE))
        past = by > day_number(CEASEFIRES_TO)
        never = how == "never_in_force"
        reason = np.where(never, NEVER, np.where(past, PAST, reason))
        q = Question(
            f"ceasefire-broken-{h}d",
            f"ceasefire broken within {h} days",
            ("holds", "broken"),
            0,
            "ceasefires",
            f"{h} days",
        )
        out.append(
            Occasions(
                q,
                _text(frame, "name"),
                _text(frame, "cluster"),
                start,
                by,
                np.where(reason == "", outcome, -1),
                reason,
                _text(classes, "c"),
            )
        )
    return out


SETTLED, FADED = ("agreement", "ceasefire"), ("low_activity", "actor_ceases")
HOW_LABELS = ("settled", "faded", "goes on", "won by force")  # as the three ends: peace, nowhere twice, more conflict
WHEN_LABELS = ("within 1 year", "in the 2nd year", "in years 3 to 5", "later")


def episodes(frame: pl.DataFrame) -> list[Occasions]:
    """Return the occasions of "does the conflict end", "how" and "when" for each 1 January."""
    rows = pl.concat([_believed(frame, year) for year in range(1947, EPISODES_TO.year + 1)]).sort("made", "id")
    out = [_episode_question(rows, "ends", h) for h in YEARS] + [_episode_question(rows, "how", h) for h in YEARS]
    return [*out, _episode_question(rows, "when", max(YEARS))]


def _believed(frame: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the episodes believed to go on at the start of a year, with their class as it was known then."""
    eve = date(year - 1, 12, 31)
    quiet = pl.date(pl.col("end").dt.year() + 1, 12, 31)
    known_on = pl.when(pl.col("ending") == "low_activity").then(quiet).otherwise(pl.col("end"))
    there = frame.filter(pl.col("start") <= eve, known_on.is_null() | (known_on > eve))
    age = (pl.lit(eve) - pl.col("start")).dt.total_days() / 365.25
    band = (
        pl.when(age < 1)
        .then(pl.lit("first year"))
        .when(age < 3)
        .then(pl.lit("1 to 3 years"))
        .otherwise(pl.lit("older"))
    )
    war = pl.when(pl.col("war_year") <= eve.year).then(pl.lit("war")).otherwise(pl.lit("minor"))
    kind = pl.when(pl.col("war_type") == "interstate").then(pl.lit("interstate")).otherwise(pl.lit("civil"))
    return there.select(
        "id",
        "name",
        "cluster",
        "end",
        "ending",
        made=pl.lit(date(year, 1, 1)),
        classes=pl.concat_str(kind, war, band, separator=", "),
    )


def _episode_question(rows: pl.DataFrame, what: str, years: int) -> Occasions:
    made, end, how = _days(rows, "made", 0), _days(rows, "end", FAR), _text(rows, "ending")
    first = rows["made"].dt.year().to_numpy()
    by = {h: _year_ends(first + h - 1) for h in YEARS}
    over = end <= by[years]
    span = f"{years} year" + "s" * (years > 1)
    if what == "ends":
        q = Question(
            f"conflict-ends-{years}y", f"conflict ends within {span}", ("goes on", "ends"), 0, "episodes", span
        )
        outcome = over.astype(int)
    elif what == "how":
        q = Question(f"conflict-how-{years}y", f"how it stands after {span}", HOW_LABELS, 2, "episodes", span)
        outcome = np.where(~over, 2, np.where(np.isin(how, SETTLED), 0, np.where(np.isin(how, FADED), 1, 3)))
    else:
        q = Question("conflict-when", "when it ends", WHEN_LABELS, 3, "episodes", span)
        outcome = sum((end > by[h]).astype(int) for h in YEARS)
    past = by[years] > day_number(EPISODES_TO)
    reason = np.where(past, PAST, "")
    return Occasions(
        q,
        _text(rows, "name"),
        _text(rows, "cluster"),
        made,
        _year_ends(first + years),
        np.where(past, -1, outcome),
        reason,
        _text(rows, "classes"),
    )


def _year_ends(years: NDArray) -> Ints:
    """Return the day number of 31 December of each year."""
    return (np.asarray(years - 1969, "datetime64[Y]").astype("datetime64[D]").astype(np.int64)) - 1


def processes(frame: pl.DataFrame) -> list[Occasions]:
    """Return the occasions of "substantive agreement within h years"."""
    parts = []
    for k in range(ASKED_AGAIN + 1):
        made = pl.col("start").dt.offset_by(f"{round(365.25 * k)}d")
        band = "first year" if k == 0 else "1 to 2 years" if k < 3 else "3 to 5 years"
        rows = frame.with_columns(made=made, classes=pl.concat_str("level", pl.lit(band), separator=", "))
        parts.append(
            rows.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("made")), pl.col("made") <= PROCESSES_TO)
        )
    rows = pl.concat(parts).sort("made", "id")
    out = []
    for years in TALK_YEARS:
        made, end = _days(rows, "made", 0), _days(rows, "end", FAR)
        by = made + round(365.25 * years)
        past = by > day_number(PROCESSES_TO)
        span = f"{years} year" + "s" * (years > 1)
        q = Question(
            f"talks-substantive-{years}y",
            f"substantive agreement within {span}",
            ("not yet", "agreed"),
            0,
            "processes",
            span,
        )
        out.append(
            Occasions(
                q,
                _text(rows, "name"),
                _text(rows, "cluster"),
                made,
                by,
                np.where(past, -1, end <= by),
                np.where(past, PAST, ""),
                _text(rows, "classes"),
            )
        )
    return out
