"""What made inputs found, each a kind of fault; beside them stand the tests of the rooms."""

import datetime as dt
import json

import pytest

import peacetalks as pt
from peacetalks.cli.app import app
from peacetalks.errors import GameError, SpecError
from peacetalks.questions.events import Record
from peacetalks.questions.game_file import solve_file

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
