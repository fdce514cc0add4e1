"""The questions of `peacetalks new --ask`, and answers to them as people write them.

A question has parts; an answer is a text with a value for each part.  Numbers are said as so many of ten, as a share
or as a percentage, one or as a range, and with a word on how sure one is:

    3      3 of ten      1 in 40      30%      2-4      2-3-5      5, 7 unsure

A range that is not given follows from that word: the odds divided and multiplied by `SPREAD`.  Nothing is guessed: a
bare number between 0 and 1, which may be so many of ten or a probability, is refused with both ways to write it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.scenario.dates import read_day
from peacetalks.text_files import clip, read_text, read_toml, shorten

SPREAD = {"sure": 1.5, "fairly sure": 2.2, "unsure": 4.0}  # factor on the odds, either way
FAIRLY = "fairly sure"
SURE_WORDS = {"very sure": "sure", "sure": "sure", "fairly": FAIRLY, "quite sure": FAIRLY, FAIRLY: FAIRLY}
SURE_WORDS |= {"unsure": "unsure", "not sure": "unsure"}
SURENESS = re.compile(rf"[\s,;(]+({'|'.join(sorted(SURE_WORDS, key=len, reverse=True))})\)?$", re.IGNORECASE)
AMOUNT = r"[0-9]+(?:\.[0-9]+)?"
NUMBER = re.compile(
    rf"({AMOUNT})(?:\s*(?:-|to)\s*({AMOUNT}))?(?:\s*(?:-|to)\s*({AMOUNT}))?"
    rf"\s*(%|percent|(?:/|of|in)\s*(?:ten|{AMOUNT}))?(?:\s*months?)?",
    re.IGNORECASE,
)
RANGED = re.compile(r"[0-9]\s*(?:-|to)\s*[0-9]", re.IGNORECASE)
LONGEST = 100  # characters of a name
WAR_DEATHS = 1000  # battle deaths in a year that make a war, as UCDP counts
EDGE = 0.01  # a share of 0 or 1 has the range of one that is so far from it


@dataclass(frozen=True)
class PartOfAnswer:
    """What one part of an answer must be: its kind, its name in messages, choices or bounds."""

    kind: str
    name: str
    optional: bool = False
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 10.0
    cure: str = ""


@dataclass(frozen=True)
class Question:
    """A question in words, and which numbers of a scenario the answer sets and how."""

    key: str
    ask: str
    example: str
    parts: tuple[PartOfAnswer, ...]
    to: str
    explain: str
    required: bool = False
    formula: str = ""
    exact: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the answer is a judgement in numbers, of which one may be more or less sure."""
        return self.parts[0].kind in ("ten", "percent")


@dataclass(frozen=True)
class Judged:
    """A judged number with its range: shares of 1."""

    low: float
    mode: float
    high: float


