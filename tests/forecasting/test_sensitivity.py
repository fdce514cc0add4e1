"""Where an answer comes from: Sobol indices of an emulated forecast, beside exact one-at-a-time solves."""

import pickle

import numpy as np
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.emulator import emulate
from peacetalks.forecasting.sensitivity import sensitivity_of
from peacetalks.forecasting.sensitivity_values import KNOWN, NOT_KNOWN, TARGETS

pytestmark = pytest.mark.slow
PATHS = ("talks.walk", "talks.accept", "battlefield.front", "battlefield.strength", "rationality")


@pytest.fixture(scope="module")
def base():
    return tiny(periods=3)


@pytest.fixture(scope="module")
def made(base):
    return emulate(pt.outlook(base, belief_points=2, certify=False), PATHS, 32, 1)


@pytest.fixture(scope="module")
def found(made):
    return sensitivity_of(made, 1, 256)


def by_name(shares):
    return {s.name: s for s in shares}


def test_every_number_of_every_target(found):
    assert set(found.numbers) <= set(TARGETS)
    for shares in found.numbers.values():
        assert {s.name for s in shares} == set(PATHS)
        for s in shares:
            assert s.total.low <= s.total.value <= s.total.high
            assert s.first.value <= s.total.value + 0.1
        assert sum(s.first.value for s in shares) < 1.15
        assert sum(s.total.value for s in shares) > 0.85


def test_groups_hold_their_numbers(found):
    numbers, tables = by_name(found.numbers["peace"]), by_name(found.mechanisms["peace"])
    assert set(tables) == {"talks", "battlefield", "rationality"}
    together = numbers["talks.walk"].first.value + numbers["talks.accept"].first.value
    assert tables["talks"].total.value == pytest.approx(together, abs=0.12)
    assert tables["rationality"].total.value == pytest.approx(numbers["rationality"].total.value, abs=0.1)
    known = by_name(found.knowable["peace"])
    assert set(known) == {KNOWN, NOT_KNOWN}
    assert known[KNOWN].total.value == pytest.approx(tables["battlefield"].total.value, abs=0.1)


def test_the_same_seed_gives_the_same(made, found):
    assert sensitivity_of(made, 1, 256) == found
    assert pickle.loads(pickle.dumps(found)) == found


def test_without_draws_drivers_are_what_they_were(base, monkeypatch):
    monkeypatch.setattr("peacetalks.forecasting.drivers.ranges", lambda s: [("talks.walk", 0.03, 0.09, "a test")])
    plain = pt.drivers(base, belief_points=2)
    assert isinstance(plain, tuple)
    assert plain.sensitivity is None
    assert [d.path for d in pickle.loads(pickle.dumps(plain))] == ["talks.walk"]


def test_korea_against_exact_solves_of_one_number_at_a_time(tmp_path):
    """Ranges moved one at a time, exactly: what moves peace and the terms most is what has the largest total index."""
    korea = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 3})
    answers = AnswerCache.open(tmp_path)
    found = pt.drivers(korea, periods=12, belief_points=3, answers=answers, draws=56, seed=1)
    effects = {d.path: d.effect for d in found}
    odds = by_name(found.sensitivity.numbers["best"])
    assert not found.sensitivity.unranked("best")
    squares = np.array([[effects[p] ** 2, odds[p].total.value] for p in effects])
    assert np.corrcoef(squares.T)[0, 1] > 0.85
    largest = sorted(effects, key=lambda p: -effects[p])[:6]
    assert set(largest[:3]) <= {s.name for s in found.sensitivity.numbers["best"][:6]}
    assert found.sensitivity.numbers["terms"][0].name == "battlefield.front"
