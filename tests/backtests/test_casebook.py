"""The case book: chosen by its rule, made into conflicts, stored as computed, adjusted without looking ahead."""

import csv
import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from peacetalks.backtests import negotiations as home
from peacetalks.backtests import remake
from peacetalks.backtests.best_estimate import of_cases, of_years
from peacetalks.backtests.case_book import NO_RECORD, NOT_SOLVED, case_book
from peacetalks.backtests.case_conflicts import conflict_of
from peacetalks.backtests.case_outcomes import MONTHS, ORDER, outcome, outcome_known_on
from peacetalks.backtests.inside import VERSIONS, digest, inside_table, parse_inside, scenario, solve_case
from peacetalks.backtests.negotiations import negotiations, rebuild, table_text
from peacetalks.backtests.occasions import day_number
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.evidence import EvidenceMissing
from peacetalks.evidence import tables as evidence_tables
from peacetalks.evidence.anchor import adjust, shipped
from peacetalks.evidence.dates import months_later
from peacetalks.evidence.tables import read_cases

YEARS = conflict_years()
BOOK = {c.id: c for c in negotiations()}
IRAN_IRAQ, ISRAEL_SYRIA, BOSNIA, CROATIA, FALL = 32402, 30202, 39801, 39001, 26702


@pytest.fixture(scope="module")
def book(whole):
    return whole[0].book


def test_the_raw_files_give_the_committed_case_book(data, tmp_path):
    for path in rebuild(data, tmp_path):
        assert path.read_text(encoding="utf-8") == table_text(path.name), path.name


def test_missing_raw_files_are_named(tmp_path):
    with pytest.raises(EvidenceMissing, match="dataset 'cwm'"):
        rebuild(tmp_path, tmp_path)


def test_every_case_keeps_the_rule():
    episodes = {r["id"]: r for r in read_cases("episodes").iter_rows(named=True)}
    assert len(BOOK) == len(negotiations()) >= 12
    for c in BOOK.values():
        e = episodes[c.id]
        assert e["start"] == c.start <= c.talks <= (e["end"] or e["seen"])
        assert e["war_year"] <= c.talks.year
        assert (e["war_type"] == "interstate") == (c.kind == "interstate") == (c.source == "icb")
        assert c.kind == "interstate" or c.capability_a is None  # a rebel's capability is null, never 0
        assert c.capability_a is None or 0 < c.capability_a < 1


def test_what_came_true_by_hand():
    assert [ORDER[outcome(BOOK[ISRAEL_SYRIA], m)] for m in MONTHS] == ["peace", "peace"]
    assert [ORDER[outcome(BOOK[IRAN_IRAQ], m)] for m in MONTHS] == ["nowhere", "nowhere"]  # six more years of war
    assert [ORDER[outcome(BOOK[BOSNIA], m)] for m in MONTHS] == ["nowhere", "peace"]  # the agreement of 1994
    assert [ORDER[outcome(BOOK[CROATIA], m)] for m in MONTHS] == ["peace", "more_conflict"]  # war again in 1995
    assert ORDER[outcome(BOOK[FALL], 12)] == "more_conflict"  # won by the rebels within days
    assert months_later(date(2000, 1, 31), 13) == date(2001, 2, 28)


def test_a_case_as_a_conflict_by_hand():
    c = conflict_of(BOOK[IRAN_IRAQ], YEARS)
    assert (c.id, c.kind, c.state, c.as_of, c.talks) == (324, "interstate", "fighting", BOOK[IRAN_IRAQ].talks, True)
    assert (c.capability_a, c.capability_b) == (BOOK[IRAN_IRAQ].capability_a, BOOK[IRAN_IRAQ].capability_b)
    assert c.deaths is None  # talks began in the first year: no calendar year of the war had passed
    croatia = conflict_of(BOOK[CROATIA], YEARS)
    row = YEARS.row(by_predicate=(pl.col("episode") == CROATIA) & (pl.col("year") == 1992), named=True)
    assert croatia.as_of.year == 1993
    assert croatia.deaths == row["deaths"] > 1000
    assert (croatia.population, croatia.ceasefires) == (row["population"], row["ceasefires"])
    assert croatia.capability_a is None


