"""The case book: chosen by its rule, mapped as written, stored as computed, pooled without looking ahead."""

import csv
import json
import math
from datetime import date

import numpy as np
import polars as pl
import pytest

from peacetalks.backtests import negotiations as home
from peacetalks.backtests import remake
from peacetalks.backtests.case_book import NOT_SOLVED, case_book
from peacetalks.backtests.case_outcomes import MONTHS, ORDER, outcome, outcome_known_on
from peacetalks.backtests.inside import inside_table, parse_inside, solve_case
from peacetalks.backtests.mapping import IRRESOLUTE, RESOLUTE, digest, earlier_wars, scenario, strength
from peacetalks.backtests.negotiations import Negotiation, negotiations, rebuild, table_text
from peacetalks.backtests.reference_classes import classes
from peacetalks.backtests.remake import pool_card, pool_csv
from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.evidence import EvidenceMissing
from peacetalks.evidence import tables as evidence_tables
from peacetalks.evidence.dates import months_later
from peacetalks.evidence.pool import shipped
from peacetalks.evidence.tables import read_cases

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


def test_mapping_by_hand():
    c = BOOK[IRAN_IRAQ]
    s = scenario(c)
    kappa = c.capability_a / (c.capability_a + c.capability_b)
    resolute = 1 - 0.5 * math.exp(-c.age / 5)
    one, two = s.sides
    assert float(s.battlefield.strength) == pytest.approx(kappa)
    assert float(one.types["resolute"].share) == pytest.approx(resolute)
    assert float(one.types["resolute"].war_cost) == pytest.approx(RESOLUTE * 2 * (1 - kappa))
    assert float(two.types["irresolute"].war_cost) == pytest.approx(IRRESOLUTE * 2 * kappa)
    assert s.as_of == c.talks
    assert all(n.source for n in s.numbers().values())


def test_the_record_by_hand_and_blind_to_the_future():
    c = Negotiation(1, "X", "X", date(1990, 1, 1), date(1995, 6, 1), "cwm", "civil", "government", None, None)
    rows = [
        (2, "government", "intrastate", date(1980, 1, 1), date(1981, 1, 1), "victory_a"),
        (3, "government", "intrastate", date(1980, 1, 1), date(1982, 1, 1), "victory_b"),
        (4, "territory", "intrastate", date(1980, 1, 1), date(1983, 1, 1), "victory_a"),
        (5, "government", "interstate", date(1980, 1, 1), date(1983, 1, 1), "victory_a"),
        (6, "government", "intrastate", date(1990, 1, 1), date(1999, 1, 1), "victory_a"),
    ]  # not yet known
    frame = pl.DataFrame(
        rows, ["id", "incompatibility", "war_type", "start", "end", "ending"], orient="row"
    ).with_columns(seen=pl.lit(None, pl.Date), war_year=pl.lit(None, pl.Int64), resumed=pl.lit(None, pl.Int64))
    r = earlier_wars(c, frame)
    assert (r.won_a, r.won_b, r.victories) == (1, 1, 3)
    assert r.months == pytest.approx((366 + 731 + 1096 + 1976) / 30.4375)  # the last one still goes on
    assert strength(c, r)[0] == 0.5
    case = BOOK[BOSNIA]
    late = pl.col("end") >= case.talks
    other = read_cases("episodes").with_columns(
        ending=pl.when(late).then(pl.lit("victory_b")).otherwise("ending"),
        resumed=pl.lit(None, pl.Int64),
        end=pl.when(late).then(pl.col("end").dt.offset_by("700d")).otherwise("end"),
    )
    assert digest(case, frame=other) == digest(case)


