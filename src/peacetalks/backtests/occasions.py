"""Occasions: at which past dates which question could have been asked of which case, and what came true.

An occasion is a case at a date. A forecast may use what was known the day before it; it is scored on the outcome by
date + horizon, as it is recorded today. There are three families, from the committed case tables only:

==========  ================================================================================================
ceasefires  asked on the first day of each ceasefire. Broken = ended by a party within h days; a truce that expires
            or is replaced first was not broken by then
episodes    asked every 1 January of each armed conflict believed to go on. Low activity is known only a calendar
            year later, so some of these had ended already; they are scored on what they turned out to be
processes   asked at the first text of a peace process and each year after it, up to five, while no substantive
            (partial or comprehensive) agreement has been signed
==========  ================================================================================================

An occasion without an outcome carries a reason: an unrecorded fate is neither "held" nor "broken", and a horizon that
runs past the end of the data is not "no". Such rows are counted and not scored (`Occasions.bound` bounds their effect).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.backtests.negotiations import WAR_KIND
from peacetalks.evidence.case_tables import CEASEFIRES_TO, EPISODES_TO, PROCESSES_TO
from peacetalks.evidence.dates import DAYS_PER_YEAR
from peacetalks.evidence.endings import FADED, SETTLED
from peacetalks.evidence.follow_up import end_known_on
from peacetalks.evidence.tables import read_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Ints

DAYS, YEARS, TALK_YEARS = (7, 30, 90, 365), (1, 2, 5), (1, 2)
ASKED_AGAIN = 5  # years after the first text in which the question is asked of a process
FAR = 10**6  # a day that never comes
HOW_LABELS = ("settled", "faded", "goes on", "won by force")  # in the order peace, nowhere twice, more conflict
WHEN_LABELS = ("within 1 year", "in the 2nd year", "in years 3 to 5", "later")
PAST = "the horizon runs past the end of the data"
FATE = "fate not recorded (end, or its day)"
HOW = "ended by then, how is not recorded"
NEVER = "declared but never in force"


@dataclass(frozen=True)
class Question:
    """What is asked."""

    key: str
    title: str
    labels: tuple[str, ...]  # the answers, in order
    same: int  # number of the label of the status quo
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
    name: NDArray[np.str_]  # of the case
    cluster: NDArray[np.str_]  # state, conflict or process
    made: Ints  # day of the forecast
    known: Ints  # day on which the outcome was known: the end of the horizon, and a year more where coding needs it
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


def day_of(number: int) -> date:
    """Return the day with a `day_number`.

    >>> day_of(day_number(date(2004, 2, 29)))
    datetime.date(2004, 2, 29)
    """
    return date(1970, 1, 1) + timedelta(int(number))


def occasions() -> list[Occasions]:
    """Return the occasions of every question, from the committed case tables."""
    makers: dict[str, Callable[[pl.DataFrame], list[Occasions]]] = {
        "ceasefires": ceasefires,
        "episodes": episodes,
        "processes": processes,
    }
    return [o for kind, make in makers.items() for o in make(read_cases(kind))]


def _days(frame: pl.DataFrame, column: str, missing: int) -> Ints:
    return frame[column].cast(pl.Int32).fill_null(missing).to_numpy().astype(np.int64)


def _text(frame: pl.DataFrame, column: str) -> NDArray[np.str_]:
    return frame[column].fill_null("?").cast(pl.String).to_numpy().astype(str)


def _text_years(years: int) -> str:
    return f"{years} year" + "s" * (years > 1)


def _occasions(q: Question, rows: pl.DataFrame, made: Ints, known: Ints, outcome: Ints, reason: NDArray) -> Occasions:
    """Return the occasions of rows with `name`, `cluster` and `classes`; an outcome with a reason against it is -1."""
    texts = (_text(rows, "name"), _text(rows, "cluster"))
    return Occasions(q, *texts, made, known, np.where(reason == "", outcome, -1), reason, _text(rows, "classes"))


def ceasefires(frame: pl.DataFrame) -> list[Occasions]:
    """Return the occasions of "is the ceasefire broken within h days" for each horizon."""
    frame = frame.sort("start", "id")
    start, end, seen = (_days(frame, c, FAR if c != "seen" else -FAR) for c in ("start", "end", "seen"))
    how = _text(frame, "ending")
    fixed = frame["fixed_term"].replace_strict({1: "fixed term", 0: "open-ended"}, default="term unknown")
    side = pl.when(frame["side"] == "unilateral").then(pl.lit("one side")).otherwise(pl.lit("joint"))
    helped = frame["mediated"].replace_strict({1: "mediated", 0: "not mediated"}, default="mediation unknown")
    rows = frame.with_columns(classes=pl.concat_str(fixed, side, helped, separator=", "))
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
        out.append(_occasions(q, rows, start, by, outcome, reason))
    return out


def episodes(frame: pl.DataFrame) -> list[Occasions]:
    """Return the occasions of "does the conflict end", "how" and "when" for each 1 January."""
    rows = pl.concat([_believed(frame, year) for year in range(1947, EPISODES_TO.year + 1)]).sort("made", "id")
    out = [_episode_question(rows, "ends", h) for h in YEARS] + [_episode_question(rows, "how", h) for h in YEARS]
    return [*out, _episode_question(rows, "when", max(YEARS))]


def _believed(frame: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the episodes believed to go on at the start of a year, with their class as it was known then."""
    eve = date(year - 1, 12, 31)
    known_on = end_known_on()
    there = frame.filter(pl.col("start") <= eve, known_on.is_null() | (known_on > eve))
    age = (pl.lit(eve) - pl.col("start")).dt.total_days() / DAYS_PER_YEAR
    band = (
        pl.when(age < 1)
        .then(pl.lit("first year"))
        .when(age < 3)
        .then(pl.lit("1 to 3 years"))
        .otherwise(pl.lit("older"))
    )
    war = pl.when(pl.col("war_year") <= eve.year).then(pl.lit("war")).otherwise(pl.lit("minor"))
    return there.select(
        "id",
        "name",
        "cluster",
        "end",
        "ending",
        made=pl.lit(date(year, 1, 1)),
        classes=pl.concat_str(WAR_KIND, war, band, separator=", "),
    )