def test_a_case_is_blind_to_the_future():
    """Later rows of the conflict-years, and later facts of its own episode, change no number of its scenario."""
    case = BOOK[CROATIA]
    other = YEARS.with_columns(deaths=pl.when(pl.col("year") >= case.talks.year).then(1).otherwise("deaths"))
    late = read_cases("episodes").with_columns(end=pl.lit(None, pl.Date), ending=pl.lit(None, pl.String))
    assert conflict_of(case, other) == conflict_of(case, YEARS, late) == conflict_of(case, YEARS)
    earlier = YEARS.with_columns(deaths=pl.when(pl.col("year") < case.talks.year).then(1).otherwise("deaths"))
    assert conflict_of(case, earlier) != conflict_of(case, YEARS)


@pytest.mark.slow
def test_stored_inside_views_belong_to_the_mapping_as_it_is():
    """A change of the mapping, of the record or of the size needs `peacetalks.backtests.rebuild()`."""
    views, size, digests = inside_table()
    assert set(views) == {(key, version) for key in BOOK for version in VERSIONS}
    for key, version in views:
        found = scenario(BOOK[key], version, YEARS, size)
        assert digest(found, size) == digests[key, version], f"{BOOK[key].name} ({version})"
    solved = np.array(list(views.values()))
    assert np.allclose(solved[np.isfinite(solved[:, 0, 0])].sum(axis=2), 1, atol=2e-6)


@pytest.mark.parametrize("key", [ISRAEL_SYRIA, BOSNIA])
def test_stored_inside_views_are_those_of_the_engine(key):
    views, size, _ = inside_table()
    for version in VERSIONS:
        found = solve_case(scenario(BOOK[key], version, YEARS, size), size)
        assert np.allclose(found, views[key, version], atol=1e-4)


def test_the_weight_is_never_set_by_the_case_at_hand(whole):
    """Counted by hand: the rows of conflict-years and case book whose outcome was known before the talks."""
    b = whole[0]
    book = b.book
    known = [date(months_later(c.talks, int(m)).year + 1, 12, 31) for c, m in zip(book.cases, book.months, strict=True)]
    assert known == book.known_on == [outcome_known_on(c, int(m)) for c, m in zip(book.cases, book.months, strict=True)]
    past = [*(of_years(v) for v in b.years), of_cases(book)]
    days = np.concatenate([p.known[p.whole & (p.outcome >= 0)] for p in past])
    for i in np.flatnonzero(book.scored):
        assert book.weights[i].n == (days < day_number(book.cases[i].talks)).sum()
    counts = [w.n for w in book.weights if w is not None]
    assert counts == sorted(counts)
    assert counts[0] < 30
    assert counts[-1] > 1000


def test_a_row_is_left_out_where_a_view_is_missing_and_nowhere_else(book):
    assert set(book.reason[~book.scored].tolist()) <= {NO_RECORD, NOT_SOLVED}
    whole = np.isfinite(np.concatenate([*book.views.values(), book.typical], axis=1)).all(axis=1)
    assert np.array_equal(book.scored, whole)
    assert 90 <= book.scored.sum() <= 96


def test_the_best_estimate_is_the_record_adjusted(book):
    for i in np.flatnonzero(book.scored):
        parts = (book.views["record"][i], book.views["model"][i], book.typical[i])
        assert np.allclose(book.views["best"][i], adjust(*parts, book.weights[i].mean), atol=1e-9)


def test_the_shipped_weight_is_the_one_that_the_backtest_gives(whole):
    """If this fails: `peacetalks.backtests.reanchor()`."""
    b = whole[0]
    for name, text in remake.anchor_tables(b.years, b.book).items():
        assert text == evidence_tables.table_text(name), name
    assert json.loads(evidence_tables.table_text("anchor.json"))["sharpens"] == b.sharpens
    assert shipped() == b.weight


@pytest.mark.slow
def test_a_case_that_is_not_solved_is_left_out_and_counted(tmp_path, monkeypatch):
    views, size, _ = inside_table()
    asked = iter([(c.id, v) for c in negotiations() for v in VERSIONS])

    def solve_all_but_one(found, asked_size):
        if asked_size != size:
            raise NotSolved("not on a coarser grid either")
        key = next(asked)
        if key == (BOSNIA, "calibrated"):
            raise NotSolved("no")
        return views[key]

    monkeypatch.setattr(remake, "solve_case", solve_all_but_one)
    text = remake.rebuild_cases(size, tmp_path)[0].read_text()
    assert f"\n{BOSNIA},12,calibrated,,,,7,5,9," in text
    found = case_book(YEARS, ({**views, (BOSNIA, "calibrated"): np.full((2, 3), np.nan)}, size))
    assert {r for c, r in zip(found.cases, found.reason.tolist(), strict=True) if c.id == BOSNIA} == {NOT_SOLVED}


