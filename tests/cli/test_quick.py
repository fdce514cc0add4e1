"""`--quick`, and the loud line where few belief points are asked for: on stderr and in every output."""

import json

import jsonschema
import pytest
from support.command_line import run
from support.tiny import tiny
from support.toml import toml

from peacetalks.pages import schemas
from peacetalks.pages.table_page import Page, noted

NOTE = "Quick: 3 belief points a side, further equilibria not searched for. The belief grid may put a probability"
FEW = "Only 2 belief points a side: a coarse grid, whose error is not known"
ACCOUNT = """
name = "walks-out"
title = "Talks end sooner"
attributed_to = "a test"
summary = "none"
base = "{name}"
base_digest = "{digest}"

[[change]]
path = "talks.walk"
value = {{ value = 0.3, source = "judgement: a test" }}
reason = "for the test"
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The path of a scenario in which hidden types hardly matter, with an account beside it."""
    folder = tmp_path_factory.mktemp("small")
    scenario = tiny(periods=4)
    (folder / "small.toml").write_text(toml(scenario.written()), encoding="utf-8")
    account = ACCOUNT.format(name=scenario.name, digest=scenario.digest)
    (folder / "account.toml").write_text(account, encoding="utf-8")
    return folder / "small.toml"


@pytest.fixture
def call(capsys):
    """Run the command line in this process; return (stdout, stderr)."""

    def call(*args):
        code, out, err = run(capsys, *args)
        assert not code, err
        return out, err

    return call


def flat(text):
    return " ".join(text.split())


def test_quick_is_said_of_a_comparison(call, small):
    account = small.parent / "account.toml"
    args = ("compare", small, "--account", account, "--no-drivers", "--dates", "3", "--no-cache", "--quick", "--json")
    out, err = call(*args)
    found = json.loads(out)
    assert found["settings"]["grid_note"].startswith(NOTE)
    assert "(bound: 3 points)." in found["settings"]["grid_note"]
    assert "WARNING" not in err
    jsonschema.validate(found, schemas.schema("compare"))


def test_a_note_stands_after_the_finding_of_a_page():
    page = Page("a title", "a text", (), lead=("a sentence",), finding="The finding.")
    assert noted(page, "").lead == ("a sentence",)
    assert noted(page, NOTE).lead == ("a sentence", NOTE)


def test_quick_is_said_of_an_explanation(call, small):
    out, _ = call("explain", small, "--periods", "3", "--quick")
    assert NOTE in flat(out)
    found = json.loads(call("explain", small, "--periods", "3", "--quick", "--json")[0])
    assert found["grid_note"].startswith(NOTE)
    jsonschema.validate(found, schemas.schema("explain"))
    assert "grid_note" not in json.loads(call("explain", small, "--periods", "3", "--json")[0])


@pytest.mark.slow
def test_a_quick_forecast_says_its_error(call, small, tmp_path):
    call("forecast", small, "--quick", "-o", tmp_path / "page.html")
    note = "Quick: 5 belief points a side, further equilibria not searched for. The belief grid may put"
    assert note in flat((tmp_path / "page.html").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_few_belief_points_are_said_loudly_on_stderr_and_in_the_output(call, small):
    out, err = call("forecast", small, "--belief-points", "2")
    assert err.startswith(f"WARNING: {FEW}")
    assert FEW in flat(out)
    found = json.loads(call("explain", small, "--periods", "2", "--belief-points", "2", "--json")[0])
    assert found["grid_note"].startswith(FEW)


def test_quick_and_belief_points_exclude_each_other(capsys, small):
    for command in ("forecast", "explain"):
        code, out, err = run(capsys, command, small, "--quick", "--belief-points", "7")
        assert (code, out) == (2, "")
        assert "--quick chooses the belief points itself, and --belief-points asks for 7: leave one" in err
