"""The committed tables against figures computed independently (shared/data/README.md, section 2).

Each row: table, class, event or outcome, days, N and per cent as published there, and where a figure differs, why.
A per cent is met within rounding of the published digit.
"""

import json
from io import BytesIO

import polars as pl
import pytest

from peacetalks.evidence.tables import table_text

README = "data/README.md, section 2"
CF, PK = "open-ended, end known", "treaty or truce, peacekeepers="
BI, C3 = "bi- or multilateral", "class=definitive"
LOW, ANY = "terminated, lower bound", "any end, of known fate"

SINCE, EVER = "since 1945", "1,000 deaths in some year"
EFFORTS, AGAIN = "efforts in episodes that ended", "conflict active again"

CURVES = [  # table, class, event, {days: per cent}, N
    ("ceasefires", CF, "terminated", {7: 14.0, 30: 21.4, 90: 26.7, 365: 39.4, 730: 46.5}, 280),
    ("ceasefires", "all", LOW, {7: 3.1, 30: 4.5, 90: 5.4, 365: 6.7}, 2001),
    ("ceasefires", BI, LOW, {7: 3.4, 30: 4.3, 90: 5.4, 365: 6.5}, 1107),
    ("ceasefires", "fixed_term=0", LOW, {7: 3.6, 30: 5.3, 90: 6.3, 365: 8.5}, 967),
    ("ceasefires", C3, LOW, {7: 0, 30: 0.7, 90: 2.0, 365: 4.8}, 147),
    ("ceasefires", "all", ANY, {7: 40, 30: 62, 90: 75, 365: 89}, None),
    ("ceasefires", BI, ANY, {7: 37, 30: 50, 90: 63, 365: 84}, None),
    ("ceasefires", "fixed_term=0", ANY, {7: 23, 30: 38, 90: 48, 365: 65}, None),
    ("ceasefires", C3, ANY, {7: 3, 30: 7, 90: 15, 365: 31}, None),
    ("spells", "all", "resumed", {30: 1.3, 90: 9.0, 365: 21.8, 1826: 42.9}, 156),
    ("spells", "war_ended=truce", "resumed", {30: 4, 90: 23, 365: 46, 1826: 71}, 48),
    ("spells", "war_ended=treaty", "resumed", {30: 0, 90: 8, 365: 21, 1826: 44}, 39),
    ("spells", "war_ended=victory", "resumed", {30: 0, 90: 0, 365: 6, 1826: 23}, 69),
    ("spells", PK + "0", "resumed", {365: 48, 1826: 73}, 44),
    ("spells", PK + "1", "resumed", {365: 23, 1826: 43}, 30),
    ("processes", "all", "substantive", {90: 12, 730: 55, 1826: 72}, 101),
    ("processes", "all", "comprehensive", {365: 8, 730: 15, 1826: 29}, 122),
    ("mediations", EFFORTS, "episode over", {30: 12, 90: 17, 365: 33}, 300),
    ("mediations", "all", "effort over", {365: 95}, 399),  # "5 % over a year"
    ("agreements", "all", "ended", {90: 10}, None),
    ("agreements", "kind=full", "ended", {1826: 21}, 77),
    ("agreements", "kind=process", "ended", {1826: 43}, 84),
    ("wars", "all", "any", {365: 68}, 95),  # "32 % last over a year"
    ("episodes", "all", AGAIN, {1826: 38.5}, 525),
    ("episodes", "ending=agreement", AGAIN, {1826: 23.5}, 68),
    ("episodes", "ending=ceasefire", AGAIN, {1826: 40.6}, 69),
    ("episodes", "ending=victory_a", AGAIN, {1826: 18.2}, 110),
    ("episodes", "ending=victory_b", AGAIN, {1826: 25.0}, 48),
    ("episodes", "ending=low_activity", AGAIN, {1826: 57.7}, 208),
    ("episodes", "war_type=interstate", AGAIN, {1826: 18.8}, 69),
]

