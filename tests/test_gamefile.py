"""Games as data, and the schema of a scenario."""

import json
from importlib import resources

import pytest
from jsonschema import Draft202012Validator

import peacetalks as pt
from peacetalks.gamefile import parse, solve_file
from peacetalks.spec import Scenario

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
        "players": ["A", "B"], "types": {"B": {"weak": 0.5, "tough": 0.5}}, "start": "open", "rationality": 20,
        "stages": [{"name": "offer", "by": "A", "moves": {"open": offers}}, {"name": "answer", "by": "B", "moves": answers}],
    }  # fmt: skip


def test_a_game_file_gives_the_known_answer(fearon, tmp_path):
    path = tmp_path / "g.json"
    path.write_text(json.dumps(fearon))
    out = solve_file(path)
    assert out["values"]["A"] == pytest.approx(0.5192635233182507, abs=1e-9)  # o01.aqre9.lam=20.UA
    assert len(out["strategies"]) == 9 + 9 * 4


def test_game_file_messages(fearon):
    with pytest.raises(pt.GameError, match="unknown key 'stagess'"):
        parse({**fearon, "stagess": []})
    with pytest.raises(pt.GameError, match="start missing"):
        parse({k: v for k, v in fearon.items() if k != "start"})


def test_the_shipped_schema_is_fresh_and_accepts_the_bundled_scenarios():
    text = (resources.files("peacetalks") / "scenarios" / "scenario.schema.json").read_text()
    schema = json.loads(text)
    assert schema == Scenario.model_json_schema()
    for name in ("korea-1951", "russia-ukraine-2025", "iran-nuclear-2025", "sri-lanka-2002"):
        raw = pt.load(name).written()
        raw["as_of"] = str(raw["as_of"])
        Draft202012Validator(schema).validate(raw)
    raw["talks"]["propser"] = 1
    assert not Draft202012Validator(schema).is_valid(raw)