def test_a_game_that_is_not_solved_is_solved_on_a_coarser_grid(monkeypatch):
    size = inside_table()[1]

    def solve_on_three(found, asked_size):
        if asked_size.belief_points > 3:
            raise NotSolved("no")
        assert (asked_size.positions, asked_size.offers) == (size.positions, size.offers)
        return np.full((2, 3), 1 / 3)

    monkeypatch.setattr(remake, "solve_case", solve_on_three)
    monkeypatch.setattr(remake, "negotiations", lambda: [BOOK[BOSNIA]])
    written = {}
    monkeypatch.setattr(remake, "write_tables", lambda folder, texts: written.update(texts) or [])
    remake.rebuild_cases(size)
    assert written["inside.csv"].count("0.333333,0.333333,0.333333") == 2 * len(VERSIONS)


@pytest.mark.slow
def test_what_is_stored_stays_where_its_scenario_is_the_same(monkeypatch):
    monkeypatch.setattr(remake, "solve_case", lambda found, size: pytest.fail("solved again"))
    written = {}
    monkeypatch.setattr(remake, "write_tables", lambda folder, texts: written.update(texts) or [])
    remake.rebuild_cases(inside_table()[1], reuse=True)
    assert written["inside.csv"] == table_text("inside.csv")


@pytest.mark.slow
def test_rebuild_writes_what_it_solved(tmp_path, monkeypatch):
    stored = list(csv.DictReader(table_text("inside.csv").splitlines()))
    solved = {}
    for r in stored:
        solved.setdefault((int(r["id"]), r["version"]), []).append([float(r[e] or "nan") for e in ORDER])
    asked = iter([(c.id, v) for c in negotiations() for v in VERSIONS])
    monkeypatch.setattr(remake, "solve_case", lambda found, size: np.array(solved[next(asked)]))
    reported = []
    (path,) = remake.rebuild_cases(inside_table()[1], tmp_path, lambda done, all_: reported.append((done, all_)))
    assert path.read_text() == table_text("inside.csv")
    assert reported[-1] == (len(VERSIONS) * len(BOOK), len(VERSIONS) * len(BOOK))


def test_a_case_that_stands_twice_is_refused(monkeypatch):
    text = table_text("inside.csv")
    lines = text.splitlines()
    with pytest.raises(
        EvidenceError,
        match=rf"inside\.csv: case {lines[1].split(',')[0]} \(calibrated\) has rows for months \[12, 24, 12\]",
    ):
        parse_inside(f"{text}{lines[1]}\n")
    with pytest.raises(
        EvidenceError, match=r"has rows for months \[12\], not one for each of \[12, 24\]: make the table"
    ):
        parse_inside("\n".join(lines[:2]) + "\n")
    book = table_text("negotiations.csv")
    again = book + book.splitlines()[1] + "\n"
    monkeypatch.setattr(home, "table_text", lambda name: again)
    with pytest.raises(EvidenceError, match=r"negotiations\.csv: case \d+ stands in more than one row"):
        negotiations()


def test_the_shipped_weight_has_one_row_for_each_day():
    days = [line.split(",")[0] for line in evidence_tables.table_text("anchor.csv").splitlines()[1:]]
    assert days == sorted(set(days))


@pytest.mark.slow
def test_tables_are_written_where_they_are_read(monkeypatch):
    written = []
    monkeypatch.setattr(remake, "write_tables", lambda folder, texts: [written.append(folder / n) for n in texts] or [])
    monkeypatch.setattr(
        remake.year_tables, "made", lambda rows, progress: {"conflict_years.csv": "", "conflict_years.json": ""}
    )
    monkeypatch.setattr(remake, "solve_case", lambda found, size: np.full((2, 3), 1 / 3))
    remake.rebuild(inside_table()[1])
    assert {p.name for p in written} == {
        *("inside.csv", "conflict_years.csv", "conflict_years.json", "anchor.csv", "anchor.json")
    }
    assert all(p.is_file() for p in written)  # in the package, one copy each
