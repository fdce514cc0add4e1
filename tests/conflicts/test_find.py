"""Conflicts by name at a date: names that people write, states that the record says, and nothing known only later."""

from datetime import date, timedelta
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peacetalks.conflicts import find
from peacetalks.conflicts.conflict_years import conflict_years, every_year
from peacetalks.conflicts.find import conflicts, coverage_end, find_conflict
from peacetalks.conflicts.matching import Entry, matches, words
from peacetalks.errors import EvidenceError
from peacetalks.evidence.parties import without_persons

IDS = sorted(find._spans())


@pytest.mark.parametrize(
    ("name", "day", "number"),
    [
        ("Korea", "1951-07-10", 235),
        ("the Korean War", "1951-07-10", 235),
        ("Sri Lanka", "2001-06-01", 352),
        ("sri lanka: EELAM", "2001-06-01", 352),
        ("LTTE", "2001-06-01", 352),
        ("Sudan: government", "2004-05-05", 309),
        ("Russia - Ukraine", "2022-03-26", 13243),
        ("Russia–Ukraine", "2024-03-26", 13243),
        ("Ukraine", "2025-06-01", 13243),
        ("Ukraine", "2016-06-01", 13306),
        ("Iran-Iraq war", "1985-12-31", 324),
        ("Falklands", "1982-05-10", 346),
        ("Côte d'Ivoire", "2003-01-01", 419),
        ("324", "1985-12-31", 324),
        (324, date(1985, 12, 31), 324),
    ],
)
def test_names_that_people_write(name, day, number):
    assert find_conflict(name, day).id == number


@pytest.mark.parametrize(
    ("name", "day", "message"),
    [
        ("Sri Lnka", "2001-06-01", r"no conflict of the record is called 'Sri Lnka' \(did you mean 'Sri Lanka'\?\)"),
        ("Columbia", "2001-06-01", r"did you mean 'Colombia'"),
        ("Iran", "1985-12-31", r"'Iran' can be 2 conflicts at 1985-12-31: 205 Iran: Kurdistan .*; 324 Iran - Iraq"),
        ("", "2001-06-01", "no conflict of the record is called ''"),
        ("99999", "2001-06-01", "no conflict of the record has the UCDP number 99999"),
        (True, "2001-06-01", "True is not a conflict: give its name or UCDP number"),
        ("Korea", "1940-01-01", r"\(conflict 235\) began on 1949-05-31, after 1940-01-01: give a later day"),
        ("Korea", "yesterday", "write a day as YYYY-MM-DD"),
    ],
)
def test_refusals(name, day, message):
    with pytest.raises(EvidenceError, match=message):
        find_conflict(name, day)


def test_a_long_list_of_matches_is_cut():
    with pytest.raises(EvidenceError, match=r"'government' can be \d+ conflicts at .*; and \d+ more\. Give the number"):
        find_conflict("government", "1990-01-01")


def test_korea_in_july_1951():
    """By hand from UCDP/PRIO: the war of 1950 had been reached; that of 1951 was not over and is not used."""
    c = find_conflict(235, "1951-07-10")
    assert (c.kind, c.state, c.since, c.start, c.previous) == ("interstate", "fighting", None, date(1949, 5, 31), 0)
    assert (c.intensity, c.war, c.deaths, c.ceasefires, c.talks) == ("war", True, None, None, False)
    assert c.talks_source.startswith("taken as closed: none recorded in the twelve months before (icb to 2017")
    assert c.age == pytest.approx(2.11, abs=0.01)


def test_a_war_thirty_days_old_has_no_year_that_has_passed():
    c = find_conflict("Russia - Ukraine", "2022-03-26")
    assert (c.intensity, c.war, c.deaths, c.notes) == ("minor", False, None, (find.FIRST_YEAR,))
    assert c.age * 365.25 == pytest.approx(30)
    assert (c.capability_a, c.capability_b) == (0.034852, 0.006436)


def test_states():
    """Truce and settlement as UCDP codes the end; fighting again from the first day of the next episode."""
    assert [find_conflict(352, d).state for d in ("2001-12-11", "2001-12-12", "2003-06-13", "2003-06-14")] == [
        "fighting", "truce", "truce", "fighting",
    ]  # fmt: skip
    assert find_conflict(352, "2001-12-12").since == date(2001, 12, 12)
    assert find_conflict(419, "2005-01-01").state == "settlement"  # Ivory Coast: agreement
    korea = find_conflict(235, "1960-01-01")
    assert (korea.state, korea.since) == ("truce", date(1953, 7, 27))


def span(ending, end=date(2001, 6, 15)):
    """A hand-made episode of 1999 to 2001."""
    rows = tuple({"year": y} for y in (1999, 2000, 2001))
    return find._Span(1, date(1999, 3, 1), end, ending, rows)