SHARES = [  # table, class, {outcome: per cent}, N
    ("ceasefires, fate", "all", {"known": 55}, 2001),
    ("ceasefires, fate", BI, {"known": 49}, 1107),
    ("ceasefires, fate", "fixed_term=0", {"known": 31}, 967),
    ("ceasefires, fate", C3, {"known": 51}, 147),
    (
        "ceasefires, end known",
        "fixed_term=0",
        {"terminated": 36.5, "superseded": 36.5, "still_on": 26.6},
        263,
    ),  # 96, 96, 70
    ("ceasefires, over, type of end known", "fixed_term=1", {"expired": 53, "superseded": 41, "terminated": 6}, 793),
    ("ceasefires declared, in force at some time", "all", {"never": 3}, 2203),
    (
        "episodes",
        "all",
        {
            "agreement": 13.0,
            "ceasefire": 13.1,
            "victory_a": 21.0,
            "victory_b": 9.1,
            "low_activity": 39.6,
            "actor_ceases": 4.2,
        },
        525,
    ),
    (
        "episodes",
        "war_type=interstate",
        {"agreement": 20, "ceasefire": 22, "victory_a": 15, "victory_b": 16, "low_activity": 28},
        69,
    ),
    (
        "episodes",
        f"war_type=interstate, {EVER}",
        {"agreement": 14, "ceasefire": 31, "victory_a": 24, "victory_b": 21, "low_activity": 10},
        29,
    ),
    ("episodes resumed within 5 calendar years", "all", {"yes": 38.5}, 525),
    ("episodes resumed within 5 calendar years", "ending=agreement", {"yes": 23.5}, 68),
    ("episodes resumed within 5 calendar years", "ending=ceasefire", {"yes": 40.6}, 69),
    ("episodes resumed within 5 calendar years", "ending=victory_a", {"yes": 18.2}, 110),
    ("episodes resumed within 5 calendar years", "ending=victory_b", {"yes": 25.0}, 48),
    ("episodes resumed within 5 calendar years", "ending=low_activity", {"yes": 57.7}, 208),
    ("episodes resumed within 5 calendar years", "war_type=interstate", {"yes": 18.8}, 69),
    ("wars that last over 1 years", "all", {"yes": 32}, 95),
    ("wars that last over 3 years", "all", {"yes": 12}, 95),
    ("wars that last over 4.4 years", "all", {"yes": 8}, 95),
    ("wars, by length", f"{SINCE}, over 365 days", {"stalemate": 50, "win_lose": 30, "transformed": 20}, 10),
    ("wars, by length", f"{SINCE}, over 730 days", {"stalemate": 60}, 5),
    ("mediation efforts of over a year", "all", {"yes": 5}, 399),
    ("forecasting questions, came true", "talks start or resume by a date", {"yes": 23.5}, 17),  # 4 of 17
    ("forecasting questions, came true", "ceasefire or agreement signed by a date", {"no": 100}, 4),
    ("agreements, coded as ended", "all", {"yes": 35.8}, 374),
    (
        "crises since 1945",
        "all",
        {"formal": 22, "semi_formal": 14, "tacit": 6, "unilateral": 36, "imposed": 4, "faded": 10, "other": 8},
        413,
    ),
    ("crises since 1945", "mediation=occurred", {"formal": 43, "semi_formal": 20}, 141),
    ("crises since 1945", "mediation=none", {"formal": 10, "semi_formal": 8}, 237),
    ("crises since 1945, tension", "all", {"recurred": 45}, 382),
    ("crises since 1945, tension", "ending=formal", {"recurred": 41}, 80),
    ("crises since 1945, tension", "ending=semi_formal", {"recurred": 50}, None),
    ("crises since 1945, tension", "ending=faded", {"recurred": 53}, None),
    ("sanctions", "imposed=0", {"partial": 12, "stalemate": 5}, 484),
    (
        "sanctions",
        "imposed=1",
        {"full": 22, "partial": 11, "negotiated": 24, "sender_gives_up": 30, "stalemate": 13},
        540,
    ),
    ("disputes", "hostility=war", {"negotiated": 46, "imposed": 42}, 95),
    ("conflict-years", "all, age 1-1", {"ended": 44}, 613),
    ("conflict-years", "all, age 3-3", {"ended": 19}, None),
    ("conflict-years", "all, age 4-4", {"ended": 22}, None),
    ("conflict-years", "all, age 5-5", {"ended": 9}, None),
    ("conflict-years", "all, age 6-7", {"ended": 9}, None),
    ("conflict-years", "all, age 8-10", {"ended": 11}, None),
    ("conflict-years", "all, age 11-20", {"ended": 8.5}, None),
    ("conflict-years", "intensity=war, age 1-1", {"ended": 40}, 104),
    ("conflict-years", "intensity=war, age 2-2", {"ended": 14}, 78),
    ("conflict-years", "intensity=war, age 3-3", {"ended": 12}, 59),
    ("conflict-years", "intensity=war, age 4-5", {"ended": 15.5}, 97),
    ("conflict-years", "intensity=war, age 6-10", {"ended": 4}, 159),
    ("conflict-years", "war_type=interstate, age 1-1", {"ended": 68}, None),
    ("conflict-years", "war_type=interstate, age 2-2", {"ended": 42}, None),
    ("conflict-years", "war_type=interstate, age 3-3", {"ended": 31}, None),
    ("conflict-years", "war_type=interstate, age 4-5", {"ended": 27}, 15),
    ("conflict-years", "war_type=interstate, age 6-99", {"ended": 24}, 17),
]

LENGTHS = [  # table, class, N, {quartile: days}
    ("ceasefires terminated by a party", "fixed_term=0", 96, {"median": 22}),
    ("wars", "all", 95, {"median": 162}),
    ("wars", SINCE, 38, {"median": 102}),
    ("mediation efforts", "all", 399, {"q25": 2, "median": 5, "q75": 19.5}),
    ("days from start of episode to first mediation", "mediated episodes", 105, {"median": 970}),
    ("processes to a substantive text", "all", 101, {"median": 531}),
    ("crises", "all", 511, {"median": 81}),
]

