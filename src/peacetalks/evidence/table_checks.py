"""Checks of the tables, when they are read and when they are made anew: nothing counts twice and nothing vanishes.

A case table is refused for an id that stands twice (so also for a row that does), an end before the start, a case that
both ended and goes on, one without a start, and an ending or a code that no class and no event knows, which would count
as nothing at all. A derived table is refused for two rows of one key. Classes that list the values of a covariate must
list every value, or the value stands in `IN_NO_CLASS` with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from peacetalks.errors import EvidenceError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

KNOWN_ENDINGS: dict[str, tuple[str, ...]] = {
    "ceasefires": ("terminated", "superseded", "expired", "still_on", "never_in_force"),
    "spells": ("resumed",),
    "agreements": ("ended",),
    "processes": ("substantive",),
    "mediations": ("over",),
    "episodes": ("agreement", "ceasefire", "victory_a", "victory_b", "low_activity", "actor_ceases"),
    "wars": ("win_lose", "compromise", "transformed", "stalemate"),
    "crises": ("formal", "semi_formal", "tacit", "unilateral", "imposed", "faded", "other"),
}
END_BEFORE_START = ("processes",)  # a substantive text may come before the first pre-negotiation text
IN_NO_CLASS: dict[tuple[str, str, str], str] = {  # table, covariate, value -> why no class of the tables lists it
    ("processes", "level", "local"): "local processes are not between the parties of a war",
    ("episodes", "incompatibility", "both"): "over territory and government: in neither class",
    ("crises", "mediation", "requested"): "asked for, but it did not take place",
    ("crises", "mediation", "offered"): "offered, but it did not take place",
}
EXAMPLES = 3  # ids that a message lists


def check_cases(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a case table as it is.

    Raises `EvidenceError`, which names the table, the ids and the cure, for what the module lists.

    >>> check_cases("wars", pl.DataFrame({"id": [1, 1], "name": ["a", "b"]}))
    Traceback (most recent call last):
    peacetalks.errors.EvidenceError: cases_wars: id 1 stands in 2 rows: keep one row per case.
    """
    missing = frame["id"].null_count()
    if missing:
        raise EvidenceError(f"cases_{kind}: {missing} rows have no id: give every case an id.")
    twice = frame.group_by("id", maintain_order=True).len().filter(pl.col("len") > 1)
    if twice.height:
        raise EvidenceError(
            f"cases_{kind}: id {twice['id'][0]} stands in {twice['len'][0]} rows"
            f"{_and_more(twice.height)}: keep one row per case."
        )
    if "ending" in frame.columns:
        _refuse_unknown(kind, frame, "ending", KNOWN_ENDINGS[kind])
    if {"start", "end"} <= set(frame.columns) and kind not in END_BEFORE_START:
        _refuse(kind, frame, pl.col("end") < pl.col("start"), "ended before it began: correct the dates")
    states = [c for c in ("end", "seen", "ended_by") if c in frame.columns]
    if len(states) > 1:
        several = pl.sum_horizontal(pl.col(c).is_not_null().cast(pl.Int8) for c in states) > 1
        _refuse(kind, frame, several, f"has more than one of {', '.join(states)}: a case ended or goes on, not both")
    starts = [c for c in ("start", "start_year") if c in frame.columns]
    if kind != "mediations" and starts:  # of some efforts no day is recorded: counted, and left out by that reason
        nothing = pl.all_horizontal(pl.col(c).is_null() for c in starts)
        _refuse(kind, frame, nothing, "has no start, so that it would be in no class: give its date or year")
    return frame


def check_codes(kind: str, frame: pl.DataFrame, codes: Mapping[str, Mapping[str, str]]) -> None:
    """Raise `EvidenceError` for a code that the card of the data does not list; `codes` is {column: {code: word}}."""
    for column, known in codes.items():
        _refuse_unknown(kind, frame, column, tuple(known))


def check_keys(table: str, rows: Sequence[Mapping[str, object]], key: Sequence[str]) -> None:
    """Raise `EvidenceError` for two rows of a table with the same key, such as one that a list names twice."""
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        this = tuple(row[k] for k in key)
        if this in seen:
            what = ", ".join(f"{k} {v!r}" for k, v in zip(key, this, strict=True))
            raise EvidenceError(f"{table}: two rows for {what}: list each class and event once.")
        seen.add(this)


def check_listed(kind: str, column: str, frame: pl.DataFrame, listed: Iterable[object]) -> int:
    """Return how many cases are in no class by a covariate because it is not recorded.

    Raises `EvidenceError` for a value that is neither `listed` nor in `IN_NO_CLASS`.
    """
    allowed = {str(v) for v in listed} | {v for k, c, v in IN_NO_CLASS if (k, c) == (kind, column)}
    values = frame[column].cast(pl.String)
    strange = sorted(set(values.drop_nulls().to_list()) - allowed)
    if strange:
        n = int((values == strange[0]).sum())
        raise EvidenceError(
            f"cases_{kind}: {n} cases with {column} {strange[0]!r} are in no class of the tables"
            f"{did_you_mean(strange[0], allowed)}: list the value, or give the reason in IN_NO_CLASS."
        )
    return values.null_count()


def alike(frame: pl.DataFrame) -> int:
    """Return how many cases are like another one in everything but their id: perhaps one case entered twice.

    >>> alike(pl.DataFrame({"id": [1, 2, 3], "name": ["a", "a", "b"]}))
    2
    """
    rest = frame.drop("id")
    return int(rest.is_duplicated().sum()) if rest.width else 0


def _refuse_unknown(kind: str, frame: pl.DataFrame, column: str, known: Sequence[str]) -> None:
    strange = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(list(known)))
    if strange.height:
        value = strange[column][0]
        raise EvidenceError(
            f"cases_{kind}: {column} {value!r} of case {strange['id'][0]}{_and_more(strange.height)} is not known"
            f"{did_you_mean(value, known)}. Known: {', '.join(known)}."
        )


def _refuse(kind: str, frame: pl.DataFrame, wrong: pl.Expr, what: str) -> None:
    found = frame.filter(wrong.fill_null(False))
    if found.height:
        ids = ", ".join(str(i) for i in found["id"].head(EXAMPLES).to_list())
        raise EvidenceError(f"cases_{kind}: case {ids}{_and_more(found.height - EXAMPLES + 1)} {what}.")


def _and_more(n: int) -> str:
    return f" (and {n - 1} more)" if n > 1 else ""


__all__ = ["IN_NO_CLASS", "KNOWN_ENDINGS", "alike", "check_cases", "check_codes", "check_keys", "check_listed"]
