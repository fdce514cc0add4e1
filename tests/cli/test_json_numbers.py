"""JSON never holds NaN or Infinity, whatever command writes it: what is not known is null; one function sees to it."""

import ast
import json
import math
from pathlib import Path

import numpy as np
import pytest
from support.tiny import account, tiny
from support.toml import toml
from typer.testing import CliRunner

import peacetalks
from peacetalks.cli.app import app
from peacetalks.pages.files import json_text

SOURCE = Path(peacetalks.__file__).parent
GAME = Path(__file__).parents[1] / "cases" / "games" / "battle_of_the_sexes.json"
ELSEWHERE = {  # the one place; no numbers; charts; shapes of the map; data of a page's own script
    *("files.py", "forecast_schema.py", "markup.py", "chart_parts.py", "world_shapes.py", "catalog_page.py"),
}


def refuse(name):
    raise AssertionError(f"{name} is no JSON")


def test_numbers_that_are_not_known_are_null():
    rows = {"a": [math.nan, (math.inf, -math.inf)], "b": {"c": np.float64("nan"), "d": 0.5}, "e": "NaN", "f": True}
    assert json.loads(json_text(rows), parse_constant=refuse) == {
        "a": [None, [None, None]],
        "b": {"c": None, "d": 0.5},
        "e": "NaN",
        "f": True,
    }


def test_commands_and_pages_write_json_in_one_place():
    for room in ("cli", "pages"):
        for path in (SOURCE / room).glob("*.py"):
            calls = [
                node
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute)
                and node.attr in ("dumps", "dump")
                and ast.unparse(node.value) == "json"
            ]
            assert not calls or path.name in ELSEWHERE, path


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    path = tmp_path_factory.mktemp("json") / "tiny.toml"
    path.write_text(toml(tiny().written()), encoding="utf-8")
    other = path.with_name("other.toml")
    told = json.loads(
        account(tiny(), {"talks.accept": {"value": 0.2, "source": "judgement: a test"}}).model_dump_json(
            exclude_none=True, exclude_defaults=True
        )
    )
    changes = told.pop("change")
    head = [f"{key} = {json.dumps(value)}" for key, value in told.items()]
    rows = [line for row in changes for line in ("[[change]]", *(f"{k} = {json.dumps(v)}" for k, v in row.items()))]
    rows = [line.replace('": ', '" = ') if line.startswith("value") else line for line in rows]
    other.write_text("\n".join([*head, *rows]), encoding="utf-8")
    return {"SCENARIO": str(path), "ACCOUNT": str(other)}


COMMANDS = [
    ["forecast", "SCENARIO", "--json", "--belief-points", "2", "--jobs", "1"],
    ["forecast", "SCENARIO", "--json", "--belief-points", "2", "--jobs", "1", "--no-certify"],
    ["explain", "SCENARIO", "--json", "--belief-points", "2", "--periods", "2"],
    ["solve-game", str(GAME)],
    ["compare", "SCENARIO", "--account", "ACCOUNT", "--json", "--dates", "1,2", "--belief-points", "2", "--no-cache"],
    ["evidence", "base-rate", "ceasefire fails within 30 days", "--json"],
    ["evidence", "outside", "interstate", "--json"],
    ["evidence", "cards", "ucdp-peace-agreements"],
]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c)[:40])
def test_every_command_writes_json_that_any_program_reads(command, scenario):
    done = CliRunner().invoke(app, [scenario.get(part, part) for part in command])
    assert done.exit_code == 0, done.exception
    out = json.loads(done.stdout, parse_constant=refuse)
    assert out
    if command[0] == "forecast":
        assert (out["multiple"] is None) is ("--no-certify" in command)
        assert ("search" in out["settings"]) is ("--no-certify" not in command)
