"""The evidence commands: what they print, and exit codes."""

import json

import pytest
from support.schemas import fitting
from typer.testing import CliRunner

from peacetalks import evidence
from peacetalks.cli import app as cli
from peacetalks.evidence import derive


def run(*args):
    return CliRunner().invoke(cli.app, ["evidence", *args])


def test_outside_prints_the_outcome_classes_with_interval_n_and_what_is_not_coded():
    got = run("outside", "interstate", "--months", "6,12")
    assert got.exit_code == 0
    lines = got.stdout.splitlines()
    assert lines[0].startswith("war_type=interstate (n = 71 of 569, class, weight 90%)")
    assert lines[1].startswith(
        "6 months: peace 19% (11-26%), still no settlement 62% (50-72%), more conflict 19% (11-29%)"
    )
    assert all(f"Not coded ({x})" in got.stdout for x in ("talks", "fighting", "wider_war"))


def test_outside_as_json_is_the_forecast():
    got = json.loads(
        run("outside", "interstate", "reached=1y", "--months", "12", "--as-of", "2000-01-01", "--json").stdout
    )
    f = evidence.outside_forecast(["interstate", "reached=1y"], [12], "2000-01-01")
    assert got["end_probability"] == f.to_dict()["end_probability"]
    assert got["as_of"] == "2000-01-01"
    assert got["probability"][0][got["labels"].index("talks")] is None


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("outside", "interstat"), "Did you mean 'interstate'"),
        (("outside", "--months", "soon"), "must be months from 1 to 600"),
        (("outside", "--method", "guess"), "no method is called 'guess'"),
        (("cards", "ucdp"), "no dataset is called 'ucdp'"),
    ],
)
def test_bad_requests_are_bad_input(args, message):
    error = run(*args).exception
    assert message in str(error)
    assert cli.exit_code(error) == 2


def test_an_unknown_rate_is_said_to_be_unknown():
    got = run("base-rate", "ceasefire fails within 60 years")
    assert got.exit_code == 0
    assert "unknown (n = 280" in got.stdout


def test_bounds_and_caution_are_printed():
    assert "Bounds: 5-21%. Half of all ceasefires" in run("base-rate", "ceasefire fails within 30 days").stdout


def test_cards_are_listed_and_shown():
    assert run("cards").stdout.count("Published: ") == len(evidence.cards())
    assert json.loads(run("cards", "pax").stdout)["cases"] == "2,257 agreements in 184 processes"


def test_rebuild_tells_which_tables_differ_and_writes_on_request(monkeypatch, tmp_path):
    same = derive.Path(derive.__file__).parent / "tables" / "lengths.csv"
    texts = {"lengths.csv": same.read_text(encoding="utf-8"), "shares.csv": "table\n"}
    monkeypatch.setattr(derive, "tables", lambda given: texts)
    got = run("rebuild", str(tmp_path), "--out", str(tmp_path / "out"))
    assert got.exit_code == 1
    assert fitting("evidence-rebuild", got.stdout) == {"same": ["lengths.csv"], "differ": ["shares.csv"]}
    assert (tmp_path / "out" / "shares.csv").read_text() == "table\n"


def test_rebuild_without_raw_data_is_missing_data(tmp_path):
    error = run("rebuild", str(tmp_path)).exception
    assert cli.exit_code(error) == 4
    assert "run: peacetalks evidence add FILE" in str(error)


def test_a_question_after_the_end_of_the_record_says_how_old_it_is():
    asked = run("outside", "interstate", "--months", "12", "--as-of", "2026-11-26")
    assert "That record was 6.9 years old on 2026-11-26." in asked.stdout
    rate = run("base-rate", "conflict recurs within 5 years", "--as-of", "2000-01-01")
    assert "years old" not in rate.stdout
