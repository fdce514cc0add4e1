"""`peacetalks ask`, and `--dates` of other commands: what is printed and written, and exit codes."""

import csv
import datetime as dt
import json

import pytest
from support.command_line import run
from support.schemas import fitting
from support.toml import toml

import peacetalks as pt
from peacetalks.cli.options import ascending_months
from peacetalks.errors import SpecError

D = dt.date(2025, 5, 20)
QUICK = ("--belief-points", "2", "--jobs", "1")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    text = pt.load("korea-1951").written()
    text["battlefield"]["positions"], text["talks"]["offers"], text["periods"] = 3, 2, 12
    path = tmp_path_factory.mktemp("s") / "small.toml"
    path.write_text(toml(text))
    return path


def test_one_question_on_screen_and_as_json(capsys, small):
    code, out, _ = run(capsys, "ask", small, "ceasefire by 1952-01-01", *QUICK)
    assert code == 0
    lines = " ".join(out.split())
    assert "A ceasefire between the sides begins by 1 January 1952: " in lines
    assert "Yes if a ceasefire between the sides begins at any time up to 1 January 1952" in lines
    for words in (
        "(90% interval ",
        "Model alone ",
        "past conflicts ",
        ", N 60]",
        "Counted from the date of the forecast",
    ):
        assert words in lines
    code, out, _ = run(capsys, "ask", small, "ceasefire by 1952-01-01", "--json", *QUICK)
    found = fitting("ask", out)
    (answer,) = found["answers"]
    assert code == 0
    assert found["as_of"] == "1951-07-10"
    assert answer["best_interval"][0] <= answer["best"] <= answer["best_interval"][1]
    assert f"{100 * answer['best']:.0f}% (90% interval" in lines


def test_a_file_with_a_row_that_cannot_be_read(capsys, small, tmp_path):
    asked, written = tmp_path / "q.csv", tmp_path / "a.csv"
    asked.write_text("id,question,date\nq1,ceasefire,1952-01-01\nq2,=cmd,1952-01-01\nq3,peace on 6,\n")
    code, out, err = run(capsys, "ask", small, "--file", asked, "-o", written, *QUICK)
    assert (code, out) == (2, "")
    assert "Not answered: 1 of 3." in err
    assert "line 3 (q2): '=cmd': the model has no outcome for '=cmd'" in err
    rows = list(csv.DictReader(written.open()))
    assert [r["id"] for r in rows] == ["q1", "q3", "q2"]
    assert 0 < float(rows[0]["best"]) < 1
    assert rows[1]["record_same"] == "True"
    assert rows[2]["best"] == rows[2]["model"] == ""
    assert (rows[2]["line"], bool(rows[2]["refused"])) == ("3", True)
    code, out, err = run(capsys, "ask", small, "--file", asked, "--json", *QUICK)
    found = fitting("ask", out)
    assert code == 2
    assert [r["line"] for r in found["refused"]] == [3]
    code, out, _ = run(capsys, "ask", small, "--file", asked, *QUICK)
    assert code == 2
    assert "[2] Q3" not in out
    assert "q1: a ceasefire between the sides" in " ".join(out.split())
    assert "* the closest recorded event, which is another (below)" in out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "no question: write one after the scenario"),
        (("korea-1951",), "no question: write one after the scenario"),
        (("ceasefire by 12",), "no question (the scenario comes first)"),
        (("korea-1951", "piece", "by", "12"), "'piece by 12': no event is called 'piece' (did you mean 'peace'?)"),
        (("korea-1951", "-o", "a.html"), "the suffix must be one of .csv, .json"),
        (("korea-1952", "peace by 12"), "korea-1951"),
        (("korea-1951", "--file", "nowhere.csv"), "no file"),
        (("korea-1951", "peace by 12", "--draws", "-1"), "draws must lie between 0 and"),
        (("korea-1951", "peace by 12", "--as-of", "2020-01-01"), "--as-of goes with --conflict"),
    ],
)
def test_wrong_input_is_refused(capsys, args, words):
    code, _, err = run(capsys, "ask", *args)
    assert code == 2
    assert words in err
    assert "Traceback" not in err


def test_dates_are_months_or_days(capsys):
    assert ascending_months("12,24", D) == (12, 24)
    assert ascending_months("2026-05-20, 2027-05-20", D) == (12, 24)
    assert capsys.readouterr().err == ""
    assert ascending_months("2026-01-01,2 years", D) == (7, 24)
    assert capsys.readouterr().err == (
        "2026-01-01 lies between the ends of months; what is shown is 2025-12-20, month 7.\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24,12", "in ascending order"),
        ("2026-05-20,12", "--dates must be months or dates, each once"),
        ("15.04.2026", "did you mean 2026-04-15?"),
        ("15.04.26", "write YYYY-MM-DD"),
        ("soon", "'soon' is no date of the form YYYY-MM-DD"),
        ("2025-05-20", "2025-05-20 is not after the scenario's date"),
        ("0,12", "--dates must be months from 1 to 600"),
    ],
)
def test_dates_of_other_forms_are_refused(text, words):
    with pytest.raises(SpecError) as e:
        ascending_months(text, D)
    assert words in str(e.value)


@pytest.mark.slow
def test_compare_takes_a_calendar_date_and_says_it(capsys, small, tmp_path):
    base = pt.load(str(small))
    account = tmp_path / "account.toml"
    account.write_text(
        f'name = "x"\ntitle = "A test"\nattributed_to = "a test"\nsummary = "none"\nbase = "{base.name}"\n'
        f'base_digest = "{base.digest}"\n[[change]]\npath = "talks.walk"\nreason = "a test"\n'
        'value = {value = 0.3, source = "judgement: a test"}\n'
    )
    code, out, err = run(
        capsys, "compare", small, "--account", account, "--dates", "1951-12-10", "--json", "--no-drivers", *QUICK
    )
    assert code == 0, err
    found = json.loads(out)
    assert (found["dates"], found["calendar_dates"]) == ([5], ["1951-12-10"])


@pytest.mark.slow
def test_a_conflict_of_the_record_may_be_asked_about(capsys):
    args = ("ask", "--conflict", "Sri Lanka: Eelam", "--as-of", "2008-12-31", "war ends by 2009-12-31", "--json")
    code, out, err = run(capsys, *args, "--belief-points", "4")
    assert code == 0, err
    (answer,) = fitting("ask", out)["answers"]
    assert 0 < answer["best"] < 1
    assert answer["records"][0]["n"] > 100