@pytest.mark.parametrize("ending", ["agreement", "ceasefire", "victory_a", "victory_b", "actor_ceases"])
def test_an_end_that_was_public_on_its_day_is_coded_when_the_next_year_was_quiet(ending):
    days = [date(2001, 6, 14), date(2001, 6, 15), date(2002, 1, 1), date(2002, 12, 30), date(2002, 12, 31)]
    assert [span(ending).ended_by(d) for d in days] == [False, True, True, True, True]
    assert [span(ending).coded_later(d) for d in days] == [False, True, True, True, False]


@pytest.mark.parametrize("ending", ["low_activity", None])
def test_an_end_that_is_taken_as_known_only_when_it_is_coded_is_never_coded_later(ending):
    days = [date(2001, 6, 15), date(2002, 12, 30), date(2002, 12, 31)]
    assert [span(ending).ended_by(d) for d in days] == [False, False, True]
    assert not any(span(ending).coded_later(d) for d in days)
    assert not span(ending, end=None).coded_later(date(2009, 1, 1))


def test_a_state_that_follows_from_an_end_coded_later_is_marked_and_said():
    """Sri Lanka: the ceasefire of 12 December 2001, coded as an end because 2002 was quiet."""
    c = find_conflict(352, "2002-03-01")
    assert (c.state, c.coded_later) == ("truce", True)
    (note,) = c.notes
    assert note.startswith(
        "The truce rests on the end of the episode on 2001-12-12. The record codes an end only where"
    )
    assert "known on 2002-12-31: at the date nobody could know that it would hold" in note
    after = find_conflict(352, "2002-12-31")
    assert (after.state, after.coded_later, after.notes) == ("truce", False, ())
    listed = conflicts("2002-03-01", "Sri Lanka").select("id", "coded_later").rows()
    assert (352, True) in listed


def test_ends_coded_later_held_by_construction():
    """Why they are marked: not one of them was fought in the next year."""
    fought = {(r["id"], r["year"]) for r in every_year().iter_rows(named=True)}
    found = [(y, r) for y in range(1990, 2020) for r in conflicts(date(y, 1, 1)).iter_rows(named=True)]
    marked = [(r["id"], y) for y, r in found if r["coded_later"]]
    assert len(marked) > 80
    assert not fought.intersection(marked)


def test_low_activity_is_known_a_calendar_year_later():
    """Sri Lanka's second episode ended in August 2003 in low activity."""
    assert find_conflict(352, "2004-12-30").state == "fighting"
    assert find_conflict(352, "2004-12-31").state == "over"


def test_a_ceasefire_while_the_episode_goes_on_is_fighting_and_said():
    """Sudan: the two-sided ceasefire of 8 April 2004 (ETH/PRIO), in force a month later; fought in 2005."""
    c = find_conflict(309, "2004-05-05")
    assert (c.state, c.since, c.talks, c.coded_later) == ("fighting", None, True, False)
    (note,) = c.notes
    assert note.startswith("A ceasefire of both sides, perhaps with one party of several, is recorded as in force")
    assert "in force since 2004-04-08. It ended no episode of fighting" in note


def test_what_became_of_conflicts_with_a_ceasefire_is_counted_as_known_at_the_day():
    """At the end of the record by hand: 43 conflict-years with a ceasefire in force of known outcome, 4 peaces."""
    assert "Of 43 conflict-years with such a ceasefire 4 had come to peace" in find._after_ceasefires(coverage_end())
    assert find._after_ceasefires(date(1990, 1, 1)) == ""
    early = find._after_ceasefires(date(2001, 1, 1))
    rows = conflict_years().filter(pl.col("truce"), pl.col("year") <= 1998, pl.col("out12").is_not_null())
    assert f"Of {rows.height} conflict-years" in early


def test_after_the_record_what_was_known_at_its_end():
    c, last = find_conflict(13243, "2026-11-26"), find_conflict(13243, coverage_end())
    assert c.notes == ("The record of conflicts ends on 2024-12-31: this is what was known then.",)
    same = ("state", "intensity", "war", "deaths", "population", "capability_a", "start", "coverage_end")
    assert [getattr(c, k) for k in same] == [getattr(last, k) for k in same]
    assert c.as_of == date(2026, 11, 26)
    assert last.notes == ()
    assert find_conflict(13243).notes == ("No date was given: this is as of 2024-12-31, the last day of the record.",)


def test_agrees_with_the_conflict_years_on_their_day():
    """An independent method: each row of the table is what is found of its conflict on its day."""
    checked = 0
    for r in conflict_years().filter(pl.col("year") % 7 == 0).iter_rows(named=True):
        c = find_conflict(r["id"], r["day"])
        if c.episode != r["episode"]:
            continue  # a later episode began in the same year
        same = ("name", "kind", "start", "intensity", "war", "major_power", "deaths", "population", "talks", "previous")
        assert {k: getattr(c, k) for k in same} == {k: r[k] for k in same}, (r["id"], r["year"])
        assert c.ceasefires == r["ceasefires"]
        assert c.state == "fighting", (r["id"], r["year"])
        assert any("ceasefire" in n for n in c.notes) == bool(r["truce"]), (r["id"], r["year"])
        checked += 1
    assert checked > 300


