"""The typical conflict of a class: the middle of the conflict-years of its kind and intensity, as known at a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.conflicts.conflict import Conflict
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.errors import EmptyClass, EvidenceError
from peacetalks.evidence.dates import DAYS_PER_YEAR
from peacetalks.evidence.local_tables import version

if TYPE_CHECKING:
    from peacetalks.conflicts.conflict import Kind, State

FEW = 5  # conflict-years below which a class is widened
POPULATION = 1e7  # persons: only deaths per head count


@dataclass(frozen=True)
class TypicalConflict:
    """A made conflict that stands in the middle of its class, and how many conflict-years that is."""

    conflict: Conflict
    rows: int
    description: str  # the class in words


def typical_conflict(kind: Kind, intensity: str | None, state: State, as_of: date) -> TypicalConflict:
    """Return the typical conflict of a class at a date.

    Parameters
    ----------
    kind : "civil" or "interstate"
    intensity : "minor", "war" or None
        Of the last calendar year; None: either.
    state : "fighting", "truce" or "settlement"
        In which the typical conflict stands at the date.
    as_of : date
        Conflict-years dated later do not count.

    Returns
    -------
    TypicalConflict
        Age, deaths per head, ceasefires and the stronger side's share of capability (side A's, between states) at
        their medians over the conflict-years that are known; talks and what is fought over as in most of them.  With
        fewer than `FEW` conflict-years of the kind and intensity all of the kind count, and with fewer of these all.

    Raises
    ------
    EvidenceError
        The state is a crisis or over: the conflict-years hold fighting only.
    EmptyClass
        No conflict-year is known at the date.

    Examples
    --------
    >>> t = typical_conflict("civil", "minor", "fighting", date(2019, 12, 31))
    >>> t.conflict.talks, t.rows > 1000, 2 < t.conflict.age < 10
    (False, True, True)
    """
    return _typical_conflict(kind, intensity, state, as_of, version())


@lru_cache(maxsize=256)
def _typical_conflict(kind: Kind, intensity: str | None, state: State, as_of: date, tables: str) -> TypicalConflict:
    """Return `typical_conflict`; `tables` is the version of the tables that are read, on which the cache depends."""
    if state not in ("fighting", "truce", "settlement"):
        raise EvidenceError(f"the conflict-years hold fighting, not crises short of war: the state is {state!r}")
    every = conflict_years(as_of).filter(pl.col("war_type") != "extrasystemic")
    of_kind = every.filter(pl.col("kind") == kind)
    narrow = of_kind if intensity is None else of_kind.filter(pl.col("intensity") == intensity)
    words = "civil conflict" if kind == "civil" else "interstate conflict"
    named = (
        words if intensity is None else {"war": f"{words} at the level of war", "minor": f"minor {words}"}[intensity]
    )
    choices = ((narrow, named), (of_kind, words), (every, "armed conflict"))
    rows, named = next((c for c in choices if c[0].height >= FEW), choices[-1])
    if rows.is_empty():
        raise EmptyClass(f"no conflict-year is known by {as_of.isoformat()}: there is no typical case to compare with")
    return TypicalConflict(_middle(rows, kind, intensity, state, as_of, named), rows.height, named)


def _middle(rows: pl.DataFrame, kind: Kind, intensity: str | None, state: State, as_of: date, named: str) -> Conflict:
    """Return the conflict in the middle of conflict-years."""
    a = pl.col("capability_a") / (pl.col("capability_a") + pl.col("capability_b"))
    share = rows.select(pl.max_horizontal(a, 1 - a).median()).item()
    per_head = rows.select((pl.col("deaths") / pl.col("population")).median()).item()
    inter = kind == "interstate"
    return Conflict(
        id=0,
        name=f"Typical {named}",
        cluster="",
        kind=kind,
        war_type="interstate" if inter else "intrastate",
        incompatibility=_most_frequent(rows["incompatibility"]),
        side_a="side A" if inter else "government",
        side_b="side B" if inter else "rebels",
        as_of=as_of,
        state=state,
        start=as_of - timedelta(round(_median(rows["age"]) * DAYS_PER_YEAR)),
        since=as_of if state in ("truce", "settlement") else None,
        war=intensity == "war" or _median(rows["war"]) > 0.5,
        intensity=intensity or _most_frequent(rows["intensity"]),
        previous=round(_median(rows["previous"])),
        major_power=_median(rows["major_power"]) > 0.5,
        deaths=None if per_head is None else per_head * POPULATION,
        population=None if per_head is None else POPULATION,
        capability_a=share if inter else None,
        capability_b=1 - share if inter and share is not None else None,
        talks=_median(rows["talks"]) > 0.5,
        talks_source=f"as in most of {rows.height:,} conflict-years",
        ceasefires=None if rows["ceasefires"].null_count() == rows.height else round(_median(rows["ceasefires"])),
    )


def _median(column: pl.Series) -> float:
    """Return the median of what is recorded, 0 where nothing is."""
    value = column.drop_nulls().cast(pl.Float64).median()
    return value if isinstance(value, float) else 0.0


def _most_frequent(column: pl.Series) -> str:
    """Return the most frequent value; of several the first by name."""
    return str(column.drop_nulls().mode().sort()[0])
