"""What drives a forecast: each number by itself over its range."""

import datetime as dt

import numpy as np
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.axes import HALF, HALF_THE_ODDS, ranges
from peacetalks.forecasting.drivers import drivers_of

WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}

SOME = {"talks.walk", "talks.accept", "battlefield.front", "sides.2.types.resolute.share", "sides.1.discount"}


@pytest.fixture(scope="module")
def base():
    return tiny(periods=3, conflict=WAR)


@pytest.fixture(scope="module")
def o(base):
    return pt.outlook(base, belief_points=2, certify=False)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return AnswerCache.open(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module", autouse=True)
def some():
    """Let some of the numbers move, to save solves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peacetalks.forecasting.drivers.ranges", lambda s: [r for r in ranges(s) if r[0] in SOME])
        yield


@pytest.fixture(scope="module")
def found(o, answers):
    return drivers_of(o, answers=answers)


def test_every_number_once(base):
    paths = [path for path, *_ in ranges(base)]
    rest = {"sides.1.types.one.share", "sides.2.types.irresolute.share"}  # a share of all, and the rest of a side
    assert sorted(paths) == sorted(set(base.numbers()) - rest)


def test_the_farthest_comes_first(found):
    assert {d.path for d in found} == SOME
    assert [d.effect for d in found] == sorted((d.effect for d in found), reverse=True)
    assert found[0].effect > found[-1].effect


def test_the_base_is_the_outlook(o, found):
    peace = float(o.pooled.ends.sel(end="peace", period=3))
    assert {(d.view, d.month, d.peace) for d in found} == {("best", 3, peace)}


@pytest.mark.slow
def test_each_end_is_what_a_what_if_gives(base, found, answers):
    for d in (found[0], next(d for d in found if d.path == "sides.2.types.resolute.share")):
        for x, ends, peace in ((d.low, d.ends_low, d.peace_low), (d.high, d.ends_high, d.peace_high)):
            w = pt.whatif(base, {d.path: x}, belief_points=2, answers=answers)
            np.testing.assert_allclose(ends.values, w.after.pooled.ends.values, rtol=0, atol=1e-12)
            assert peace == float(ends.sel(end="peace", period=3))


def test_the_ends_are_those_of_the_range_or_declared(base):
    places = {path: (low, high, source) for path, low, high, source in ranges(base)}
    walk = base.numbers()["talks.walk"]
    assert places["talks.walk"] == (*walk.interval(), walk.source)
    low, high, source = places["battlefield.front"]  # 0.5, without a range: odds of 1 halved and doubled
    assert (low, high, source) == (pytest.approx(1 / 3), pytest.approx(2 / 3), HALF_THE_ODDS)
    point = pt.patch(base, {"sides.1.types.one.war_cost": 0.02, "sides.2.discount": 0.99985})
    places = {path: (low, high, source) for path, low, high, source in ranges(point)}
    assert places["sides.1.types.one.war_cost"] == (0.01, 0.04, HALF)
    assert places["sides.2.discount"][1] == 0.9999  # the most that it may be
    assert places["sides.2.discount"][2] == HALF_THE_ODDS


def test_what_an_observer_can_know(found):
    known = {d.path: d.known_by for d in found if d.knowable}
    assert known["battlefield.front"] == "maps of control"
    assert not any(path.startswith("sides.") for path in known)
    assert next(d for d in found if d.path == "talks.walk").label == "readiness to walk out"


def test_a_second_time_they_come_from_the_cache(o, found, answers):
    before = answers.added
    assert [d.to_dict() for d in drivers_of(o, answers=answers)] == [d.to_dict() for d in found]
    assert answers.added == before


def only(monkeypatch, path):
    """Let one number move only."""
    monkeypatch.setattr("peacetalks.forecasting.drivers.ranges", lambda s: [r for r in ranges(s) if r[0] == path])


def test_without_a_class_the_model_alone_moves(monkeypatch):
    only(monkeypatch, "talks.offer")
    s = tiny(conflict={"kind": "civil", "state": "crisis"})
    (first,) = pt.drivers(s, belief_points=2)
    assert first.view == "model"
    assert first.peace == float(pt.outlook(s, belief_points=2, certify=False).ends.sel(end="peace", period=2))


def test_an_end_that_cannot_be_is_unknown(monkeypatch):
    """Strength once loyalty has fallen may not lie above the strength before: half and double of both cross."""
    table = {"side": 1, "steady": 0.6, "strained": 0.5, "occasion": 0.1, "fall": 0.1, "setback": 0.1}
    only(monkeypatch, "loyalty.strained")
    (d,) = pt.drivers(tiny(loyalty=table), belief_points=2)
    assert (d.peace_high, d.ends_high, d.to_dict()["ends_high"]) == (None, None, None)
    assert d.peace_low is not None


@pytest.mark.slow
def test_the_number_of_processes_makes_no_difference(o, found, monkeypatch):
    monkeypatch.setattr("peacetalks.forecasting.jobs.SHORT_WORK", -1.0)
    assert [d.to_dict() for d in drivers_of(o, jobs=2)] == [d.to_dict() for d in found]
