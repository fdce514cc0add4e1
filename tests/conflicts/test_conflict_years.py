"""The conflict-years: counts, rows checked by hand against the sources, and nothing known only later."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peacetalks.conflicts.conflict_years import COLUMNS, conflict_years
from peacetalks.errors import EvidenceError
from peacetalks.evidence.conflict_year_rows import from_csv, to_csv
from peacetalks.evidence.endings import outcome_by
from peacetalks.evidence.tables import read_cases, table_text

EVERY = conflict_years()
DAYS = st.dates(date(1946, 1, 1), date(2026, 12, 31))


def row(conflict, year):
    return EVERY.row(by_predicate=(pl.col("id") == conflict) & (pl.col("year") == year), named=True)


def test_counts_are_those_of_an_independent_study():
    """1,806 civil conflict-years from 1955 to 2016; 24 months later .070 peace, .891 nowhere, .039 more conflict."""
    civil = EVERY.filter(pl.col("kind") == "civil", pl.col("year").is_between(1955, 2016))
    assert civil.height == 1806
    coded = civil["out24"].drop_nulls()
    assert coded.len() == 1795  # of 11 the episode is not in the data on endings
    shares = {k: (coded == k).mean() for k in ("peace", "nowhere", "more_conflict")}
    assert shares == {
        "peace": pytest.approx(0.070, abs=0.001),
        "nowhere": pytest.approx(0.891, abs=0.001),
        "more_conflict": pytest.approx(0.039, abs=0.001),
    }


def test_columns_and_kinds():
    assert EVERY.columns == list(COLUMNS)
    assert set(EVERY["kind"]) == {"civil", "interstate"}
    assert set(EVERY["out12"].drop_nulls()) == {"peace", "nowhere", "more_conflict"}
    assert EVERY.select("episode", "year").is_unique().all()
    assert (EVERY["start"] <= EVERY["day"]).all()
    assert (EVERY["year"].min(), EVERY["year"].max()) == (1946, 2024)


def test_nothing_is_known_of_outcomes_after_2019():
    late = EVERY.filter(pl.col("year") + 2 > 2019)
    assert late["out24"].null_count() == late.height
    assert EVERY.filter(pl.col("year") >= 2019)["out12"].drop_nulls().is_empty()


@pytest.mark.parametrize(
    ("conflict", "year", "found"),
    [
        (
            235,  # Korea: armistice of 27 July 1953, 19 months after the day
            1951,
            {"kind": "interstate", "start": date(1949, 5, 31), "intensity": "war", "war": True, "talks": False,
             "population": 29_845_000, "deaths": None, "out12": "nowhere", "out24": "peace", "major_power": False},
        ),
        (
            324,  # Iran - Iraq: ceasefire of August 1988
            1985,
            {"side_a": "Government of Iran", "side_b": "Government of Iraq", "start": date(1980, 9, 23), "war": True,
             "capability_a": 0.011716, "capability_b": 0.010027, "out12": "nowhere", "out24": "nowhere"},
        ),
        (324, 1986, {"out12": "nowhere", "out24": "peace"}),
        (324, 1987, {"out12": "peace", "out24": "peace"}),
        (
            289,  # Colombia: peace agreement of November 2016; the conflict was active again from 2018
            2015,
            {"war_type": "intrastate", "intensity": "minor", "war": True, "talks": True, "deaths": 134,
             "talks_source": "ethprio-ceasefires, pax", "out12": "peace", "out24": "peace"},
        ),
        (289, 2018, {"start": date(2018, 2, 20), "previous": 1, "out12": "nowhere", "out24": None}),
        (
            13306,  # Ukraine: Novorossiya
            2015,
            {"start": date(2014, 9, 25), "intensity": "war", "deaths": 1890, "talks": True, "talks_source": "pax"},
        ),
        (
            13243,  # Russia - Ukraine; deaths and ceasefires between states are not in the data
            2024,
            {"kind": "interstate", "major_power": True, "deaths": None, "ceasefires": None, "truce": None,
             "talks": False, "out12": None, "out24": None},
        ),
        (
            352,  # Sri Lanka: Eelam; UCDP dates the end by ceasefire to December 2001, and the return to 2003
            2000,
            {"name": "Sri Lanka: Eelam", "intensity": "war", "war": True, "truce": False, "deaths": 2525,
             "ceasefires": 5, "out12": "peace", "out24": "peace"},
        ),
    ],
)  # fmt: skip
def test_rows_checked_by_hand(conflict, year, found):
    assert {k: row(conflict, year)[k] for k in found} == found


def test_an_episode_that_was_known_to_have_ended_has_no_row():
    """Sri Lanka's ended in a ceasefire on 12 December 2001, so neither that year nor the next has a row."""
    assert EVERY.filter(pl.col("id") == 352, pl.col("year").is_in([2001, 2002])).is_empty()


def test_an_end_in_low_activity_leaves_its_last_year_in():
    ended = read_cases("episodes").filter(pl.col("ending") == "low_activity")
    quiet = EVERY.filter("quiet", pl.col("year") <= 2019).join(ended, left_on="episode", right_on="id")
    assert (quiet["year"] == quiet["end"].dt.year()).all()
    assert set(quiet["out12"].drop_nulls()) == {"nowhere"}


def test_outcomes_agree_with_the_table_of_episodes():
    """An independent method: the outcome of each row from the committed cases of episodes."""
    ends = {r["id"]: r for r in read_cases("episodes").iter_rows(named=True)}
    checked = 0
    for r in EVERY.iter_rows(named=True):
        for months in (12, 24):
            if r[f"out{months}"] is not None:
                e = ends[r["episode"]]
                by = date(r["year"] + months // 12, 12, 31)
                assert r[f"out{months}"] == outcome_by(by, e["end"], e["ending"], e["resumed"]), r["episode"]
                checked += 1
    assert checked > 4000


@given(DAYS)
def test_a_later_fact_changes_nothing(day):
    """Outcomes and rows of later days are not there; all else is as in the whole table."""
    found = conflict_years(day)
    assert found.filter(pl.col("day") > day).is_empty()
    for m in (12, 24):
        known = found.drop_nulls(f"out{m}")
        assert (known[f"known{m}"] <= day).all()
    rest = [c for c in COLUMNS if not c.startswith(("out", "known"))]
    assert found.select(rest).equals(EVERY.filter(pl.col("day") <= day).select(rest))


def test_table_survives_a_round_trip():
    text = table_text("conflict_years.csv")
    assert to_csv(from_csv(text)) == text
    assert len(text) < 500_000


def test_a_row_twice_is_refused():
    lines = table_text("conflict_years.csv").splitlines()
    with pytest.raises(EvidenceError, match="two rows for id"):
        from_csv("\n".join([*lines[:3], lines[2]]))
    with pytest.raises(EvidenceError, match="make the table anew"):
        from_csv("id,episode\nx,1\n")
