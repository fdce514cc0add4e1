"""The command `whatif`, and `forecast --set` and `--drivers`."""

import json

import pytest
from jsonschema import Draft202012Validator
from support.command_line import run
from support.schemas import fitting
from support.tiny import tiny
from support.toml import toml

from peacetalks.forecasting.axes import ranges
from peacetalks.pages.forecast_schema import schema

FEW = ("--belief-points", "2", "--jobs", "1")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("PEACETALKS_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "tiny.toml"
    file.write_text(toml(tiny().written()), encoding="utf-8")
    return file


def test_on_screen_as_json_and_from_the_cache(capsys, path):
    code, out, _ = run(capsys, "whatif", path, "talks.walk=0.2", *FEW)
    assert code == 0
    assert "With readiness to walk out at 0.2 instead of 0.05" in out.replace("\n", " ").replace("  ", " ")
    code, out, err = run(capsys, "whatif", path, "talks.walk=0.2", "--json", *FEW)
    assert code == 0
    assert fitting("whatif", out)["changes"] == [{"path": "talks.walk", "before": 0.05, "after": 0.2}]
    assert "3 answers came from the cache" in err


@pytest.mark.parametrize("suffix", [".html", ".csv", ".json", ".svg"])
def test_into_a_file(capsys, path, suffix):
    file = path.with_name(f"out{suffix}")
    code, out, err = run(capsys, "whatif", path, "rent.weight=0.01", "-o", file, *FEW)
    assert (code, out) == (0, "")
    assert "Wrote" in err
    assert file.stat().st_size > 500


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("talks.wlak=0.2",), "did you mean 'talks.walk'?"),
        (("talks.walk=0.05",), "nothing changes: talks.walk is 0.05 already"),
        (("talks.walk",), "is not a change: write KEY=VALUE"),
        (("talks.walk=0.2", "-o", "x.pdf"), "the suffix must be one of"),
        (("talks.walk=0.2", "--periods", "9"), "the scenario ends after 2 periods; 9 were asked for"),
        (("talks.walk=0.2", "--draws", "-1"), "draws must lie between 0 and"),
    ],
)
def test_bad_input_is_a_message(capsys, path, args, message):
    code, out, err = run(capsys, "whatif", path, *args)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_a_forecast_with_a_change_and_drivers(capsys, path, monkeypatch):
    two = ("talks.walk", "battlefield.front")
    monkeypatch.setattr("peacetalks.forecasting.drivers.ranges", lambda s: [r for r in ranges(s) if r[0] in two])
    code, out, _ = run(capsys, "forecast", path, "--set", "talks.walk=0.2", "--drivers", "--json", *FEW)
    assert code == 0
    found = json.loads(out)
    Draft202012Validator(schema()).validate(found)
    assert found["settings"]["changes"] == [{"path": "talks.walk", "before": 0.05, "after": 0.2}]
    assert {d["path"] for d in found["drivers"]} == set(two)
    plain = json.loads(run(capsys, "forecast", path, "--json", *FEW)[1])
    assert "drivers" not in plain
    assert "changes" not in plain["settings"]
    assert plain["digest"] == found["settings"]["base_digest"] != found["digest"]


def test_a_bad_change_of_a_forecast(capsys, path):
    code, _, err = run(capsys, "forecast", path, "--set", "rent=on", *FEW)
    assert code == 2
    assert "rent=on: a mechanism is switched on by its numbers: rent.weight" in " ".join(err.split())


def test_drivers_by_themselves(capsys, path, monkeypatch):
    monkeypatch.setattr(
        "peacetalks.forecasting.drivers.ranges", lambda s: [r for r in ranges(s) if r[0] == "talks.walk"]
    )
    code, out, _ = run(capsys, "drivers", path, *FEW)
    assert code == 0
    assert "readiness to walk out" in " ".join(out.split())
    code, out, err = run(capsys, "drivers", path, "--json", *FEW)
    assert code == 0
    assert fitting("drivers", out)["drivers"][0]["path"] == "talks.walk"
    assert "2 answers came from the cache" in err
    assert run(capsys, "drivers", path, "-o", "x.pdf")[0] == 2
