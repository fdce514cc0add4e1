"""What a forecast carries: the record beside it, the best estimate, its accuracy, its size."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.conflicts.twin import departures
from peacetalks.conflicts.twin import twin as conflicts_twin
from peacetalks.evidence.anchor import adjust, shipped
from peacetalks.forecasting.complete_information import complete_information
from peacetalks.forecasting.record_view import anchor
from peacetalks.forecasting.size import game_size
from peacetalks.forecasting.typical import in_words
from peacetalks.game.compile import compile_game

SMALL = {"battlefield.positions": 3, "talks.offers": 3}


@pytest.fixture(scope="module")
def small():
    return pt.patch(pt.load("korea-1951"), SMALL)


@pytest.fixture(scope="module")
def looked(small):
    """A small outlook with bands."""
    return pt.outlook(small, periods=24, belief_points=2, draws=2)


@pytest.mark.parametrize("name", ["korea-1951", "russia-ukraine-2025"])
def test_the_size_is_exact_before_the_game_is_compiled(name):
    scenario = pt.patch(pt.load(name), {"battlefield.positions": 8, "talks.offers": 6})
    c, size = compile_game(pt.build(scenario)), game_size(scenario, 5, 36)
    assert (size.nodes, size.states) == (c.n_nodes, len(c.boundaries))


@pytest.mark.slow
def test_the_error_of_the_belief_grid_is_estimated_and_holds(small):
    war = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5})
    coarse, fine = (pt.outlook(war, periods=12, belief_points=n) for n in (5, 17))
    off = abs(coarse.ends - fine.ends)
    assert 0.001 < float(off.max()) < float(coarse.grid_error.max())
    assert bool((off <= coarse.grid_error + 1e-3).all())
    assert coarse.to_dict()["grid_error"]["peace"] == coarse.grid_error.sel(end="peace").values.tolist()
    assert pt.outlook(complete_information(small), periods=3).grid_error is None  # no hidden type, no grid


@pytest.mark.slow
def test_what_a_coarse_grid_puts_below_zero_is_set_to_zero_and_reported():
    s = pt.solve(make("rounds", offers=2), 20.0, belief_points=5, certify=False)
    path = pt.trajectory(s)
    hidden = {p: {s.game.type_names(p)[0]: 1.0} for p in s.game.types}
    raw = path.weigh(hidden).sum(axis=2)
    assert raw.min() < -1e-6
    found = path.outcomes(str, hidden)
    assert found.attrs["undershoot"] == pytest.approx(-raw.min(), abs=1e-15)
    assert float(found.min()) == 0.0
    assert np.abs(found.sum("outcome").values - raw.sum(axis=1)).max() < 1e-12


def test_the_best_estimate_is_the_record_moved_by_the_departure_from_the_twin(small, looked):
    p, months = looked.pooled, list(range(1, 25))
    number, reason = anchor(looked.outside)
    assert (p.number, reason, p.reason) == (number, "", "")
    record = looked.outside[number - 1].table().sel(period=months, end=looked.ends["end"]).values
    twin = pt.outlook(conflicts_twin(small), periods=24, belief_points=2)
    assert p.typical.values == pytest.approx(twin.ends.values, abs=1e-12)
    assert p.record.values == pytest.approx(record)
    assert p.ends.values == pytest.approx(adjust(record, looked.ends.values, twin.ends.values, p.weight.mean))
    assert p.weight == shipped(small.as_of)
    assert p.draws == 2
    assert p.departures == in_words(departures(small))


@pytest.mark.slow
def test_a_twin_is_the_record_itself(small):
    typical = conflicts_twin(small)
    o = pt.outlook(typical, periods=3, belief_points=2)
    assert o.pooled.departures == ()
    assert o.pooled.ends.values == pytest.approx(o.pooled.record.values)


@pytest.mark.slow
def test_draws_widen_the_interval_and_leave_the_point(small, looked):
    bare = pt.outlook(small, periods=24, belief_points=2)
    assert looked.ends.values == pytest.approx(bare.ends.values, abs=1e-12)
    assert looked.pooled.ends.values == pytest.approx(bare.pooled.ends.values, abs=1e-12)
    assert bare.mixture is None
    assert abs(looked.mixture - looked.ends).max() > 1e-3
    assert looked.mixture.sum("end").values == pytest.approx(1)


@pytest.mark.slow
def test_a_mechanism_that_the_record_knows_nothing_of_moves_the_model_more_than_the_best_estimate(small):
    """It stands in scenario and twin: departures stay, and most of what it moves cancels."""
    with_rent = pt.patch(small, {"rent": {"weight": {"value": 0.01, "source": "judgement: a test"}}})
    assert departures(with_rent) == departures(small)
    without, found = (pt.outlook(s, periods=12, belief_points=2) for s in (small, with_rent))
    moved, best = (abs(a - b).sel(period=12).max() for a, b in (
        (found.ends, without.ends), (found.pooled.ends, without.pooled.ends)
    ))  # fmt: skip
    assert moved > 0.01
    assert best < 0.3 * moved