def _episode_question(rows: pl.DataFrame, what: str, years: int) -> Occasions:
    """Return the occasions of one question ("ends", "how" or "when") over so many years."""
    made, end, how = _days(rows, "made", 0), _days(rows, "end", FAR), _text(rows, "ending")
    first = rows["made"].dt.year().to_numpy()
    by = {h: _year_ends(first + h - 1) for h in YEARS}
    over = end <= by[years]
    span = _text_years(years)
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
        outcome = np.sum([end > by[h] for h in YEARS], axis=0)
    reason = np.where(by[years] > day_number(EPISODES_TO), PAST, "")
    return _occasions(q, rows, made, _year_ends(first + years), outcome, reason)


def _year_ends(years: NDArray) -> Ints:
    """Return the day number of 31 December of each year."""
    return (np.asarray(years - 1969, "datetime64[Y]").astype("datetime64[D]").astype(np.int64)) - 1


def processes(frame: pl.DataFrame) -> list[Occasions]:
    """Return the occasions of "substantive agreement within h years"."""
    parts = []
    for k in range(ASKED_AGAIN + 1):
        made = pl.col("start").dt.offset_by(f"{round(DAYS_PER_YEAR * k)}d")
        band = "first year" if k == 0 else "1 to 2 years" if k < 3 else "3 to 5 years"
        rows = frame.with_columns(made=made, classes=pl.concat_str("level", pl.lit(band), separator=", "))
        parts.append(
            rows.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("made")), pl.col("made") <= PROCESSES_TO)
        )
    rows = pl.concat(parts).sort("made", "id")
    out = []
    for years in TALK_YEARS:
        made, end = _days(rows, "made", 0), _days(rows, "end", FAR)
        by = made + round(DAYS_PER_YEAR * years)
        span = _text_years(years)
        q = Question(
            f"talks-substantive-{years}y",
            f"substantive agreement within {span}",
            ("not yet", "agreed"),
            0,
            "processes",
            span,
        )
        reason = np.where(by > day_number(PROCESSES_TO), PAST, "")
        out.append(_occasions(q, rows, made, by, (end <= by).astype(int), reason))
    return out