LINKED, STILL = "civil-war episodes linked to a UCDP ending", "ceasefires, conflict active in its year and the next"
DIFFERENT = [  # table, class, event or outcome, days, published, N there, ours, N here, words of the card that say why
    ("processes", "all", "substantive", 365, 36, 101, 35.4, 101, "one process reached its text on day 366"),
    ("agreements", "all", "ended", 365, 21, 368, 21.5, 374, "six that ended on an unknown day"),
    ("agreements", "all", "ended", 1826, 32, 368, 32.7, 374, "six that ended on an unknown day"),
    ("sanctions", "imposed=0", "full", None, 30, 484, 31.0, 484, "15 cases without imposition carry"),
    ("sanctions", "imposed=0", "negotiated", None, 12, 484, 13.0, 484, "15 cases without imposition carry"),
    ("sanctions", "imposed=0", "sender_gives_up", None, 38, 484, 39.3, 484, "15 cases without imposition carry"),
    ("conflict-years", "all, age 2-2", "ended", None, 25, 335, 24.5, 335, "82 of 335"),
    ("disputes", "all", "negotiated", None, 22, 2174, 22.1, 2157, "17 of unknown settlement"),
    ("disputes", "all", "imposed", None, 7, 2174, 7.3, 2157, "17 of unknown settlement"),
    ("disputes", "all", "none", None, 67, 2174, 67.4, 2157, "17 of unknown settlement"),
    (LINKED, "mediated=1", "agreement", None, 28, 61, 23.1, 52, "one row is one UCDP ending"),
    (LINKED, "mediated=1", "ceasefire", None, 18, 61, 19.2, 52, "one row is one UCDP ending"),
    (LINKED, "mediated=0", "agreement", None, 4, 154, 3.5, 141, "one row is one UCDP ending"),
    (LINKED, "mediated=0", "ceasefire", None, 9, 154, 9.2, 141, "one row is one UCDP ending"),
    (STILL, "all", "yes", None, 79.5, 1672, 79.6, 1630, "earliest end gives year and conflict"),
    (STILL, f"{BI}, class=cessation", "yes", None, 81, 562, 81.7, 529, "earliest end gives year and conflict"),
    (STILL, f"{BI}, class=compliance", "yes", None, 80, 235, 79.2, 226, "earliest end gives year and conflict"),
    (STILL, f"{BI}, class=definitive", "yes", None, 67, 94, 66.7, 96, "earliest end gives year and conflict"),
]


def read(name):
    return pl.read_csv(BytesIO(table_text(name).encode()))


def near(share, percent):
    digits = 1 if percent % 1 else 0
    return abs(100 * share - percent) <= 0.5 * 10**-digits + 0.011


@pytest.mark.parametrize(("table", "cls", "event", "percents", "n"), CURVES)
def test_curves(table, cls, event, percents, n):
    rows = read("curves.csv").filter(pl.col("table") == table, pl.col("class") == cls, pl.col("event") == event)
    got = {r["days"]: r for r in rows.to_dicts()}
    for days, percent in percents.items():
        assert near(got[days]["probability"], percent), (days, percent, got[days])
        assert n is None or got[days]["n"] == n


@pytest.mark.parametrize(("table", "cls", "percents", "n"), SHARES)
def test_shares(table, cls, percents, n):
    rows = read("shares.csv").filter(pl.col("table") == table, pl.col("class") == cls)
    got = {r["outcome"]: r for r in rows.to_dicts()}
    for outcome, percent in percents.items():
        assert near(got[outcome]["share"], percent), (outcome, percent, got[outcome])
        assert n is None or got[outcome]["n"] == n


@pytest.mark.parametrize(("table", "cls", "n", "days"), LENGTHS)
def test_lengths(table, cls, n, days):
    row = read("lengths.csv").row(by_predicate=(pl.col("table") == table) & (pl.col("class") == cls), named=True)
    assert row["n"] == n
    for quartile, there in days.items():
        assert row[quartile] == pytest.approx(there, abs=0.5)


@pytest.mark.parametrize(("table", "cls", "what", "days", "there", "n", "ours", "n_ours", "why"), DIFFERENT)
def test_differences_are_known_and_explained_by_the_card(table, cls, what, days, there, n, ours, n_ours, why):
    name, column, value = ("shares.csv", "outcome", "share") if days is None else ("curves.csv", "event", "probability")
    rows = read(name).filter(pl.col("table") == table, pl.col("class") == cls, pl.col(column) == what)
    row = (rows if days is None else rows.filter(pl.col("days") == days)).row(0, named=True)
    assert 100 * row[value] == pytest.approx(ours, abs=0.06)
    assert row["n"] == n_ours
    assert not (near(row[value], there) and n == n_ours), "no longer a difference: move it to the figures that agree"
    assert any(why in text for text in json.loads(table_text("cards.json"))["tables"][name]["differs"])


def test_what_cannot_be_rebuilt_is_said():
    """The shares of intrastate endings of 2010 to 2023 need a file that was not at hand; crises' 81 days are of all."""
    tables = json.loads(table_text("cards.json"))["tables"]
    assert any("version 4" in text for text in tables["shares.csv"]["differs"])
    assert any("81 days" in text for text in tables["lengths.csv"]["differs"])
