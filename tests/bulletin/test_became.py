"""What became of a conflict: the outcome classes of the conflict-years, at any date, and when they were known."""

from datetime import date

import pytest

from peacetalks.bulletin.became import BEYOND, NOT_DUE, NOT_KNOWN_YET, became
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.conflicts.find import find_conflict

ALL = "2030-01-01"


@pytest.mark.parametrize("months", [12, 24])
def test_on_31_december_it_is_what_the_table_of_conflict_years_holds(months):
    """Coded from the same endings by other code: every row, known or not."""
    rows = conflict_years()
    found = [became(i, day, months, ALL).end for i, day in rows.select("id", "day").iter_rows()]
    assert found == rows[f"out{months}"].to_list()
    assert {None, "peace", "nowhere", "more_conflict"} == set(found)


def test_nothing_is_said_before_it_was_known():
    start = date(2001, 1, 1)  # Sri Lanka: Eelam
    said = [became(352, start, 24, day).reason for day in ("2002-12-31", "2003-01-01", "2004-12-30")]
    assert said == [NOT_DUE, NOT_KNOWN_YET, NOT_KNOWN_YET]
    assert became(352, start, 24, "2004-12-31") == ("peace", "")


def test_beyond_the_coded_endings_nothing_is_said():
    assert became(333, "2018-12-31", 12, ALL).end == "nowhere"
    assert became(333, "2019-01-01", 12, ALL).reason == BEYOND.format(to="2019-12-31")


def test_an_episode_that_goes_on_is_fought_whatever_ceasefire_was_in_force():
    """Afghanistan: a ceasefire with one party of September 2016, while the episode went on in 2017."""
    assert find_conflict(333, "2017-01-01").state == "fighting"
    assert became(333, "2017-01-01", 12, ALL).end == "nowhere"


def test_a_settlement_that_held_is_peace_and_one_after_which_fighting_was_back_is_not():
    """El Salvador: the accord of 1991.  Burundi: the agreement of 2006, fought again in 2008."""
    for number, day, months, end in ((316, "1993-01-01", 12, "peace"), (287, "2007-01-01", 24, "more_conflict")):
        settled = find_conflict(number, day)
        assert settled.state == "settlement"
        assert became(number, day, months, ALL).end == end