def test_stored_inside_views_belong_to_the_mapping_as_it_is():
    """A change of the mapping, of the record or of the size needs `peacetalks.backtests.rebuild()`."""
    views, size, digests = inside_table()
    assert set(views) == set(BOOK)
    for key, c in BOOK.items():
        assert digest(c, size) == digests[key], c.name
        assert np.allclose(views[key].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("key", [ISRAEL_SYRIA, BOSNIA])
def test_stored_inside_views_are_those_of_the_engine(key):
    views, size, _ = inside_table()
    assert np.allclose(solve_case(BOOK[key], size), views[key], atol=1e-4)


def test_reference_classes_are_widened_from_the_right():
    assert classes(BOOK[IRAN_IRAQ]) == [
        "war_type=interstate, intensity=war, reached=1y",
        "war_type=interstate, intensity=war",
        "war_type=interstate",
    ]
    assert classes(BOOK[ISRAEL_SYRIA])[0] == "war_type=interstate, intensity=war"


def test_the_weight_is_never_set_by_the_case_at_hand(book):
    known = [date(months_later(c.talks, int(m)).year + 1, 12, 31) for c, m in zip(book.cases, book.months, strict=True)]
    assert known == book.known_on == [outcome_known_on(c, int(m)) for c, m in zip(book.cases, book.months, strict=True)]
    for i in np.flatnonzero(book.scored):
        earlier = sum(book.scored[j] and known[j] < book.cases[i].talks for j in range(len(known)))
        assert book.fits[i].n == earlier
    firsts = [f.n for f in book.fits if f is not None]
    assert firsts[0] == 0
    assert firsts[-1] > 40


def test_a_class_that_is_too_small_leaves_the_case_out(book):
    out = [c.talks.year for c, r in zip(book.cases, book.reason, strict=True) if r]
    assert out
    assert max(out) < 1960
    assert not np.isfinite(book.views["pooled"][~book.scored]).any()
    assert np.isfinite(book.views["pooled"][book.scored]).all()


def test_the_shipped_pool_is_the_one_that_the_case_book_gives(book):
    """If this fails: `peacetalks.backtests.repool()`."""
    assert pool_csv(book) == evidence_tables.table_text("pool.csv")
    assert pool_card(book) == evidence_tables.table_text("pool.json")
    assert shipped().effective_n == json.loads(evidence_tables.table_text("pool.json"))["cases"]


def test_a_case_that_is_not_solved_is_left_out_and_counted(tmp_path, monkeypatch):
    views, size, _ = inside_table()

    def solve_all_but_one(case, size):
        if case.id == BOSNIA:
            raise NotSolved("no")
        return views[case.id]

    monkeypatch.setattr(remake, "solve_case", solve_all_but_one)
    text = remake.rebuild(size, tmp_path)[0].read_text()
    assert f"\n{BOSNIA},12,,,,7,5,9," in text
    book = case_book({**views, BOSNIA: np.full((2, 3), np.nan)}, size)
    assert {r for c, r in zip(book.cases, book.reason.tolist(), strict=True) if c.id == BOSNIA} == {NOT_SOLVED}


def test_rebuild_writes_what_it_solved(tmp_path, monkeypatch):
    stored = list(csv.DictReader(table_text("inside.csv").splitlines()))
    solved = {int(r["id"]): [[float(q[e]) for e in ORDER] for q in stored if q["id"] == r["id"]] for r in stored}
    monkeypatch.setattr(remake, "solve_case", lambda case, size: np.array(solved[case.id]))
    reported = []
    one, two, card = remake.rebuild(inside_table()[1], tmp_path, lambda done, all_: reported.append((done, all_)))
    assert one.read_text() == table_text("inside.csv")
    assert two.read_text() == evidence_tables.table_text("pool.csv")
    assert card.read_text() == evidence_tables.table_text("pool.json")
    assert reported[-1] == (len(BOOK), len(BOOK))


def test_a_case_that_stands_twice_is_refused(monkeypatch):
    text = table_text("inside.csv")
    lines = text.splitlines()
    with pytest.raises(
        EvidenceError, match=rf"inside\.csv: case {lines[1].split(',')[0]} has rows for months \[12, 24, 12\]"
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


def test_the_shipped_pool_has_one_row_for_each_day():
    days = [line.split(",")[0] for line in evidence_tables.table_text("pool.csv").splitlines()[1:]]
    assert days == sorted(set(days))


def test_tables_are_written_where_they_are_read(monkeypatch):
    written = []
    monkeypatch.setattr(remake, "write_tables", lambda folder, texts: [written.append(folder / n) for n in texts] or [])
    remake.repool()
    monkeypatch.setattr(remake, "solve_case", lambda case, size: inside_table()[0][case.id])
    remake.rebuild(inside_table()[1])
    assert {p.name for p in written} == {"inside.csv", "pool.csv", "pool.json"}
    assert all(p.is_file() for p in written)  # in the package, one copy each
