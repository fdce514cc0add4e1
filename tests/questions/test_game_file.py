"""Games as data, and the schema of a scenario."""

import copy
import json
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import peacetalks as pt
from peacetalks.game.compile import compile_game
from peacetalks.questions.game_file import KEYS, MOVE_KEYS, THEN_KEYS, parse_game, solve_file
from peacetalks.scenario.scenario import Scenario

GRID = [0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85]


@pytest.fixture
def fearon():
    answers = {
        f"offered {x}": [
            {"label": "accept", "to": "deal", "pay": {"A": x, "B": 1 - x}},
            {"label": "reject", "to": {"war": 1.0}, "pay": {"A": 0.4, "B|weak": 0.2, "B|tough": 0.45}},
        ]
        for x in GRID
    }
    offers = [{"label": str(x), "to": f"offered {x}"} for x in GRID]
    return {
        "players": ["A", "B"],
        "types": {"B": {"weak": 0.5, "tough": 0.5}},
        "start": "open",
        "rationality": 20,
        "stages": [
            {"name": "offer", "by": "A", "moves": {"open": offers}},
            {"name": "answer", "by": "B", "moves": answers},
        ],
    }


def test_a_game_file_gives_the_known_answer(fearon, tmp_path):
    path = tmp_path / "g.json"
    path.write_text(json.dumps(fearon))
    out = solve_file(path)
    assert out["values"]["A"] == pytest.approx(0.5192635233182507, abs=1e-9)  # o01.aqre9.lam=20.UA
    assert len(out["strategies"]) == 9 + 9 * 4


def test_game_file_messages(fearon):
    with pytest.raises(pt.GameError, match="unknown key 'stagess'"):
        parse_game({**fearon, "stagess": []})
    with pytest.raises(pt.GameError, match="start missing"):
        parse_game({k: v for k, v in fearon.items() if k != "start"})


def test_the_shipped_schema_is_fresh_and_accepts_the_bundled_scenarios():
    text = (resources.files("peacetalks.scenario") / "bundled" / "scenario.schema.json").read_text()
    schema = json.loads(text)
    assert schema == Scenario.model_json_schema()
    for name in ("korea-1951", "russia-ukraine-2025", "iran-nuclear-2025", "sri-lanka-2002"):
        raw = json.loads(json.dumps(pt.load(name).written(), default=str))  # dates as text
        Draft202012Validator(schema).validate(raw)
    raw["talks"]["propser"] = 1
    assert not Draft202012Validator(schema).is_valid(raw)


CLASH = {
    "players": ["A", "B"],
    "start": "s",
    "rationality": 4,
    "stages": [
        {
            "name": "clash",
            "by": ["A", "B"],
            "moves": {"s": {"A": ["up", {"label": "down", "weight": 2}], "B": ["left", "right"]}},
            "then": {
                "s": [
                    {"if": {"A": "up", "B": "left"}, "to": "end", "pay": {"A": 0.9}},
                    {"if": {"A": "up", "B": "right"}, "to": "end", "pay": {"B": 0.1}},
                    {"if": {"A": "down", "B": "left"}, "to": "end", "pay": {"B": 0.1}},
                    {"if": {"A": "down", "B": "right"}, "to": "end", "pay": {"A": 0.1}},
                ]
            },
        }
    ],
}


def changed(change):
    table = copy.deepcopy(CLASH)
    change(table["stages"][0])
    return table


def test_moves_at_once_are_the_quantal_response_of_the_matrix(tmp_path):
    """Both strategies reproduce each other: p = logit of what the other's q makes of it, with A's weights 1 and 2."""
    path = tmp_path / "g.json"
    path.write_text(json.dumps(CLASH))
    rows = {(r["player"], r["move"]): r["probability"] for r in solve_file(path)["strategies"]}
    up, left = rows["A", "up"], rows["B", "left"]
    assert rows["A", "down"] == pytest.approx(1 - up)
    assert np.log(up / (1 - up)) == pytest.approx(4 * (0.9 * left - 0.1 * (1 - left)) - np.log(2), abs=1e-9)
    assert np.log(left / (1 - left)) == pytest.approx(4 * 0.1 * ((1 - up) - up), abs=1e-9)


MESSAGES = {
    "`then` does not say where down / right leads": lambda s: s["then"]["s"].pop(),
    "`then` gives up / left twice": lambda s: s["then"]["s"].append(s["then"]["s"][0]),
    "A has no move 'upp' (did you mean 'up'?)": lambda s: s["then"]["s"][0]["if"].update(A="upp"),
    "stage 1, state 's': B missing": lambda s: s["moves"]["s"].pop("B"),
    "stage 1: then missing": lambda s: s.pop("then"),
    "`then` belongs to a stage whose `by` is a list of players": lambda s: s.update(by="A"),
    "`then` names the state 'z', for which there are no moves": lambda s: s["then"].update(z=[]),
    "a list [...] is expected, got 'up'": lambda s: s["moves"]["s"].update(A="up"),
    "stage 'clash' is moved by 'C', who is not a player": lambda s: (
        s.update(by=["A", "C"]),
        s["moves"]["s"].update(C=s["moves"]["s"].pop("B")),
        [r["if"].update(C=r["if"].pop("B")) for r in s["then"]["s"]],
    ),
}


@pytest.mark.parametrize("words", MESSAGES)
def test_messages_of_moves_at_once(words):
    with pytest.raises(pt.GameError) as e:
        parse_game(changed(MESSAGES[words]))
    assert words in str(e.value)


def test_every_game_on_the_docs_page_is_solved(tmp_path):
    page = Path(__file__).parents[2] / "docs" / "game-files.md"
    blocks = re.findall(r"```json\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for i, block in enumerate(blocks):
        path = tmp_path / f"{i}.json"
        path.write_text(block)
        out = solve_file(path)
        assert out["residual"] < 1e-9
        for key in {(r["stage"], r["state"], r["player"], r["type"]) for r in out["strategies"]}:
            rows = [r for r in out["strategies"] if (r["stage"], r["state"], r["player"], r["type"]) == key]
            assert sum(r["probability"] for r in rows) == pytest.approx(1)


def test_every_key_is_on_the_docs_page():
    page = (Path(__file__).parents[2] / "docs" / "game-files.md").read_text(encoding="utf-8")
    for key in (*KEYS, *MOVE_KEYS, *THEN_KEYS, "name", "by", "moves", "then"):
        assert f"`{key}`" in page, key


def places(value, path=()):
    """Yield the path of every value inside nested tables and lists."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


def replaced(table, path, value):
    table = copy.deepcopy(table)
    if not path:
        return value
    part = table
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return table


@pytest.mark.parametrize("wrong", [3, "zzz", [], {}, None, True, [1], {"zzz": 1}])
def test_no_value_of_the_wrong_kind_gets_past_the_door(wrong, fearon):
    """Whatever stands anywhere, a game is read or refused with a message; it never fails otherwise."""
    small = {**fearon, "stages": [{**s, "moves": dict(list(s["moves"].items())[:1])} for s in fearon["stages"]]}
    refused = []
    for table in (CLASH, small):
        for path in places(table):
            try:
                compile_game(parse_game(replaced(table, path, wrong))[0])
            except pt.GameError as e:
                refused.append(str(e))
    assert len(refused) > 20
    assert min(map(len, refused)) > 20
