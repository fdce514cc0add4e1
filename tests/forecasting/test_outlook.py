"""What a forecast carries: the record beside it, the best estimate, its accuracy, its size."""

from dataclasses import replace

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.evidence.pool import log_pool, pool, shipped
from peacetalks.forecasting.best_estimate import NO_CASES, NO_CLASS, RANGE_POINTS, best_estimate
from peacetalks.forecasting.complete_information import complete_information
from peacetalks.forecasting.record_view import FEW, RecordView, record_views
from peacetalks.forecasting.size import game_size
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


def test_the_record_knows_nothing_later_and_says_where_data_are_insufficient(small):
    views = record_views(small, (1, 12))
    late = record_views(small.model_copy(update={"as_of": small.as_of.replace(year=2020)}), (1, 12))
    assert [v.n < w.n for v, w in zip(views, late, strict=True)] == [True, True]
    assert all("More conflict is a lower bound" in v.note for v in views)
    thin = small.model_copy(
        update={"reference_classes": ["war_type=interstate, reached=1y", "war_type=interstate, reached=40y"]}
    )
    few, none = record_views(thin, (12,))
    assert 0 < few.n < FEW
    assert few.ends == {}
    assert "too few for an estimate" in few.note
    assert none.n == 0
    assert "nothing can be estimated from it" in none.note


def test_the_error_of_the_belief_grid_is_estimated_and_holds(small):
    war = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5})
    coarse, fine = (pt.outlook(war, periods=12, belief_points=n) for n in (5, 17))
    off = abs(coarse.ends - fine.ends)
    assert 0.001 < float(off.max()) < float(coarse.grid_error.max())
    assert bool((off <= coarse.grid_error + 1e-3).all())
    assert coarse.to_dict()["grid_error"]["peace"] == coarse.grid_error.sel(end="peace").values.tolist()
    assert pt.outlook(complete_information(small), periods=3).grid_error is None  # no hidden type, no grid


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


def test_the_best_estimate_pools_the_model_with_the_narrowest_class_that_has_an_estimate(looked):
    p, record = looked.pooled, looked.outside[1]
    assert [v.conditions for v in looked.outside] == [1, 2]
    assert (p.number, p.reference_class) == (2, record.reference_class)
    inside = looked.ends.sel(period=list(record.months)).values
    outside = np.array([record.ends[e] for e in looked.ends["end"].values]).T
    assert p.fit == shipped(looked.scenario.as_of)
    assert p.ends.values == pytest.approx(log_pool(inside, outside, p.fit.weight, p.fit.sharpness))
    assert (p.low <= p.ends).all()
    assert (p.ends <= p.high).all()
    assert p.low.values == pytest.approx(
        np.array(
            [log_pool(inside, outside, w, p.fit.sharpness) for w in np.linspace(p.fit.low, p.fit.high, RANGE_POINTS)]
            + [p.ends.values]
        ).min(0)
    )
    first = best_estimate(looked.ends, [replace(looked.outside[0], conditions=2), record], looked.scenario.as_of)
    assert first.number == 1  # of equals the first named


def test_between_both_views_in_log_odds_and_either_view_at_weight_0_and_1(looked):
    """Before recalibration (sharpness 1), for every pair of ends."""
    outside = looked.outside[1].table()
    inside = looked.ends.sel(period=outside.period)
    odds = [np.log(a.values[:, [0, 1, 2]] / a.values[:, [1, 2, 0]]) for a in (inside, outside)]
    q = pool(inside, outside, looked.pooled.fit.weight, sharpness=1.0).values
    between = np.log(q[:, [0, 1, 2]] / q[:, [1, 2, 0]])
    assert (np.minimum(*odds) - 1e-9 <= between).all()
    assert (between <= np.maximum(*odds) + 1e-9).all()
    assert not np.allclose(q, inside)
    assert not np.allclose(q, outside)
    assert pool(inside, outside, 1.0).values == pytest.approx(
        inside.values, abs=2e-3
    )  # what is below 0.001 is lifted to it
    assert pool(inside, outside, 0.0).values == pytest.approx(outside.values)


def test_no_best_estimate_without_a_class_or_cases_and_the_reason_is_given(looked):
    thin = looked.scenario.model_copy(update={"reference_classes": ["war_type=interstate, reached=1y"]})
    for record, reason in ((record_views(thin, (12,)), NO_CASES), ((), NO_CLASS)):
        bare = replace(looked, outside=record, pooled=best_estimate(looked.ends, record, thin.as_of))
        assert bare.pooled.ends is None
        assert bare.pooled.reason == reason
        assert list(bare.views) == ["inside"]
        pooled = bare.to_dict()["pooled"]
        assert (pooled["ends"], pooled["months"], pooled["reason"]) == (None, [], reason)


def test_a_date_that_nobody_was_followed_to_is_null(looked):
    view = looked.outside[1]
    tables = {k: {e: [*x[:-1], None] for e, x in getattr(view, k).items()} for k in ("ends", "low", "high")}
    record = (replace(view, **tables),)
    cut = replace(looked, outside=record, pooled=best_estimate(looked.ends, record, looked.scenario.as_of))
    assert cut.pooled.to_dict()["ends"]["peace"][-1] is None
    assert cut.pooled.to_dict()["ends"]["peace"][0] is not None
    assert np.isnan(cut.views["pooled"].sel(end="peace").values[-1])


def test_nothing_later_sets_the_weight(looked):
    views = (
        RecordView("x", 1, (12,), 9, 1.0, {"peace": [0.2], "nowhere": [0.7], "more_conflict": [0.1]}, {}, {}, "", ""),
    )
    early, late = (best_estimate(looked.ends, views, looked.scenario.as_of.replace(year=y)) for y in (1951, 2025))
    assert early.fit.n < late.fit.n
    assert early.fit.weight != late.fit.weight
    assert early.to_dict()["cases"] == shipped(looked.scenario.as_of).effective_n
