"""Every row has a mechanism, parameters, places in the output, claims and tests, and all of them exist."""

import ast
import json
import math
import re
from functools import cache
from pathlib import Path

import pytest
from support.tiny import J, account

import peacetalks as pt
from peacetalks.forecasting.explain import explain
from peacetalks.forecasting.outlook import outlook
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.pages.rows import claims_of, page, rows
from peacetalks.questions.claims import Claim, audit, claims
from peacetalks.questions.compare import compare
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.events import Record, acts
from peacetalks.questions.infer import infer
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import Chance, Effect, Mean, Param, Play, atoms
from peacetalks.scenario.what_if import setting

NAME = "russia-ukraine-2025"
ROOT = Path(__file__).parents[2]
ROWS = {r.row: r for r in rows()}


@pytest.fixture(scope="module")
def base():
    """The bundled scenario with every mechanism on, as small as it gets."""
    one = {"one": {"share": 1.0, "war_cost": 0.009}}
    return pt.patch(pt.load(NAME), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2, "sides.2.types": one})


@pytest.fixture(scope="module")
def printed(base):
    """What `--json` of each command prints."""
    other = account(base, {"window.value": {"low": 0.2, "mode": 0.3, "high": 0.4, **J}})
    month = base.as_of.replace(month=base.as_of.month - 1)
    event = {"date": base.as_of, "actor": "Russia", "act": "ask for inspectors", "source": "a test"}
    record = {"scenario": base.name, "start": month, "summary": "none", "hindsight": "none", "event": [event]}
    claim = Claim(id="a", rows=[1], sentence="No peace.", attributed_to="a test", query="P(peace by 2) < 0.5")
    found = {
        "forecast": outlook(base, periods=2, belief_points=2),
        "explain": explain(base, periods=2, belief_points=2),
        "compare": compare(base, [other], dates=(1, 2), belief_points=2),
        "infer": infer(base, Record.model_validate(record), acts(), [other], belief_points=2, points=8, dates=(1, 2)),
        "audit": audit(base, [claim], draws=0, belief_points=2),
    }
    return {name: json.loads(json.dumps(x.to_dict())) for name, x in found.items()}


@cache
def printed_of(name):
    """What `forecast` and `explain` of another bundled scenario print, as small as it gets."""
    one = {"one": {"share": 1.0, "war_cost": 0.009}}
    s = pt.patch(pt.load(name), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2, "sides.2.types": one})
    found = {
        "forecast": outlook(s, periods=2, belief_points=2),
        "explain": explain(s, periods=2, belief_points=2),
    }
    return {command: json.loads(json.dumps(x.to_dict())) for command, x in found.items()}


def found_at(node, path):
    """Every value at a path; `*` is any entry, `key=value` the entries of a list where it is so."""
    if not path:
        return [node]
    key, rest = path[0], path[1:]
    inside = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    if key == "*":
        hits = inside
    elif "=" in key:
        name, value = key.split("=")
        hits = [x for x in inside if x.get(name) == value]
    else:
        hits = [node[key]] if isinstance(node, dict) and key in node else []
    return [x for hit in hits for x in found_at(hit, rest)]


@cache
def names_in(path):
    return {
        n.name for n in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)
    }


def test_rows_are_numbered_without_a_hole():
    assert list(ROWS) == list(range(1, len(ROWS) + 1))
    assert [r.row for r in ROWS.values() if r.scenario == NAME] == list(range(1, 19))


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda r: f"row {r.row}")
def test_files_and_parameters_exist(row):
    for file in row.files:
        assert (ROOT / "src" / "peacetalks" / file).is_file(), file
    written = pt.load(row.scenario) if row.scenario else None
    schema = json.loads(
        (ROOT / "src" / "peacetalks" / "scenario" / "bundled" / "scenario.schema.json").read_text(encoding="utf-8")
    )
    for path in row.parameters:
        here, table = schema, written.written() if written else {}
        for key in path.split("."):
            here = _below(schema, here, key)
            assert here is not None, (path, key)
            table = table[int(key) - 1] if isinstance(table, list) else table.get(key, {})
        if written is None:
            continue
        given = list(written.numbers())  # also what is left out, and estimated
        assert table != {} or any(n == path or n.startswith(path + ".") for n in given), path


def _below(schema, node, key):
    """The schema below a key, through references, options, lists and tables of any key."""
    options = [node, *node.get("anyOf", ()), *node.get("allOf", ())]
    for option in options:
        if "$ref" in option:
            option = schema["$defs"][option["$ref"].rsplit("/", 1)[1]]
        if key in option.get("properties", {}):
            return option["properties"][key]
        if key.isdigit() and "items" in option:
            return option["items"]
        if isinstance(option.get("additionalProperties"), dict):
            return option["additionalProperties"]
    return None


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda r: f"row {r.row}")
def test_tests_exist(row):
    for kind in (row.known, row.direction):
        for where in kind:
            file, name = where.split("::")
            assert name.startswith("test_")
            assert name in names_in(file), where


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS.values(), ids=lambda r: f"row {r.row}")
def test_places_in_the_output_exist_and_hold_something(row, printed):
    for place in row.output:
        command, path = place.split(": ")
        shown = printed if row.scenario in ("", NAME) else printed_of(row.scenario)
        hits = found_at(shown[command], path.split("."))
        assert any(x not in (None, [], {}) for x in hits), place


def test_places_that_do_not_exist_are_missed(printed):
    for place in ("forecast: ends.pease", "explain: strategies.stage=tabel.moves", "compare: accounts.*.end"):
        command, path = place.split(": ")
        assert found_at(printed[command], path.split(".")) == []


def test_every_row_has_a_claim_that_asks_for_its_own_parameters():
    own = {r: {p.split(".")[0] for p in ROWS[r].parameters} - {"sides", "rationality"} for r in ROWS}
    for row in ROWS.values():
        assert claims_of(row.row) or row.scenario != NAME, row
    asked = {}
    for c in claims(NAME):
        q = parse(c.query)
        for side in (q.left, q.right):
            if isinstance(side, Effect | Param):
                for row in c.rows:
                    asked.setdefault(row, set()).add(side.path.split(".")[0])
    for row in (3, 4, 5, 6, 8, 9, 10, 11, 12, 14, 15, 16):  # rows on what drives something
        assert asked[row] & own[row], row


def test_every_bundled_claim_gives_a_number(base):
    """Every part that needs a solved game is answered, at most at the small game's two months."""
    evaluator = Evaluator(base, solve_scenario(base, 2))
    for c in claims(NAME):
        text = re.sub(r"\b(by|at|within) \d+", r"\1 2", c.query).replace("broken within 2", "broken within 1")
        text = re.sub(r"(play\((?:[^()|](?!within))*?)( \||\))", r"\1 within 2\2", text)
        for atom in atoms(parse(text)):
            if isinstance(atom, Chance | Mean | Play):
                assert math.isfinite(evaluator.answer(atom, text)), c.id


def test_settings_of_the_claims_lie_in_the_bundled_scenario():
    s = pt.load(NAME)
    for c in claims(NAME):
        q = parse(c.query)
        for side in (q.left, q.right):
            if isinstance(side, Effect):
                for to in (side.before, side.after):
                    setting(s, s, side.path, to)


def test_the_page_is_fresh():
    stored = (ROOT / "docs" / "rows.md").read_text(encoding="utf-8")
    assert stored == page(), "run `python -m peacetalks.pages.rows docs/rows.md`"
