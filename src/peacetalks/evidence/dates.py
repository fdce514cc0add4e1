"""Dates and lengths of time as they are written, and the two conversions that every table uses."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from peacetalks.errors import EvidenceError
from peacetalks.text_files import shorten

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12  # 30.4375
FIRST, LAST = date(1500, 1, 1), date(2999, 12, 31)  # days that a question may be asked on
LONGEST = 1_000_000  # days
UNITS = {"d": 1.0, "w": 7.0, "m": DAYS_PER_MONTH, "y": DAYS_PER_YEAR}


def as_date(value: date | str | None) -> date | None:
    """Return a date from a date, a time (its day) or ISO text.

    Raises `EvidenceError` for anything else, and beyond `FIRST` and `LAST`.

    >>> as_date("2001-02-03")
    datetime.date(2001, 2, 3)
    """
    if value is None:
        return value
    if isinstance(value, datetime):
        value = value.date()
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise EvidenceError(f"as_of is {shorten(value)}: write a day as YYYY-MM-DD, such as 2023-04-15.") from None
    if not FIRST <= day <= LAST:
        raise EvidenceError(f"as_of is '{day}': the record can be asked about days from {FIRST} to {LAST}.")
    return day


def duration(text: str) -> int:
    """Return whole days of a duration such as ``90d``, ``6m`` or ``3y``; raise `EvidenceError` for other text.

    >>> duration("2y"), duration("18 m")
    (730, 547)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([dwmy])[a-z]*\s*", text)
    if not found:
        raise EvidenceError(f"{shorten(text)} is not a duration: write a number and d, w, m or y, such as 3y.")
    days = float(found[1]) * UNITS[found[2]]
    if days > LONGEST:
        raise EvidenceError(f"{shorten(text)} is longer than the record can be followed; write a duration such as 3y.")
    return int(days)


def years_between(start: date, end: date) -> float:
    """Return the years (of 365.25 days) from one day to another."""
    return (end - start).days / DAYS_PER_YEAR


def last_whole_year(day: date) -> int:
    """Return the last calendar year that was over at the end of a day.

    >>> last_whole_year(date(1995, 12, 30)), last_whole_year(date(1995, 12, 31))
    (1994, 1995)
    """
    return (day + timedelta(1)).year - 1


def months_later(day: date, months: int) -> date:
    """Return the day so many calendar months later (the 28th for later days of the month).

    >>> months_later(date(2000, 1, 31), 13)
    datetime.date(2001, 2, 28)
    """
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, min(day.day, 28))
