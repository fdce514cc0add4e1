"""Dates as they are written in scenarios and event records: one reader, and what it refuses.

A day is `2025-03-13`, or `20250313` as event data sets write it; a month, where one is enough, is `2025-03`.  Day and
month in another order, a name of a month, a bare number of another length and a time of day are refused with the form
wanted, since each can be read in more than one way: a number is never a count of seconds.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator

from peacetalks.text_files import shorten

Precision = Literal["day", "month"]
FORM = "write YYYY-MM-DD, such as 2025-03-13"
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAY_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?")  # a whole float is a spreadsheet's number


class WrittenDate(NamedTuple):
    """A date, and how closely it was given; of a month the first day stands for it."""

    date: dt.date
    precision: Precision


def read_date(value: Any) -> WrittenDate:
    """Return a day or a month as it is written; raise `ValueError` with the form wanted for anything else.

    >>> read_date("2025-03-13").date == read_date(20250313).date == dt.date(2025, 3, 13)
    True
    >>> read_date("2025-03").precision
    'month'
    >>> read_date("13.03.2025")
    Traceback (most recent call last):
    ValueError: '13.03.2025' is no date of the form YYYY-MM-DD: did you mean 2025-03-13?
    """
    return _read(value, month=True)


def _read(value: Any, month: bool) -> WrittenDate:
    """Return a day or a month as it is written; the errors propose a month only where one is enough (`month`)."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return WrittenDate(value.date(), "day")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return WrittenDate(value, "day")
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = "" if isinstance(value, int) and abs(value) > 10**9 else str(value).strip()
        if parts := DAY_TEXT.fullmatch(text) or COMPACT.fullmatch(text):
            return WrittenDate(_date(int(parts[1]), int(parts[2]), int(parts[3]), text, month), "day")
        if parts := re.fullmatch(r"([0-9]{4})-([0-9]{2})", text):
            return WrittenDate(_date(int(parts[1]), int(parts[2]), 1, text, month), "month")
    raise ValueError(f"{shorten(value)} is no date of the form YYYY-MM-DD: {_cure(value, month)}")


def read_day(value: Any) -> dt.date:
    """Return a day; raise `ValueError` for a month, which is not enough here, and for what is no date.

    >>> read_day("2025-03")
    Traceback (most recent call last):
    ValueError: '2025-03' is a month, and a day is needed here: write YYYY-MM-DD, such as 2025-03-13
    """
    date, precision = _read(value, month=False)
    if precision == "month":
        raise ValueError(f"{shorten(value)} is a month, and a day is needed here: {FORM}")
    return date


Day = Annotated[dt.date, BeforeValidator(read_day)]  # a day in a table that pydantic checks


def month_end(date: dt.date) -> dt.date:
    """Return the last day of the calendar month in which a date lies.

    >>> month_end(dt.date(2024, 2, 10))
    datetime.date(2024, 2, 29)
    """
    return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def months_later(date: dt.date, months: int) -> dt.date:
    """Return the day so many calendar months later: the same day of the month, or the month's last.

    Beyond the last year of the calendar it is the day in that year.

    >>> months_later(dt.date(2024, 1, 31), 1), months_later(dt.date(2024, 1, 31), 12)
    (datetime.date(2024, 2, 29), datetime.date(2025, 1, 31))
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    year = min(year, dt.MAXYEAR)
    return dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def day_name(day: dt.date) -> str:
    """Return a date as sentences have it.

    >>> day_name(dt.date(2026, 5, 20))
    '20 May 2026'
    """
    return f"{day.day} {day:%B} {day.year}"


def month_position(start: dt.date, day: dt.date) -> tuple[int, float]:
    """Return where a day lies among the months after `start`: how many have ended, and the share of the next by then.

    Months end as in `months_later`, so that the day so many months later has share 0.  Raises `ValueError` for a day
    before `start`.

    >>> month_position(dt.date(2025, 5, 20), dt.date(2026, 5, 20))
    (12, 0.0)
    >>> month_position(dt.date(2025, 6, 1), dt.date(2025, 6, 16))
    (0, 0.5)
    """
    if day < start:
        raise ValueError(f"{day} lies before {start}")
    month = (day.year - start.year) * 12 + day.month - start.month
    month -= months_later(start, month) > day
    begun, ends = months_later(start, month), months_later(start, month + 1)
    return month, (day - begun).days / max((ends - begun).days, 1)


def _date(year: int, month: int, day: int, text: str, month_enough: bool) -> dt.date:
    """Return the date; raise `ValueError` where the calendar has none."""
    if month in range(1, 13) and day == 0:
        cure = f"where only the month is known write {year:04d}-{month:02d}" if month_enough else FORM
        raise ValueError(f"{shorten(text)} has no day: {cure}")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(f"{shorten(text)} is no day of the calendar: {FORM}") from None


def _cure(value: Any, month_enough: bool) -> str:
    """Return what to write instead of a value that is no date: a date where it can be meant as one."""
    if isinstance(value, int | float):
        return f"a number is not read as a date; {FORM}"
    text = str(value).strip()[:40]
    if parts := re.fullmatch(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})", text):
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        orders = [(second, first)] if parts[2] == "." else [(first, second), (second, first)]
        return _meant([_made(year, month, day) for month, day in orders])
    if parts := re.fullmatch(r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})", text):
        return _meant([_made(int(parts[1]), int(parts[2]), int(parts[3]))])
    if parts := re.fullmatch(r"(?:([0-9]{1,2})\.? )?([A-Za-z]{3})[a-z]*\.?(?: ([0-9]{1,2}),?)? ([0-9]{4})", text):
        month, day = parts[2].lower(), parts[1] or parts[3]
        if month in MONTHS and day is not None:
            return _meant([_made(int(parts[4]), MONTHS.index(month) + 1, int(day))])
        if month in MONTHS:
            named = f"did you mean {parts[4]}-{MONTHS.index(month) + 1:02d}?"
            return named if month_enough else f"it names a month, and a day is needed here; {FORM}"
    if parts := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt].+| [0-9]{1,2}(?::|\s*[AaPp]\.?[Mm]).*)", text):
        return f"leave the time of day out, {parts[1]}"
    if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", text):
        return f"a bare number is not read as a date; {FORM}"
    return f"{FORM}, or YYYY-MM where only the month is known" if month_enough else FORM


def _meant(dates: list[dt.date | None]) -> str:
    """Return a question for the dates that can be meant, the form wanted without any."""
    found = sorted({d.isoformat() for d in dates if d is not None})
    return f"did you mean {' or '.join(found)}?" if found else FORM


def _made(year: int, month: int, day: int) -> dt.date | None:
    """Return a date, or None where the calendar has none."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
