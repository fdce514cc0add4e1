"""Which conflicts a bulletin is about."""

import polars as pl
import pytest

from peacetalks.bulletin.active import active_conflicts, last_year_passed
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.conflicts.find import coverage_end
from peacetalks.errors import EvidenceError


@pytest.mark.parametrize("year", [1994, 2010, 2019])
def test_at_new_year_they_are_the_conflict_years_of_the_year_that_has_passed(year):
    """Made apart from the table of conflict-years, less what is known to be over then and with what began that day."""
    a = active_conflicts(f"{year + 1}-01-01")
    rows = conflict_years().filter(pl.col("year") == year)
    known_over = {c.id for c in a.over}
    began = {c.id for c in a.found if c.start.year > year}
    in_settlement = {c.id for c in a.found if c.state != "fighting"}
    found = {c.id for c in a.found}
    assert found - began - in_settlement == set(rows["id"]) - known_over - in_settlement
    assert 30 <= len(found) <= 62
    assert all(c.as_of.isoformat() == f"{year + 1}-01-01" for c in a.found)


def test_a_conflict_that_is_over_is_listed_and_not_forecast():
    a = active_conflicts("2010-01-01")  # Sri Lanka: won by the government in May 2009
    assert 352 in {c.id for c in a.over}
    assert 352 not in {c.id for c in a.found}


def test_a_conflict_that_went_quiet_counts_until_a_calendar_year_has_passed():
    """Nothing later is used: in the middle of the year nobody knew that it would stay quiet."""
    quiet = conflict_years().filter(pl.col("quiet"), pl.col("year") == 2012)["id"].to_list()
    again = set(conflict_years().filter(pl.col("year") == 2013)["id"])
    gone = [i for i in quiet if i not in again]
    assert gone
    assert set(gone) <= {c.id for c in active_conflicts("2013-06-30").found}
    assert not set(gone) & {c.id for c in active_conflicts("2014-01-01").found}


def test_a_limit_to_some_conflicts_names_what_is_not_active():
    a = active_conflicts("2019-01-01", only=[289, 352])
    assert ([c.id for c in a.found], a.inactive) == ([289], (352,))


def test_an_unknown_number_and_a_date_before_the_record_are_refused():
    with pytest.raises(EvidenceError, match="no conflict of the record has the UCDP number 99999"):
        active_conflicts("2019-01-01", only=[99999])
    with pytest.raises(EvidenceError, match="no conflict is active in the record at 1900-01-01: give a later date"):
        active_conflicts("1900-01-01")


def test_after_the_end_of_the_record_it_is_what_was_known_then():
    last = coverage_end()
    a, b = active_conflicts(last), active_conflicts(last.replace(year=last.year + 2))
    assert [c.id for c in a.found] == [c.id for c in b.found]
    assert last_year_passed(b.as_of) == last.year
    assert all(any("The record of conflicts ends on" in n for n in c.notes) for c in b.found)