@dataclass(frozen=True)
class Answer:
    """An answer as it was written, its values by part, and how sure one is (empty where no number is judged)."""

    text: str
    values: tuple[Any, ...]
    sure: str = ""


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions in their order.

    >>> [q.key for q in questions()][:5]
    ['sides', 'over', 'since', 'now', 'walk']
    """
    rows = _file()["question"]
    return tuple(Question(**{**row, "parts": tuple(_part(part) for part in row["parts"])}) for row in rows)


def question(key: str) -> Question:
    """Return a question by its key; raise `SpecError` for a key that none has."""
    for q in questions():
        if q.key == key:
            return q
    known = [q.key for q in questions()]
    raise SpecError(f"no question is called {shorten(key)}{did_you_mean(key, known)}; there are: {', '.join(known)}")


def watched_deal() -> dict[str, dict[str, float]]:
    """Return the numbers of a settlement that is watched, but for the chance of detection."""
    return {key: dict(value) for key, value in _file()["deal"].items()}


@cache
def _file() -> dict[str, Any]:
    return read_toml(read_text(resources.files("peacetalks.scenario") / "interview.toml"), "interview.toml")


def _part(row: dict[str, Any]) -> PartOfAnswer:
    return PartOfAnswer(**{**row, "choices": tuple(row.get("choices", ()))})


def read_answer(q: Question, text: str) -> Answer:
    """Return an answer as it was written; raise `SpecError` with what is wrong and how to write it.

    Parameters
    ----------
    q : Question
    text : str
        Parts separated by a semicolon, or by a comma where they are no names.

    Returns
    -------
    Answer

    Examples
    --------
    >>> read_answer(question("walk"), "2 of ten, sure").values
    (Judged(low=0.143, mode=0.2, high=0.273),)
    >>> read_answer(question("walk"), "0.3")
    Traceback (most recent call last):
    peacetalks.errors.SpecError: walk: '0.3' may be 0.3 of ten or a probability: write '0.3 of ten' or '30%'
    """
    text = " ".join(text.split())
    try:
        return _read(q, text)
    except ValueError as e:
        raise SpecError(f"{q.key}: {e}") from None


def _read(q: Question, text: str) -> Answer:
    if not text.isprintable() or not text:
        raise ValueError(f"a text without control characters is expected, got {shorten(clip(text, 60))}: type it again")
    sure, rest = "", text
    if q.numeric:
        found = SURENESS.search(text)
        sure, rest = (SURE_WORDS[found[1].lower()], text[: found.start()]) if found else (FAIRLY, text)
    named = q.parts[0].kind == "text"
    cells = [cell.strip() for cell in re.split(r";" if named else r"[;,]", rest)]
    needed = [p for p in q.parts if not p.optional]
    if not len(needed) <= len(cells) <= len(q.parts) or not all(cells):
        raise ValueError(f"{_expected(q)}, got {shorten(clip(text, 60))}: write it as {q.example!r}")
    values = tuple(_value(p, cell, sure) for p, cell in zip(q.parts, cells, strict=False))
    if named and len(set(values)) < len(values):
        raise ValueError(f"both sides are called {shorten(values[0])}: give each a name of its own")
    ranged = q.numeric and all(RANGED.search(cell) for cell in cells)
    return Answer(text, values, "" if ranged else sure)


def _expected(q: Question) -> str:
    """Return what an answer must hold, in words."""
    names = [f"{p.name}{' (may be left out)' if p.optional else ''}" for p in q.parts]
    separator = ";" if q.parts[0].kind == "text" else "," if len(names) > 1 else ""
    apart = f", separated by {separator!r}" if separator else ", a decimal with a point (2.5)" if q.numeric else ""
    return f"{' and '.join(names)} expected{apart}"


def _value(part: PartOfAnswer, cell: str, sure: str) -> Any:
    """Return the value of one part of an answer."""
    if part.kind == "text":
        if len(cell) > LONGEST:
            raise ValueError(f"{part.name} has {len(cell)} characters: shorten it to {LONGEST}")
        return cell
    if part.kind == "choice":
        if cell.lower() in part.choices:
            return cell.lower()
        meant = did_you_mean(cell.lower(), part.choices)
        raise ValueError(f"{shorten(cell)} is none of {', '.join(part.choices)}{meant}")
    if part.kind == "day":
        return read_day(cell)
    return _deaths(cell) if part.kind == "deaths" else _judged(part, cell, sure)


def _deaths(cell: str) -> str:
    """Return the intensity that so many battle deaths in a year make."""
    if cell.lower() in ("war", "minor"):
        return cell.lower()
    plain = cell.replace(" ", "")
    if not plain.isdecimal():
        raise ValueError(f"a whole number of deaths, or war or minor, is expected, got {shorten(cell)}")
    return "war" if int(plain[:9]) >= WAR_DEATHS else "minor"


def _judged(part: PartOfAnswer, cell: str, sure: str) -> Judged:
    """Return a number that was said, with its range; raise `ValueError` where it cannot be meant."""
    found = NUMBER.fullmatch(cell)
    if found is None:
        raise ValueError(f"{part.name}: {shorten(cell)} is no number: write 3, 3 of ten, 1 in 40, 30% or 2-4")
    said = [float(x) for x in found.groups()[:3] if x is not None]
    whole = _whole(part, found[4], said, cell)
    shares = [x / whole for x in said]
    unit = 100 if part.kind == "percent" else 10
    for share in shares:
        if not part.low / unit - 1e-12 <= share <= part.high / unit + 1e-12:
            of = "%" if part.kind == "percent" else " of ten"
            raise ValueError(
                f"{part.name} lies between {part.low:g} and {part.high:g}{of}, got {share * unit:g}{of}: {part.cure}"
            )
    if shares != sorted(shares):
        raise ValueError(f"{part.name}: a range goes from low to high, got {shorten(cell)}")
    if len(shares) > 1:
        return Judged(shares[0], (shares[0] + shares[-1]) / 2 if len(shares) == 2 else shares[1], shares[-1])
    return spread(shares[0], SPREAD[sure], part.low / unit, part.high / unit)


def _whole(part: PartOfAnswer, unit: str | None, said: list[float], cell: str) -> float:
    """Return what a number is so many of."""
    if unit is None:
        if part.kind == "percent":
            return 100.0
        if any(0 < x < 1 for x in said):
            first = min(x for x in said if x > 0)
            raise ValueError(
                f"{shorten(cell)} may be {first:g} of ten or a probability: write '{first:g} of ten' or '{first:.0%}'"
            )
        return 10.0
    text = unit.lower().lstrip("/").removeprefix("of").removeprefix("in").strip()
    if text in ("%", "percent"):
        return 100.0
    whole = 10.0 if text == "ten" else float(text)
    if whole <= 0:
        raise ValueError(f"{part.name}: {shorten(cell)} is so many of none: write 3 of ten")
    return whole


def spread(share: float, factor: float, low: float = 0.0, high: float = 1.0) -> Judged:
    """Return a share with the range in which its odds are divided and multiplied by a factor, within bounds.

    >>> spread(0.5, 3.0)
    Judged(low=0.25, mode=0.5, high=0.75)
    """
    inside = share if 0 < share < 1 else min(max(share, EDGE), 1 - EDGE)
    odds = inside / (1 - inside)
    ends = [o / (1 + o) for o in (odds / factor, odds * factor)]
    low, high = max(min(ends[0], share), low), min(max(ends[1], share), high)
    return Judged(_digits(low), share, _digits(high))


def _digits(x: float) -> float:
    """Return a number with three significant digits."""
    return float(f"{x:.3g}") if math.isfinite(x) else x


def check_against_date(q: Question, answer: Answer, as_of: dt.date) -> None:
    """Raise `SpecError` where an answer names a day after the scenario's date."""
    for value in answer.values:
        if isinstance(value, dt.date) and value > as_of:
            raise SpecError(f"{q.key}: {value} lies after the scenario's date, {as_of}: give an earlier day")
