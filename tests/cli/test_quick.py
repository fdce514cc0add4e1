"""`--quick`, and the loud line where few belief points are asked for: on stderr and in every output."""

import json

import jsonschema
import pytest
from support.command_line import run
from support.tiny import tiny
from support.toml import toml

from peacetalks.pages import forecast_schema, schemas

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


@pytest.mark.parametrize("command", ["compare", "explain"])
def test_quick_is_said_on_the_screen_and_in_json(call, small, command):
    of = {"compare": ["--account", small.parent / "account.toml", "--no-drivers", "--dates", "3", "--no-cache"]}
    more = of.get(command, ["--periods", "3"])
    out, err = call(command, small, *more, "--quick")
    assert NOTE in flat(out)
    assert "WARNING" not in err
    found = json.loads(call(command, small, *more, "--quick", "--json")[0])
    note = found["grid_note"] if command == "explain" else found["settings"]["grid_note"]
    assert note.startswith(NOTE)
    assert "(bound: 3 points)." in note
    jsonschema.validate(found, schemas.schema(command))
    usual = json.loads(call(command, small, *more, "--json")[0])
    assert "grid_note" not in usual | usual.get("settings", {})


def test_a_quick_forecast_says_its_error_everywhere(call, small, tmp_path):
    out, err = call("forecast", small, "--quick")
    note = "Quick: 5 belief points a side, further equilibria not searched for. The belief grid may put"
    assert note in flat(out)
    assert "WARNING" not in err
    found = json.loads(call("forecast", small, "--quick", "--json")[0])
    assert found["settings"]["grid_note"].startswith(note)
    assert found["multiple"] is None
    jsonschema.validate(found, forecast_schema.schema())
    call("forecast", small, "--quick", "-o", tmp_path / "page.html")
    assert note in flat((tmp_path / "page.html").read_text(encoding="utf-8"))


def test_few_belief_points_are_said_loudly_on_stderr_and_in_the_output(call, small):
    out, err = call("forecast", small, "--belief-points", "2")
    assert err.startswith(f"WARNING: {FEW}")
    assert FEW in flat(out)
    found = json.loads(call("explain", small, "--periods", "2", "--belief-points", "2", "--json")[0])
    assert found["grid_note"].startswith(FEW)
    assert "WARNING" not in call("explain", small, "--periods", "2", "--belief-points", "4", "--json")[1]


def test_quick_and_belief_points_exclude_each_other(capsys, small):
    for command in ("forecast", "explain"):
        code, out, err = run(capsys, command, small, "--quick", "--belief-points", "7")
        assert (code, out) == (2, "")
        assert "--quick chooses the belief points itself, and --belief-points asks for 7: leave one" in err