def planted(frame, day):
    """The table with other facts for all that became known after a day."""
    year = pl.date(pl.col("year"), 12, 31) > day
    frame = frame.filter(pl.col("year") <= day.year)
    quiet = pl.col("ending").is_null() | (pl.col("ending") == "low_activity")
    known = pl.when(quiet).then(pl.date(pl.col("end").dt.year() + 1, 12, 31)).otherwise("end")
    later = pl.col("end").is_not_null() & (known > day)
    return frame.with_columns(
        intensity=pl.when(year).then(pl.lit("war")).otherwise("intensity"),
        deaths=pl.when(year).then(10**6).otherwise("deaths"),
        end=pl.when(later).then(day + timedelta(9)).otherwise("end"),
        ending=pl.when(later).then(pl.lit("agreement")).otherwise("ending"),
    )


@given(st.sampled_from(IDS), st.dates(date(1946, 1, 1), date(2024, 12, 31)))
def test_a_planted_later_fact_changes_nothing(conflict, day):
    if find._spans()[conflict][0].start > day:
        return
    found = find_conflict(conflict, day)
    spans = find.spans_of(planted(every_year(), day).filter(pl.col("id") == conflict))
    acts = {conflict: [a for a in find._acts()[conflict] if a.day <= day]}
    end = coverage_end()
    with (
        patch.object(find, "_spans", lambda: spans),
        patch.object(find, "_acts", lambda: acts),
        patch.object(find, "coverage_end", lambda: end),
    ):
        assert find_conflict(conflict, day) == found


def test_the_list():
    every = conflicts("2001-12-31")
    assert every["id"].is_sorted()
    assert set(every["state"]) == {"fighting", "truce", "settlement", "over"}
    assert (every["first"] <= every["last"]).all()
    assert every["last"].max() == 2001
    assert conflicts("2001-12-31", "352")["name"].to_list() == ["Sri Lanka: Eelam"]
    assert conflicts("2001-12-31", "nowhere at all").is_empty()
    assert conflicts().height == 303  # as the card of UCDP/PRIO says


def test_words_and_matches():
    assert words("The Iran–Iraq War") == ("iran", "iraq")
    a, b = Entry(1, "Sudan: government", "", ""), Entry(2, "Sudan: Southern Sudan", "SPLM/A", "Southern Sudan")
    assert [e.id for e in matches("sudan", [a, b])] == [1, 2]
    assert [e.id for e in matches("Sudan government", [a, b])] == [1]
    assert [e.id for e in matches("splm", [a, b])] == [2]
    assert matches("the war", [a, b]) == []


def test_the_name_of_a_state_is_not_that_of_its_war_of_independence():
    with pytest.raises(EvidenceError, match=r"'Angola' can be 3 conflicts.*263 Angola: Angola.*327 .*UNITA; fighting"):
        find_conflict("Angola", "1995-01-01")
    assert find_conflict("Angola: Angola", "1973-01-01").id == 263
    assert conflicts("1995-01-01", "Angola")["id"].to_list() == [263, 327, 387]


def test_what_a_name_can_mean_is_listed_with_the_parties_of_the_day():
    with pytest.raises(EvidenceError, match=r"332 Mozambique: government .*Renamo"):
        find_conflict("Mozambique", "1985-01-01")


def test_parties_that_the_source_calls_after_persons_are_shown_as_factions():
    rows = every_year().select("side_a", "side_b").unique().rows()
    called = {p for row in rows for p in row if "orces of " in p or "orces loyal to " in p}
    assert len(called) > 40
    shown = {without_persons(p) for p in called}
    left = {p for s in shown for p in s.split(", ") if "orces of " in p or "orces loyal to " in p}
    assert left == {
        "Forces of Harar garrison",
        "Forces of the Caucasus Emirate",
        "Forces of the House of Representatives",
        "Forces of the Presidential Leadership Council",
        "Revolutionary Forces of 1 April",
        "United Armed Forces of Novorossiya",
    }
    listed = conflicts().select("side_a", "side_b").rows()
    assert all(without_persons(p) == p for row in listed for p in row)


def test_such_a_conflict_is_still_found_by_the_name_that_the_source_has():
    row = every_year().filter(pl.col("id") == 300, pl.col("year") == 1997).row(0, named=True)
    named = row["side_b"].split(",")[0]
    assert conflicts("1998-02-01", named)["id"].to_list() == [300]
    found = find_conflict(named, "1998-02-01")
    assert (found.id, found.side_b) == (300, "Armed faction, KR, Military faction")
