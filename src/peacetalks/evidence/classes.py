"""Reference classes: which cases of a kind count, and what was known of them at a date.

A reference class is written as conditions joined by commas, ``war_type=interstate, intensity=war, reached=3y``:

=================  ====================================================================================
column=value       a covariate of the kind's table (``!=``, ``>=``, ``<=`` work too; null never matches); words may be
                   given as alternatives, ``war_type=intrastate|internationalised``
intensity=war      episodes: 1,000 battle deaths in a calendar year that was over at the age `reached`; without
                   `reached` the clock starts on the 1 January on which that was first known
reached=3y         only cases still going on at that age, from which days are then counted (d, w, m, y)
since=1945         began in that year or later; ``until=1945`` began in that year or earlier
interstate         a name for a condition (`names`), such as civil, war, mediated
=================  ====================================================================================

The *clock* of a class is the day from which its days are counted: the start of the case, the age `reached`, or the day
on which war was known. This is a landmark analysis: only cases still going on when the clock starts count.
`reached`, `since`, `until` and a clock that starts at war are the *scope* of a class. Its parent class, to which its
rates are shrunk, has the same scope and no other condition.

A condition uses what was known when the clock starts: a war that reached 1,000 deaths in its fifth year is not in
the class ``intensity=war, reached=2y``. What is known only at the end of a case (its length, deaths, outcome) is not a
covariate. `mediation` and `violence` of crises are coded for the whole crisis: they describe it and are no basis for a
forecast.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.evidence.asof import known_at
from peacetalks.evidence.dates import as_date, duration
from peacetalks.evidence.follow_up import followed_days
from peacetalks.evidence.names import condition
from peacetalks.evidence.tables import read_cases
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from datetime import date

SCOPE = ("reached", "since", "until")
NO_COVARIATES = (
    "id", "name", "cluster", "start", "end", "seen", "ended_by", "days", "resumed", "war_year", "comprehensive",
    "ending", "outcome", "start_year", "end_year", "tension", "deaths", "length", "episode_start", "episode_end",
)  # fmt: skip
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}
CONDITION = re.compile(r"^\s*([a-z_]+)\s*(!=|>=|<=|=)\s*(.+?)\s*$")


Where: TypeAlias = "CaseFilter | Mapping[str, object] | Sequence[str] | str | None"


@dataclass(frozen=True)
class Condition:
    """One condition: covariate, operator, value as text."""

    column: str
    sign: str
    value: str

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.column}{self.sign}{self.value}"

    @property
    def values(self) -> list[str]:
        """The alternatives that ``=`` allows."""
        return [v.strip() for v in self.value.split("|")] if self.sign == "=" else [self.value]


@dataclass(frozen=True)
class CaseFilter:
    """A reference class of one kind of case: covariate conditions within a scope (see the module)."""

    kind: str
    conditions: tuple[Condition, ...] = ()
    reached: int = 0  # days
    since: int | None = None  # first year in which a case may begin
    until: int | None = None  # last year in which a case may begin

    @classmethod
    def parse(cls, kind: str, where: Where = None) -> CaseFilter:
        """Return the class that `where` describes.

        `where` is text, a list of names and conditions, a mapping {column: value}, a `CaseFilter`, or None for all
        cases. Raises `EvidenceError` for an unknown name, covariate or value.

        >>> CaseFilter.parse("episodes", "war_type=interstate, reached=2y").reached
        730
        >>> str(CaseFilter.parse("episodes", ["interstate", "territory"]))
        'war_type=interstate, incompatibility=territory'
        """
        if isinstance(where, CaseFilter):
            return where
        if isinstance(where, Mapping):
            parts = [f"{k}={v}" for k, v in where.items()]
        else:
            text = where if isinstance(where, str) else ",".join(where or ())
            parts = [p.strip() for p in text.split(",") if p.strip()]
        parts = [c for p in parts if (c := condition(kind, p))]
        conditions = [_condition(kind, p) for p in parts]
        scope = {c.column: c.value for c in conditions if c.column in SCOPE}
        years = {k: _year(k, scope[k]) for k in ("since", "until") if k in scope}
        return cls(
            kind, tuple(c for c in conditions if c.column not in SCOPE), duration(scope.get("reached", "0d")), **years
        )

    @property
    def parent(self) -> CaseFilter:
        """The class of the same scope and clock without covariates."""
        clock = () if self.reached else tuple(dict.fromkeys(c for c in self.conditions if _at_war(c)))
        return CaseFilter(self.kind, clock, self.reached, self.since, self.until)

    @property
    def own(self) -> tuple[Condition, ...]:
        """The conditions that the parent class does not have."""
        return tuple(c for c in self.conditions if c not in self.parent.conditions)

    def narrowed(self, other: CaseFilter) -> CaseFilter:
        """Return the class of `other` within this one: the conditions of both, the scope of `other`."""
        return CaseFilter(self.kind, self.conditions + other.conditions, other.reached, other.since, other.until)

    def apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the cases of the class in a case table; `start` becomes the day on which the clock starts."""
        for c in self.conditions:
            if c.column != "intensity":
                frame = frame.filter(_expression(c, self.kind, frame.schema[c.column]))
        known = {"start": pl.col("start").dt.year(), "start_year": pl.col("start_year")}
        year = pl.coalesce([e for c, e in known.items() if c in frame.columns])
        if self.since is not None:
            frame = frame.filter(year >= self.since)
        if self.until is not None:
            frame = frame.filter(year <= self.until)
        frame = self._clocked(frame) if "start" in frame.columns else frame
        if "war_year" not in frame.columns:
            return frame
        frame = with_intensity(frame)
        for c in self.conditions:
            if c.column == "intensity":
                frame = frame.filter(_expression(c, self.kind, pl.String()))
        return frame

    def _clocked(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Move `start` to the age reached, or to the day on which war was known, and keep what still goes on then."""
        if self.reached:
            later = pl.col("start").dt.offset_by(f"{self.reached}d")
        elif any(_at_war(c) for c in self.conditions):
            later = pl.max_horizontal("start", pl.date(pl.col("war_year") + 1, 1, 1))
        else:
            return frame
        return frame.filter(pl.coalesce("end", "seen") >= later).with_columns(start=later)

    def __str__(self) -> str:
        """Return the class as it would be written."""
        scope = [f"reached={self.reached}d"] if self.reached else []
        scope += [f"{k}={v}" for k, v in (("since", self.since), ("until", self.until)) if v is not None]
        return ", ".join([*map(str, self.conditions), *scope]) or "all"


def cases(kind: str, where: Where = None, as_of: date | str | None = None) -> pl.DataFrame:
    """Return the cases of a reference class.

    Parameters
    ----------
    kind
        ceasefires, spells, agreements, processes, mediations, episodes, wars, crises or sanctions.
    where
        The reference class (see the module and `names`), such as ``"interstate, reached=3y"``; None for all cases.
    as_of
        A date or ISO text; nothing dated later, or codable only later, is used. None uses all that is recorded.

    Returns
    -------
    polars.DataFrame
        The case table (see `case_tables`), with `days` from where the clock of the class starts to the end, or to the
        last day of follow-up. Sanctions are dated by year only and have no `days`.

    Raises
    ------
    EvidenceError
        For an unknown kind, name, covariate or value, or a malformed date.

    Examples
    --------
    >>> cases("wars", "major_power=1, since=1945").height
    12
    """
    frame = prepared(kind, as_of)
    chosen = CaseFilter.parse(kind, where).apply(frame)
    return chosen.with_columns(days=followed_days()) if "start" in chosen.columns else chosen


def prepared(kind: str, as_of: date | str | None = None) -> pl.DataFrame:
    """Return the committed cases of a kind as they were known at a date (None: all that is recorded)."""
    return known_at(read_cases(kind), as_date(as_of))


def with_intensity(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `intensity` to episodes: war if a calendar year of 1,000 deaths was over on the day `start`, else minor."""
    if "war_year" not in frame.columns:
        return frame
    over = (pl.col("war_year") < pl.col("start").dt.year()).fill_null(False)
    war = pl.when(over).then(pl.lit("war")).otherwise(pl.lit("minor"))
    return frame.with_columns(intensity=war)


def _at_war(c: Condition) -> bool:
    return c.column == "intensity" and (c.sign, c.value) in (("=", "war"), ("!=", "minor"))


def _year(key: str, text: str) -> int:
    if not re.fullmatch(r"\d{4}", text):
        raise EvidenceError(f"{key}={text}: write a year of four digits.")
    return int(text)


def _condition(kind: str, text: str) -> Condition:
    found = CONDITION.match(text)
    if not found:
        raise EvidenceError(f"condition {shorten(text.strip())} of {kind}: write column=value, such as mediated=1.")
    known = [c for c in with_intensity(read_cases(kind)).columns if c not in NO_COVARIATES] + list(SCOPE)
    if found[1] not in known:
        raise EvidenceError(f"{kind} have no covariate {shorten(found[1])}. {suggestion(found[1], known)}")
    return Condition(found[1], found[2], found[3])


def _expression(c: Condition, kind: str, held: pl.DataType) -> pl.Expr:
    column = pl.col(c.column)
    if held == pl.String:
        known, values = read_values(kind, c.column), c.values
        wrong = next((v for v in values if v not in known), None)
        if wrong is not None:
            raise EvidenceError(f"{c.column} is never {shorten(wrong)}. {suggestion(wrong, known)}")
        return column.is_in(values) if c.sign == "=" and len(values) > 1 else OPERATORS[c.sign](column, c.value)
    words = {"yes": 1, "no": 0, "true": 1, "false": 0}
    try:
        word = c.value.lower()
        return OPERATORS[c.sign](column, words[word] if word in words else int(c.value))
    except ValueError:
        raise EvidenceError(f"{c.column}={c.value}: write a whole number, or yes or no.") from None


def read_values(kind: str, column: str) -> list[str]:
    """Return every value that a text covariate of a kind takes in the committed cases, sorted.

    >>> read_values("episodes", "intensity")
    ['minor', 'war']
    """
    if column == "intensity":
        return ["minor", "war"]
    return read_cases(kind)[column].drop_nulls().unique().sort().to_list()
