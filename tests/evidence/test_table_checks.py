"""Nothing counts twice and nothing vanishes in tables: each refusal with its message, and the shipped tables."""

import json
import re
from io import BytesIO

import polars as pl
import pytest

from peacetalks.errors import EvidenceError
from peacetalks.evidence import derive, tables
from peacetalks.evidence.derive_curves import LISTED
from peacetalks.evidence.table_checks import IN_NO_CLASS, KNOWN_ENDINGS, alike, check_keys, check_listed
from peacetalks.evidence.tables import STORED, parse_cases, read_cases, table_text

WARS = "id,name,cluster,start,end,seen,ending,deaths,major_power\n"
GOOD = "1,A war,,1900-01-01,1901-01-01,,win_lose,5000,0\n"


def wars(*rows):
    return parse_cases("wars", WARS + "".join(rows))


def test_a_good_table_is_read():
    assert wars(GOOD, GOOD.replace("1,A", "2,B")).height == 2


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((GOOD, GOOD), "cases_wars: id 1 stands in 2 rows: keep one row per case."),
        ((GOOD, GOOD.replace("win_lose", "stalemate")), "cases_wars: id 1 stands in 2 rows"),
        ((GOOD.replace("1,A", ",A"),), "cases_wars: 1 rows have no id: give every case an id."),
        (
            (GOOD.replace("win_lose", "compromize"),),
            "cases_wars: ending 'compromize' of case 1 is not known (did you mean 'compromise'?). Known: win_lose,",
        ),
        (
            (GOOD.replace("1901-01-01", "1899-01-01"),),
            "cases_wars: case 1 ended before it began: correct the dates.",
        ),
        (
            (GOOD.replace("1901-01-01,,", "1901-01-01,1902-01-01,"),),
            "cases_wars: case 1 has more than one of end, seen: a case ended or goes on, not both.",
        ),
        (
            (GOOD.replace("1900-01-01", ""),),
            "cases_wars: case 1 has no start, so that it would be in no class: give its date or year.",
        ),
        ((GOOD.replace("1900-01-01", "1/2/1900"),), "cases_wars: "),
        ((GOOD.replace("5000", "many"),), "cases_wars: "),
        ((GOOD[:-1] + ",7,8\n",), "cases_wars: "),
    ],
)
def test_bad_tables_say_how_to_mend_them(rows, message):
    with pytest.raises(EvidenceError, match=re.escape(message)):
        wars(*rows)


def test_several_faults_of_a_kind_are_counted():
    bad = [GOOD.replace("1,A", f"{i},A").replace("1901-01-01", "1899-01-01") for i in range(1, 6)]
    with pytest.raises(EvidenceError, match=r"case 1, 2, 3 \(and 2 more\) ended before it began"):
        wars(*bad)


def test_an_unknown_code_is_named_with_its_column():
    """Codes are those of the card; one that it does not list would be no ending at all."""
    lines = table_text("cases_episodes.csv").splitlines()
    at = lines[0].split(",").index("ending")
    cells = next(line for line in lines[1:] if '"' not in line).split(",")
    cells[at] = "99"
    with pytest.raises(
        EvidenceError, match=rf"cases_episodes: ending '99' of case {cells[0]} is not known.* Known: 1, 2"
    ):
        parse_cases("episodes", f"{lines[0]}\n{','.join(cells)}\n")


@pytest.mark.parametrize("kind", [k for k in STORED if k != "sanctions"])
def test_every_known_ending_is_used_and_every_row_has_one(kind):
    found = set(read_cases(kind)["ending"].drop_nulls().to_list())
    assert found <= set(KNOWN_ENDINGS[kind])


@pytest.mark.parametrize(
    ("name", "key"),
    [("curves.csv", derive.CURVE_KEY), ("shares.csv", derive.SHARE_KEY), ("lengths.csv", derive.LENGTH_KEY)],
)
def test_shipped_tables_have_one_row_for_each_key(name, key):
    rows = pl.read_csv(BytesIO(table_text(name).encode())).to_dicts()
    check_keys(name, rows, key)
    with pytest.raises(EvidenceError, match=f"{name}: two rows for table '.*: list each class and event once"):
        check_keys(name, [*rows, rows[0]], key)


@pytest.mark.parametrize(("kind", "column"), [(k, c) for k, columns in LISTED.items() for c in columns])
def test_listed_values_and_what_is_not_recorded_are_all_cases(kind, column):
    frame, listed = read_cases(kind), LISTED[kind][column]
    unrecorded = check_listed(kind, column, frame, listed)
    apart = [v for k, c, v in IN_NO_CLASS if (k, c) == (kind, column)]
    held = sum((frame[column].cast(pl.String) == str(v)).sum() for v in [*listed, *apart])
    assert held + unrecorded == frame.height
    assert all((frame[column] == v).any() for v in apart)  # a reason for nothing would hide a value that is gone
    with pytest.raises(
        EvidenceError, match=rf"cases_{kind}: \d+ cases with {column} '.*' are in no class of the tables"
    ):
        check_listed(kind, column, frame, listed[1:])


def test_the_cards_count_what_is_in_no_table_and_in_no_class():
    cards = json.loads(table_text("cards.json"))["tables"]
    for kind in STORED:
        card, frame = cards[f"cases_{kind}.csv"], read_cases(kind)
        assert card["cases"] == frame.height
        assert card["alike_but_for_id"] == alike(frame)
        for column, n in card["covariate_not_recorded"].items():
            assert n == frame[column].null_count() > 0
    assert cards["cases_ceasefires.csv"]["left_out"] == {"ceasefires without an exact first day": 202}  # of 2,203
    assert cards["cases_sanctions.csv"]["left_out"] == {"sanctions cases without an outcome": 388}  # of 1,412
    assert sum(cards["cases_mediations.csv"]["left_out"].values()) == 762 - 484
    assert sum(cards["cases_processes.csv"]["left_out"].values()) == 184 - 132


def test_a_table_that_names_a_class_twice_is_not_made(monkeypatch):
    monkeypatch.setattr(derive, "curve_rows", lambda cases: [dict.fromkeys(derive.COLUMNS, 1)] * 2)
    monkeypatch.setattr(derive, "STORED", ())
    for name in ("share_rows", "length_rows"):
        monkeypatch.setattr(derive, name, lambda cases: [])
    with pytest.raises(EvidenceError, match=r"curves\.csv: two rows for table 1, class 1, event 1, days 1"):
        derive.tables()


def test_a_shipped_table_that_was_altered_is_refused_when_read(monkeypatch):
    text = table_text("cases_wars.csv")
    again = text + text.splitlines()[1] + "\n"
    monkeypatch.setattr(tables, "table_text", lambda name: again)
    with pytest.raises(EvidenceError, match=r"cases_wars: id \d+ stands in 2 rows"):
        read_cases("wars")
