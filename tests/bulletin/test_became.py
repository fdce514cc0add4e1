"""What became of a conflict: the outcome classes of the conflict-years, at any date, and when they were known."""

from datetime import date

import polars as pl
import pytest

from peacetalks.bulletin.became import BEYOND, NOT_DUE, NOT_KNOWN_YET, became
from peacetalks.conflicts.conflict_years import conflict_years, every_year
from peacetalks.conflicts.find import find_conflict

ALL = "2030-01-01"


@pytest.mark.parametrize("months", [12, 24])
def test_on_31_december_it_is_what_the_table_of_conflict_years_holds(months):
    """Coded from the same endings by other code: every row, known or not."""
    rows = conflict_years()
    found = [became(i, "fighting", None, day, months, ALL).end for i, day in rows.select("id", "day").iter_rows()]
    assert found == rows[f"out{months}"].to_list()
    assert {None, "peace", "nowhere", "more_conflict"} == set(found)


def test_nothing_is_said_before_it_was_known():
    start = date(2001, 1, 1)  # Sri Lanka: Eelam
    said = [became(352, "fighting", None, start, 24, day).reason for day in ("2002-12-31", "2003-01-01", "2004-12-30")]
    assert said == [NOT_DUE, NOT_KNOWN_YET, NOT_KNOWN_YET]
    assert became(352, "fighting", None, start, 24, "2004-12-31") == ("peace", "")


def test_beyond_the_coded_endings_nothing_is_said():
    assert became(333, "fighting", None, "2018-12-31", 12, ALL).end == "nowhere"
    assert became(333, "fighting", None, "2019-01-01", 12, ALL).reason == BEYOND.format(to="2019-12-31")


def test_a_truce_within_an_episode_that_went_on_is_broken_by_the_next_year_with_fighting():
    """Afghanistan: a ceasefire with one party of September 2016, while the episode went on in 2017."""
    since = date(2016, 9, 29)
    assert became(333, "truce", since, "2017-01-01", 12, ALL).end == "more_conflict"
    assert became(333, "fighting", None, "2017-01-01", 12, ALL).end == "nowhere"


@pytest.mark.parametrize(
    ("number", "day", "fought", "end"),
    [
        (288, "2004-01-01", False, "peace"),
        (288, "2010-01-01", True, "more_conflict"),
        (388, "2017-01-01", True, "more_conflict"),
    ],
)
def test_a_truce_whose_episode_then_ended_in_low_activity_is_judged_by_whether_it_was_fought(number, day, fought, end):
    """Chad: no active year after the first truce; Chad again and Azerbaijan: active in the year after."""
    c = find_conflict(number, day)
    assert c.state == "truce"
    years = set(every_year().filter(pl.col("id") == number)["year"])
    assert (c.as_of.year in years) == fought
    assert became(number, c.state, c.since, day, 12, ALL).end == end
    assert became(number, "fighting", None, day, 12, ALL).end == "nowhere"


def test_a_settlement_that_held_is_peace_and_one_after_which_fighting_was_back_is_not():
    """El Salvador: the accord of 1991.  Cambodia: the agreements of Paris of 1991, after which fighting was back."""
    for number, day, end in ((316, "1993-01-01", "peace"), (300, "1992-01-01", "more_conflict")):
        c = find_conflict(number, day)
        assert c.state in ("truce", "settlement")
        assert became(number, c.state, c.since, day, 12, ALL).end == end
