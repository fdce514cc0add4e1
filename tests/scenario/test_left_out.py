"""Numbers that the record identifies may be left out: they are listed, filled once, and filled anew after a patch."""

import json
import pickle

import pytest

from peacetalks.errors import SpecError
from peacetalks.mechanisms.standard_game import build
from peacetalks.scenario.scenario import load, patch

VALUE = {"low": 0.01, "mode": 0.02, "high": 0.03, "source": "estimated on 10 conflict-years known by 1950-12-31"}


def estimates(scenario):
    return dict.fromkeys(scenario.left_out(), VALUE)


@pytest.fixture
def bare():
    return patch(load("korea-1951"), {"talks.accept": None, "sides.2.types.resolute.war_cost": None})


def test_numbers_left_out_are_listed_and_are_no_numbers(bare):
    assert bare.left_out() == ["sides.2.types.resolute.war_cost", "talks.accept"]
    assert "talks.accept" not in bare.numbers()
    assert load("korea-1951").filled_by(estimates).left_out() == []


def test_a_game_with_numbers_left_out_is_refused(bare):
    with pytest.raises(SpecError, match=r"resolute.war_cost, talks.accept left out and not estimated; load the scen"):
        build(bare)


def test_filled_numbers_carry_value_range_and_source_and_what_is_written_stays(bare):
    full = bare.filled_by(estimates)
    assert full.left_out() == []
    accept = full.numbers()["talks.accept"]
    assert (float(accept), accept.source) == (0.02, VALUE["source"])
    assert accept.interval()[0] > 0.01
    assert (full.digest, full.written()) == (bare.digest, bare.written())
    build(full)


def test_a_patch_of_a_filled_scenario_is_filled_anew(bare):
    full = patch(bare.filled_by(estimates), {"talks.ask": None, "talks.accept": 0.5})
    assert full.left_out() == []
    assert (float(full.talks.ask), float(full.talks.accept)) == (0.02, 0.5)


def test_draws_copies_and_pickles_of_a_filled_scenario_stay_filled(bare):
    full = bare.filled_by(estimates)
    for s in (full.at({"rationality": 25}), full.model_copy(), pickle.loads(pickle.dumps(full))):
        assert s.left_out() == []
        assert patch(s, {"talks.ask": None}).left_out() == []


def test_the_schema_lets_exactly_these_numbers_be_left_out():
    schema = type(load("korea-1951")).model_json_schema()
    text = json.dumps(schema)
    assert "NaN" not in text
    marked = {
        f"{table}.{key}"
        for table, body in schema["$defs"].items()
        for key, field in body.get("properties", {}).items()
        if "Left out: estimated on the record." in field.get("description", "")
    }
    assert marked == {
        "SideType.war_cost",
        "Battlefield.mobility",
        "Battlefield.decisive",
        "Talks.offer",
        "Talks.ask",
        "Talks.stall",
        "Talks.reopen",
        "Talks.accept",
        "Ceasefire.incident",
        "Ceasefire.incident_one",
        "Ceasefire.incident_both",
        "Ceasefire.accept",
    }
