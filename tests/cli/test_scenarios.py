"""The commands that make and check scenarios: a starter, a conflict of the record, what numbers rest on."""

import json
import re

import pytest
from typer.testing import CliRunner

from peacetalks.cli.app import app
from peacetalks.conflicts.from_record import FILL_IN, MARKS, record_scenario
from peacetalks.errors import EvidenceError, SpecError
from peacetalks.scenario.scenario import load

SRI_LANKA = ("--conflict", "Sri Lanka", "--as-of", "2001-06-01")


def run(*args):
    return CliRunner().invoke(app, args)


def refused(*args):
    got = run(*args)
    assert isinstance(got.exception, SpecError | EvidenceError), got.output
    return str(got.exception)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "lanka.toml"
    assert run("new", str(path), *SRI_LANKA).exit_code == 0
    return path


def test_a_scenario_made_from_the_record_is_the_same_in_a_file_and_without(made):
    assert load(made).digest == record_scenario("Sri Lanka", "2001-06-01")[0].digest
    assert load(made).left_out() == []


def test_every_number_of_it_has_a_source_and_what_an_analyst_knows_is_marked(made):
    got = json.loads(run("check", str(made), "--json").stdout)
    assert (got["without_source"], got["starter"], got["numbers"]["without"]) == ([], [], 0)
    assert got["numbers"]["total"] == sum(n for key, n in got["numbers"].items() if key != "total")
    text = made.read_text()
    assert [text.count(FILL_IN + mark) for mark in MARKS.values()] == [1] * len(MARKS)
    facts = load(made).conflict
    assert (facts.kind, facts.state, facts.ucdp, facts.start.isoformat()) == ("civil", "fighting", 352, "1984-09-01")


def test_names_dates_and_states_that_give_no_scenario_are_refused(tmp_path):
    path = str(tmp_path / "x.toml")
    assert "did you mean" in refused("new", path, "--conflict", "Sri Lnka", "--as-of", "2001-06-01").lower()
    assert "is over" in refused("new", path, "--conflict", "352", "--as-of", "2015-01-01")
    assert "give a later day" in refused("new", path, "--conflict", "352", "--as-of", "1950-01-01")
    assert "--as-of goes with --conflict" in refused("new", path, "--as-of", "2001-06-01")
    assert not (tmp_path / "x.toml").exists()
    assert "give a scenario, or a conflict" in refused("forecast")
    assert "not both" in refused("forecast", "korea-1951", *SRI_LANKA)
    assert "--as-of goes with --conflict" in refused("forecast", "korea-1951", "--as-of", "2001-06-01")


def test_a_date_after_the_record_is_said_to_be(tmp_path):
    got = run("new", str(tmp_path / "x.toml"), "--conflict", "13243", "--as-of", "2025-05-20")
    assert "Warning: The record of conflicts ends on " in got.stderr
    assert "# The record of conflicts ends on " in (tmp_path / "x.toml").read_text()


def test_check_ends_with_what_the_numbers_rest_on(tmp_path):
    line = run("check", "korea-1951").stdout.splitlines()[-1]
    got = json.loads(run("check", "korea-1951", "--json").stdout)["numbers"]
    of = " / ".join(f"{got[key]} {key}" for key in ("data", "estimated", "judgement"))
    assert line == f"{got['total']} numbers, of them {of} / 0 still the starter's"
    path = tmp_path / "mine.toml"
    assert run("new", str(path)).exit_code == 0
    lines = run("check", str(path)).stdout.splitlines()
    assert "  still the starter's: battlefield.front" in lines
    assert lines[-1].endswith(" / 12 still the starter's")
    path.write_text(path.read_text().replace(', source = "starter: where the front stands"', ""))
    assert run("check", str(path)).stdout.splitlines()[-1].endswith(" / 11 still the starter's / 1 without a source")


@pytest.mark.slow
def test_a_conflict_of_the_record_is_forecast_in_one_step_as_its_file_is(made):
    short = ("--periods", "6", "--belief-points", "3", "--no-certify", "--json")
    one, two = (json.loads(run("forecast", *where, *short).stdout) for where in (SRI_LANKA, (str(made),)))
    assert one["digest"] == load(made).digest
    assert one["ends"] == two["ends"]
    assert one["as_of"] == "2001-06-01"


@pytest.mark.slow
def test_a_forecast_of_a_starter_warns(tmp_path):
    path = tmp_path / "mine.toml"
    run("new", str(path))
    got = run("forecast", str(path), "--periods", "2", "--belief-points", "2", "--no-certify")
    assert got.exit_code == 0, got.output
    assert (
        "Warning: 19 entries are still the starter's (name, title, summary, hindsight, ...): this is no" in got.stderr
    )


def test_what_a_reader_must_know_stands_on_the_page_in_the_text_and_in_json(tmp_path):
    note = "The record of conflicts ends on 2024-12-31: this is what was known then."
    asked = ("forecast", "--conflict", "234", "--as-of", "2025-11-01", "--periods", "2", "--no-certify")
    got = run(*asked, "--json")
    assert f"Warning: {note}" in got.stderr
    assert json.loads(got.stdout)["settings"]["notes"] == [note]
    for suffix in (".html", ".txt"):
        run(*asked, "-o", str(tmp_path / f"x{suffix}"))
        assert " ".join((tmp_path / f"x{suffix}").read_text().split()).count(note) == 1
    got = run("ask", "--conflict", "234", "--as-of", "2025-11-01", "ceasefire by 2026-01-01", "--json")
    assert note in json.loads(got.stdout)["answers"][0]["notes"]


def test_a_date_in_the_future_is_said_beside_the_forecast(tmp_path):
    path = tmp_path / "far.toml"
    text = run("new", str(path)).stdout and path.read_text()
    path.write_text(re.sub(r"^as_of = \S+", "as_of = 2090-01-01", text, flags=re.M))
    note = "(as_of = 2090-01-01) lies in the future; what is known at a date is known only once it has come."
    got = run("forecast", str(path), "--periods", "1", "--no-certify", "--belief-points", "2", "--json")
    assert note in got.stderr
    assert json.loads(got.stdout)["settings"]["notes"][0].endswith(note)
    assert "lies in the future" in run("check", str(path)).stdout


def test_a_settlement_in_force_is_called_so():
    asked = ("forecast", "--conflict", "233", "--as-of", "2000-01-01", "--periods", "2", "--no-certify")
    text = " ".join(run(*asked).stdout.split())
    assert "The settlement in force is modelled as a truce that only accidents end" in text
    assert "in the model mostly the settlement in force" in text
    answered = run("ask", *asked[1:5], "settlement in force on 2000-06-01", "--json").stdout
    assert answered.count("modelled as a truce") == 1


def test_a_name_of_several_words_is_understood_or_its_quotes_asked_for():
    found = run("evidence", "conflicts", "Sri", "Lanka", "--as-of", "2001-06-01").stdout
    assert found == run("evidence", "conflicts", "Sri Lanka", "--as-of", "2001-06-01").stdout
    assert found.startswith("2 conflicts")
    assert refused("forecast", "--conflict", "Sri", "Lanka").endswith(
        "quote a name of several words: --conflict 'Sri Lanka'"
    )


@pytest.mark.parametrize(("written", "meant"), [("base-rate", "evidence base-rate"), ("clear", "cache clear")])
def test_a_command_without_its_group_is_found(written, meant):
    got = run(written)
    assert got.exit_code == 2
    assert f"No such command '{written}'. Did you mean `peacetalks {meant}`?" in got.stderr
    assert "Did you mean 'forecast'?" in run("forcast").stderr
