"""Levers: what somebody can move in a scenario, and who."""

import pytest

import peacetalks as pt
from peacetalks.errors import SpecError
from peacetalks.scenario.change_keys import check_path
from peacetalks.scenario.changes import with_changes
from peacetalks.scenario.levers import Levers, levers, levers_of
from peacetalks.scenario.scenario import bundled


@pytest.mark.parametrize("name", bundled())
def test_every_lever_of_a_bundled_scenario_can_be_moved(name):
    s = pt.load(name)
    for lever in levers_of(s):
        made = with_changes(s, lever.change(s))
        assert made.moves_play, lever.name
        assert lever.holder(s) in {"sides", "mediator", "outside", *(side.label for side in s.sides)}


def test_every_lever_is_had_by_some_bundled_scenario():
    every = {lever.name for name in bundled() for lever in levers_of(pt.load(name))}
    assert every == {lever.name for lever in levers()}


def test_numbers_exist():
    s = pt.load("russia-ukraine-2025")
    for lever in levers():
        for path in lever.numbers:
            assert check_path(s, path) is not None


def test_a_mechanism_that_is_absent_can_be_brought_in():
    korea = pt.load("korea-1951")
    (inspectors,) = [lever for lever in levers_of(korea) if lever.absent]
    assert with_changes(korea, inspectors.change(korea)).scenario.inspection is not None
    assert inspectors.change(pt.patch(korea, {"ceasefire": None})) == {}
    assert inspectors.change(pt.load("russia-ukraine-2025")) == {}


def test_who_holds_what():
    s = pt.load("russia-ukraine-2025")
    one, two = ({lever.name for lever in levers_of(s, side)} for side in ("1", "Ukraine"))
    both = {lever.name for lever in levers_of(s) if lever.holder(s) == "sides"}
    assert two == both
    assert one - both == {"fewer-public-demands", "cheaper-concessions", "taking-the-wider-agreement"}
    with pytest.raises(SpecError, match=r"'mediatr' holds no levers .did you mean 'mediator'.*1 \(Russia\)"):
        levers_of(s, "mediatr")


def test_a_value_that_is_there_already_is_no_lever():
    s = pt.patch(pt.load("russia-ukraine-2025"), {"sanctions.level": 0})
    names = {lever.name for lever in levers_of(s)}
    assert "sanctions-imposed" in names
    assert "sanctions-relieved" not in names


def test_odds_stay_probabilities():
    s = pt.load("russia-ukraine-2025")
    for lever in levers_of(s):
        if lever.odds is not None:
            assert all(0 < x < 1 for x in lever.change(s).values())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"times": 2.0, "odds": 2.0}, "give odds, times or set, one of them"),
        ({}, "give odds, times or set, one of them"),
        ({"times": 2.0, "held_by": "somebody"}, "held_by is sides, mediator, outside or an entry of talks"),
    ],
)
def test_wrong_levers_are_refused(more, message):
    lever = {"name": "x", "table": "talks", "words": "a lever", "held_by": "sides", "numbers": ["talks.walk"]}
    with pytest.raises(ValueError, match=message):
        Levers.model_validate({"lever": [{**lever, "source": "judgement: a test", **more}]})
