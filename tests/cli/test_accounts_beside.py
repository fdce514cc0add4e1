"""`forecast --accounts`: the rival accounts beside a scenario's file, in JSON and refused where there are none."""

import json

import pytest
from jsonschema import Draft202012Validator
from support.command_line import run
from support.tiny import J, account, tiny
from support.toml import toml

from peacetalks.pages import forecast_schema

SIZE = ("--periods", "2", "--belief-points", "2", "--no-cache", "--no-certify", "--jobs", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A scenario with two accounts beside it: one changes a number, one changes it to what it is."""
    where = tmp_path_factory.mktemp("scenario")
    base = tiny()
    (where / "tiny.toml").write_text(toml(base.written()), encoding="utf-8")
    (where / "tiny" / "accounts").mkdir(parents=True)
    for name, walk in (("walks-out", 0.3), ("the-same", float(base.talks.walk))):
        found = account(base, {"talks.walk": {"value": walk, **J}}, name=name)
        text = toml(found.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
        (where / "tiny" / "accounts" / f"{name}.toml").write_text(text, encoding="utf-8")
    return where


def test_the_accounts_beside_a_scenario_are_forecast_too(capsys, folder):
    code, out, err = run(capsys, "forecast", folder / "tiny.toml", "--accounts", "--json", *SIZE)
    assert code == 0, err
    printed = json.loads(out)
    Draft202012Validator(forecast_schema.schema()).validate(printed)
    found = printed["accounts"]
    assert sorted(found) == ["the-same", "walks-out"]
    assert found["the-same"]["dates"] == printed["dates"]
    assert found["the-same"]["model"]["peace"] == pytest.approx(printed["model"]["peace"], abs=1e-9)
    assert found["walks-out"]["model"]["peace"] != pytest.approx(printed["model"]["peace"], abs=1e-9)


@pytest.mark.parametrize(
    ("args", "who"), [(("korea-1951",), "korea-1951"), (("--conflict", "Colombia"), "a conflict of the record")]
)
def test_without_accounts_the_message_says_where_they_belong(capsys, args, who):
    code, _, err = run(capsys, "forecast", *args, "--accounts", *SIZE)
    assert code == 2
    assert f"--accounts: {who} has no rival accounts. Put account files into the folder `accounts`" in err
