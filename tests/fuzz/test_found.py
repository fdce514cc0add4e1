"""What made inputs found, each a kind of fault; beside them stand the tests of the rooms."""

import datetime as dt
import json
import re
import warnings

import polars as pl
import pytest

import peacetalks as pt
from peacetalks import evidence
from peacetalks.cli.app import app
from peacetalks.errors import EvidenceError, GameError, SpecError
from peacetalks.evidence.dates import duration
from peacetalks.evidence.intake import add
from peacetalks.questions.events import Record
from peacetalks.questions.game_file import solve_file
from peacetalks.scenario.scenario import from_table

NAME = "korea-1951"


def run(*argv):
    app([str(a) for a in argv], standalone_mode=False)


@pytest.mark.parametrize("months", ["0", "", "x", "-1", "3,,6", "²", "1e9", "601", "9" * 5000, "3 6"])
def test_months_of_the_outside_view_name_their_option(months):
    with pytest.raises(SpecError, match=r"--months must be months from 1 to 600, joined by commas") as e:
        run("evidence", "outside", "interstate", f"--months={months}")
    assert len(str(e.value)) < 400


@pytest.mark.parametrize("dates", ["0", "²", "9" * 5000, "601", "12,6", "12,12"])
def test_months_of_dates_name_their_option(dates):
    with pytest.raises(SpecError, match="--dates must be months") as e:
        run("compare", "russia-ukraine-2025", f"--dates={dates}")
    assert len(str(e.value)) < 400


GAME = {
    "players": ["A"],
    "start": "open",
    "stages": [
        {"name": "act", "by": "A", "moves": {"open": [{"label": "x", "to": "end"}, {"label": "y", "to": "end"}]}}
    ],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"belief_points": 1}, "belief points must be a whole number >= 2, got 1"),
        ({"periods": 0}, "periods must be a whole number >= 1"),
        ({"stages": []}, "a game needs at least one stage"),
        ({"players": ["A", "A"]}, "players are named twice"),
        ({"rationality": -1}, "rationality must be finite and >= 0"),
        ({"rationality": {"B": 1}}, "rationality must name every player once"),
    ],
)
def test_what_is_wrong_with_a_game_names_the_file_once(change, words, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(GAME | change))
    with pytest.raises(GameError) as e:
        solve_file(path)
    assert words in str(e.value)
    assert str(e.value).count("mine.json") == 1


def test_a_record_of_many_months_lists_some_of_them():
    head = {"scenario": NAME, "start": dt.date(1905, 1, 10), "summary": "none", "hindsight": "none"}
    known = {"date": dt.date(1950, 1, 3), "known": {"regime": ["talks"]}, "source": "a test"}
    found = Record.model_validate({**head, "state": [known]})
    with pytest.raises(SpecError, match="state of 1950-01-03: give it for the end of a month: 1905-02-10") as e:
        found.check(pt.load(NAME))
    assert len(str(e.value)) < 400
    many = Record.model_validate({**head, "complete": list(range(1000, 2000))})
    with pytest.raises(SpecError, match="the record covers months 1 to 558") as e:
        many.check(pt.load(NAME))
    assert len(str(e.value)) < 400


@pytest.mark.parametrize(
    ("key", "shown"), [("a\rb", "a\\rb"), ("a\nb", "a\\nb"), ("a\tb", "a\\tb"), ("a\u2028b", "a\\u2028b")]
)
def test_keys_in_messages_stay_on_one_line(key, shown):
    table = pt.load(NAME).written()
    for wrong in ({key: 1}, {"battlefield": table["battlefield"] | {"front": {key: 1}}}):
        with pytest.raises(SpecError) as e:
            from_table(table | wrong)
        assert shown in str(e.value)
        assert key not in str(e.value)


NO_SCENARIO = r"names no scenario|no bundled scenario is called|File name too long|is a folder"


@pytest.mark.parametrize("name", ["", ".", "x" * 300])
@pytest.mark.parametrize("command", ["infer", "audit", "compare", "forecast", "explain", "check"])
def test_a_scenario_that_is_no_name_of_a_file(command, name):
    with pytest.raises(SpecError, match=NO_SCENARIO) as e:
        run(command, name)
    assert len(str(e.value)) < 600


@pytest.mark.parametrize("name", ["made.dta", "made.xlsx", "made.parquet"])
@pytest.mark.parametrize(
    "head", ["ifp_id,q_text,q_status,date_start,date_closed,options,outcome", "id,cname,firstob,t0"]
)
def test_text_under_another_suffix_is_refused_without_a_warning(name, head, tmp_path):
    path = tmp_path / name
    path.write_text(head + "\n" + "2102,a name,0,2000-09-07,1997-11-05,2012-09-04,1\n" * 6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(EvidenceError, match=re.escape(name)):
            add(path, tmp_path / "cache")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1499-12-31", "3000-01-01"])
def test_days_beyond_the_record_are_refused(day):
    words = f"as_of is '{day}': the record can be asked about days from 1500-01-01 to 2999-12-31"
    for ask in (
        lambda: evidence.base_rate("ceasefire fails within 30 days", None, day),
        lambda: evidence.outside_forecast("interstate", [12], dt.date.fromisoformat(day)),
        lambda: evidence.cases("wars", None, day),
    ):
        with pytest.raises(EvidenceError, match=words):
            ask()
    assert evidence.cases("wars", None, "1500-01-01").height == 0
    assert evidence.cases("wars", None, "2999-12-31").height == evidence.cases("wars").height


@pytest.mark.parametrize("length", ["9" * 400 + "y", "3000y", "99999999d"])
def test_a_duration_without_end_is_refused(length):
    with pytest.raises(EvidenceError, match="is longer than the record can be followed"):
        duration(length)
    assert duration("2700y") < 1_000_000


def test_a_version_column_of_another_type_is_read(tmp_path):
    rows = 20
    names = ("ccode", "styear", "stmonth", "stday", "endyear", "endmonth", "endday")
    frame = pl.DataFrame({k: ["2"] * rows for k in names})
    for i, version in enumerate((dt.datetime(2024, 1, 1), 2024, 2024.5, dt.date(2024, 1, 1))):
        path = tmp_path / f"{i}.parquet"
        frame.with_columns(pl.lit(version).alias("version")).write_parquet(path)
        assert add(path, tmp_path / "cache").version.startswith("2024")


def test_a_record_of_a_long_name_is_cut():
    name = "long-name-" * 40
    head = {"start": dt.date(1951, 5, 10), "summary": "none", "hindsight": "none"}
    with pytest.raises(SpecError, match="the record is of 'long-name-") as e:
        Record.model_validate({"scenario": name, **head}).check(pt.load(NAME))
    assert len(str(e.value)) < 300
