"""When a question is about: what is read, and what is refused with what to write instead."""

import datetime as dt

import pytest

from peacetalks.errors import QueryError
from peacetalks.questions.when import When, mixed, read_when

D = dt.date(2025, 5, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-01", dt.date(2026, 1, 1)),
        ("20260101", dt.date(2026, 1, 1)),
        ("2026-02", dt.date(2026, 2, 28)),
        ("1 January 2026", dt.date(2026, 1, 1)),
        ("Jan 1st, 2026", dt.date(2026, 1, 1)),
        ("sept 2026", dt.date(2026, 9, 30)),
        ("the end of March 2026", dt.date(2026, 3, 31)),
        ("end of 2025", dt.date(2025, 12, 31)),
        ("12", dt.date(2026, 5, 20)),
        ("12 mo", dt.date(2026, 5, 20)),
        ("1 year", dt.date(2026, 5, 20)),
        ("90 days", dt.date(2025, 8, 18)),
        ("2 weeks", dt.date(2025, 6, 3)),
        ("six months", dt.date(2025, 11, 20)),
        ("a year", dt.date(2026, 5, 20)),
        ("3d", dt.date(2025, 5, 23)),
    ],
)
def test_what_people_write_is_read(text, day):
    assert read_when(text).on(D) == day


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("2026", "write 2026-01-01 for its first day, 2026-12-31 for its last"),
        ("01/02/2026", "did you mean 2026-01-02 or 2026-02-01?"),
        ("2026-02-30", "no day of the calendar"),
        ("soon", "write YYYY-MM-DD"),
        ("0 days", "months run from 1 to 600, got 0 days"),
        ("601 months", "months run from 1 to 600, got 601 months"),
        ("end of 0000", "is no date: write 2026-01-01, 12 months or 90 days"),
        ("31 February 2026", "write YYYY-MM-DD"),
    ],
)
def test_what_is_not_clear_is_refused_with_a_cure(text, cure):
    with pytest.raises(ValueError, match=r".") as e:
        read_when(text)
    assert cure in str(e.value)


def test_a_day_is_after_the_date_and_before_the_scenario_ends():
    with pytest.raises(QueryError, match="2025-05-20 is not after the scenario's date, 2025-05-20: give a later day"):
        When(day=D).checked(D)
    with pytest.raises(QueryError, match="the latest is 2075-05-20"):
        When(day=dt.date(2100, 1, 1)).checked(D)
    with pytest.raises(QueryError, match=r"lies 226 days after .*; the scenario ends on 2025-07-20, after 2 m"):
        When(day=dt.date(2026, 1, 1)).checked(D, 2)
    assert When(months=2).checked(D, 2) == dt.date(2025, 7, 20)


def test_a_day_lies_between_the_ends_of_two_months_unless_it_is_one():
    assert mixed(When(days=92), D) == ((3, 1.0),)
    (low, a), (high, b) = mixed(When(day=dt.date(2025, 6, 1)), D)
    assert (low, high) == (0, 1)
    assert (a, b) == pytest.approx((19 / 31, 12 / 31))
    assert mixed(When(day=dt.date(2024, 3, 1)), dt.date(2024, 1, 31)) == ((1, pytest.approx(30 / 31)), (2, 1 / 31))
