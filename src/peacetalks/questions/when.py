"""When a query is about: months or days after the scenario's date, or a day of the calendar.

A day that is no end of a month lies between two: what is asked of it is linear in between (`mixed`), so that a
probability that grows from one month's end to the next grows evenly.  Month 0 is the scenario's date.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.errors import QueryError
from peacetalks.evidence.horizons import NUMBERS
from peacetalks.scenario.dates import month_end, month_position, months_later, read_date

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MONTHS = 600  # after the scenario's date
MOST_DAYS = 366 * MAX_MONTHS // 12
UNITS = {"d": "days", "day": "days", "w": "weeks", "week": "weeks", "m": "months", "mo": "months", "month": "months"}
UNITS |= {"y": "years", "yr": "years", "year": "years"}
DAYS = {"days": 1, "weeks": 7}
NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SPAN = re.compile(r"([0-9]{1,6})\s*([a-z]*?)s?")
COUNTED = re.compile(rf"^({'|'.join(NUMBERS)}|an?) ")  # a number in words before a unit
ORDINAL = r"([0-9]{1,2})(?:st|nd|rd|th)?"
IN_WORDS = re.compile(rf"(?:{ORDINAL} )?([a-z]{{3,9}})\.?(?: {ORDINAL})?,? ([0-9]{{4}})")
FORMS = "write 2026-01-01, 12 months or 90 days"


@dataclass(frozen=True)
class When:
    """A day of the calendar, or so many months or days after the scenario's date; one of the three is set."""

    months: int | None = None
    days: int | None = None
    day: dt.date | None = None

    def on(self, as_of: dt.date) -> dt.date:
        """Return the day, counted from the scenario's date.

        >>> When(days=90).on(dt.date(2025, 5, 20)), When(months=12).on(dt.date(2025, 5, 20))
        (datetime.date(2025, 8, 18), datetime.date(2026, 5, 20))
        """
        if self.day is not None:
            return self.day
        if self.days is not None:
            return as_of + dt.timedelta(min(self.days, (dt.date.max - as_of).days))
        return months_later(as_of, self.months or 0)

    def checked(self, as_of: dt.date, last: int | None = None) -> dt.date:
        """Return the day; raise `QueryError` where it is not after the scenario's date, or is later than `last` months.

        Parameters
        ----------
        as_of : date
        last : int, optional
            Months after which the scenario ends.
        """
        day, most = self.on(as_of), min(MAX_MONTHS, last or MAX_MONTHS)
        if day <= as_of:
            raise QueryError(f"{day} is not after the scenario's date, {as_of}: give a later day")
        end = months_later(as_of, most)
        if day > end:
            why = f"the scenario ends on {end}, after {most} months" if last == most else f"the latest is {end}"
            raise QueryError(f"{day} lies {time_between(as_of, day)} after the scenario's date, {as_of}; {why}")
        return day


def time_between(start: dt.date, end: dt.date) -> str:
    """Return how far apart two days are, in words.

    >>> time_between(dt.date(2025, 1, 1), dt.date(2100, 1, 1))
    '75 years'
    """
    years = round((end - start).days / 365.25)
    return f"{years} years" if years > 1 else f"{(end - start).days} days"


def mixed(when: When, as_of: dt.date) -> tuple[tuple[int, float], ...]:
    """Return the month ends around a day with their weights: one, or two between which the day lies.

    >>> mixed(When(months=12), dt.date(2025, 5, 20))
    ((12, 1.0),)
    >>> mixed(When(day=dt.date(2025, 6, 16)), dt.date(2025, 6, 1))
    ((0, 0.5), (1, 0.5))
    """
    month, share = month_position(as_of, when.on(as_of))
    return ((month, 1.0),) if share == 0 else ((month, 1.0 - share), (month + 1, share))


def read_when(text: str) -> When:
    """Return when a text means; raise `ValueError`, which says what to write instead, where it is not clear.

    A month stands for its last day.

    >>> read_when("2026-01-01").day, read_when("90 days").days, read_when("1 y").months, read_when("six months").months
    (datetime.date(2026, 1, 1), 90, 12, 6)
    >>> read_when("the end of 2025").day, read_when("January 1, 2026").day, read_when("2026-02").day
    (datetime.date(2025, 12, 31), datetime.date(2026, 1, 1), datetime.date(2026, 2, 28))
    """
    words = re.sub(r"\s+", " ", text.strip().lower()).removeprefix("the ")
    words = COUNTED.sub(lambda m: f"{NUMBERS.get(m[1], 1)} ", words)
    if found := re.fullmatch(r"(?:end of |eoy )([0-9]{4})", words):
        return When(day=dt.date(int(found[1]), 12, 31)) if int(found[1]) else _refuse(text)
    if re.fullmatch(r"[12][0-9]{3}", words):
        raise ValueError(f"'{words}' is a year: write {words}-01-01 for its first day, {words}-12-31 for its last")
    if (found := SPAN.fullmatch(words)) and (found[2] in UNITS or not found[2]) and len(found[1]) < 6:
        return span(int(found[1]), UNITS.get(found[2], "months"))
    if (found := IN_WORDS.fullmatch(words.removeprefix("end of "))) and (days := list(_named(found))):
        return When(day=month_end(days[0]) if words.startswith("end of ") or not (found[1] or found[3]) else days[0])
    written = read_date(text.strip())
    return When(day=month_end(written.date) if written.precision == "month" else written.date)


def span(number: int, unit: str) -> When:
    """Return so many days, weeks, months or years after the scenario's date; `ValueError` for none, or too many."""
    when = When(days=number * DAYS[unit]) if unit in DAYS else When(months=number * (12 if unit == "years" else 1))
    if number < 1 or (when.days or 0) > MOST_DAYS or (when.months or 0) > MAX_MONTHS:
        raise ValueError(f"months run from 1 to {MAX_MONTHS}, got {number} {unit}")
    return when


def _named(found: re.Match[str]) -> Iterator[dt.date]:
    """Yield the day of a date with the month's name; nothing where it is none of the calendar."""
    day, month, other, year = found.groups()
    names = [i for i, n in enumerate(NAMES, 1) if n.startswith(month) and len(month) >= 3]
    if len(names) == 1 and not (day and other):
        try:
            yield dt.date(int(year), names[0], int(day or other or 1))
        except ValueError:
            return


def _refuse(text: str) -> When:
    raise ValueError(f"{text!r} is no date: {FORMS}")
