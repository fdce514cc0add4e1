"""What-ifs: before, after, difference; and forecasts of a changed scenario."""

import datetime as dt

import numpy as np
import pytest
from support.tiny import KPA, UN, tiny

import peacetalks as pt
from peacetalks.errors import NothingChanges
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.changed import made_of

WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}
BOTH = {"talks.walk": 0.3, "rent.weight": 0.01}


@pytest.fixture(scope="module")
def base():
    """Six months, talks open, one side of one type."""
    return tiny(periods=6, conflict=WAR)


@pytest.fixture(scope="module")
def korea():
    return pt.load("korea-1951")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return AnswerCache.open(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def both(base, answers):
    return pt.whatif(base, BOTH, belief_points=2, answers=answers)


def same(a, b):
    return np.testing.assert_allclose(a.values, b.values, rtol=0, atol=1e-12)


def test_before_and_after_are_the_forecasts_of_both_scenarios(base, both):
    months = list(both.months)
    for case, o in (
        (both.before, pt.outlook(base, belief_points=2, certify=False)),
        (both.after, pt.outlook(base, belief_points=2, certify=False, changes=BOTH)),
    ):
        same(case.ends, o.ends.sel(period=months))
        same(case.pooled.ends, o.pooled.ends.sel(period=months))
        same(case.pooled.low, o.pooled.low.sel(period=months))
        assert case.answer.terms == pytest.approx(o.mean_terms)
        assert case.answer.settled == pytest.approx([o.durations.settled[m - 1] for m in months])
        assert o.scenario.digest == case.scenario.digest


def test_the_difference_is_after_minus_before(both):
    d = both.difference
    same(d.best, both.after.pooled.ends - both.before.pooled.ends)
    same(d.model, both.after.ends - both.before.ends)
    assert np.abs(d.best.sum("end")).max() < 1e-12
    assert (d.low <= d.best).all()
    assert (d.best <= d.high).all()
    assert d.welfare[UN] == both.after.answer.welfare[UN] - both.before.answer.welfare[UN]


def test_what_is_changed_departs_from_the_typical_case_as_written(both):
    """Also a mechanism that the record knows nothing of, which stands in the twin of a scenario with it."""
    same(both.after.pooled.typical, both.before.pooled.typical)
    assert both.after.pooled.departures[-1].what == "what is changed"
    rent = next(s for s in both.each if s.key == "rent")
    assert rent.difference.best.sel(end="peace", period=6) < -0.01


def test_each_by_itself_and_the_order(base, both, answers):
    alone = pt.whatif(base, {"talks.walk": 0.3}, belief_points=2, answers=answers)
    assert not alone.each
    assert [s.key for s in both.each] == ["talks.walk", "rent"]
    same(both.each[0].difference.best, alone.difference.best)
    turned = pt.whatif(base, dict(reversed(BOTH.items())), belief_points=2, answers=answers)
    same(turned.difference.best, both.difference.best)
    assert turned.made.scenario.digest == both.made.scenario.digest


def test_back_again_is_zero(base, both, answers):
    back = pt.whatif(both.made.scenario, {"talks.walk": 0.05, "rent": "off"}, belief_points=2, answers=answers)
    same(back.difference.model, -both.difference.model)
    with pytest.raises(NothingChanges, match=r"nothing changes: talks.walk is 0.05 already"):
        pt.whatif(base, {"talks.walk": 0.05})


def test_a_new_range_with_the_same_central_value_moves_no_point(base, answers):
    wide = {"talks.walk": {"low": 0.01, "mode": 0.05, "high": 0.4}}
    w = pt.whatif(base, wide, draws=4, belief_points=2, answers=answers)
    assert float(np.abs(w.difference.best).max()) == 0
    assert float((w.difference.high - w.difference.low).max()) > 0.001


def test_draws_are_the_same_before_and_after(base, answers):
    """Paired draws: the interval of a small change is far narrower than those of the forecasts."""
    w = pt.whatif(base, {"talks.walk": 0.06}, draws=4, belief_points=2, answers=answers)
    of = {"end": "peace", "period": 6}
    wide = w.before.pooled.high.sel(of) - w.before.pooled.low.sel(of)
    narrow = w.difference.high.sel(of) - w.difference.low.sel(of)
    assert 0 < float(narrow) < 0.1 * float(wide)
    o = pt.outlook(base, draws=4, belief_points=2, certify=False, answers=answers)
    same(w.before.pooled.low, o.pooled.low.sel(period=list(w.months)))


@pytest.mark.slow
def test_the_number_of_processes_makes_no_difference(base, both, monkeypatch):
    monkeypatch.setattr("peacetalks.forecasting.jobs.SHORT_WORK", -1.0)
    two = pt.whatif(base, BOTH, belief_points=2, jobs=2)
    same(two.difference.best, both.difference.best)
    assert two.to_dict() == both.to_dict()


def test_the_error_of_a_difference(base):
    w = pt.whatif(
        tiny(**{"sides.1.types": {"a": {"share": 0.5, "war_cost": 0.01}, "b": {"share": 0.5, "war_cost": 0.03}}}),
        {"talks.walk": 0.06},
        belief_points=5,
    )
    d = w.difference
    alone = [float(np.abs(c.answer.finer - c.ends).max()) for c in (w.before, w.after)]
    assert 0 < float(d.model_error.max()) < max(alone) + 1e-4  # errors that both forecasts share cancel
    assert d.welfare_error[KPA] >= w.before.answer.residual


def test_below_four_points_there_is_no_error(both):
    assert both.difference.model_error is None
    assert both.difference.best_error is None
    assert both.difference.welfare_error == {UN: None, KPA: None}


def test_another_class_asks_the_record_anew(base, answers):
    w = pt.whatif(base, {"conflict.intensity": "minor"}, belief_points=2, answers=answers)
    assert w.made.moves_class
    assert float(np.abs(w.difference.model).max()) == 0
    assert float(np.abs(w.difference.best).max()) > 0.01
    assert w.difference.low is None
    assert w.before.outside != w.after.outside


def test_a_change_that_cannot_stand_by_itself(base):
    bare = pt.patch(base, {"ceasefire": None})
    change = {"inspection.detection": 0.5, "ceasefire": base.written()["ceasefire"]}
    w = pt.whatif(bare, change, belief_points=2)
    unable = next(s for s in w.each if s.key == "inspection")
    assert unable.difference is None
    assert unable.reason.startswith("not possible by itself: korea-1951, patched: ")
    assert "inspection needs the table ceasefire" in unable.reason
    assert next(s for s in w.each if s.key == "ceasefire").difference is not None


def test_numbers_that_are_not_as_written_are_refused(base):
    with pytest.raises(pt.SpecError, match=r"its numbers are not as they are written .* `peacetalks.patch` first"):
        pt.whatif(base.at({"talks.walk": 0.2}), {"talks.offer": 0.2})


def test_a_changed_forecast_says_so(base):
    o = pt.outlook(base, belief_points=2, certify=False, changes={"talks.walk": 0.2})
    assert o.scenario.title == "Korea: armistice talks open, July 1951; changed: talks.walk 0.2 (was 0.05)"
    assert o.settings["changes"] == [{"path": "talks.walk", "before": 0.05, "after": 0.2}]
    assert o.settings["base_digest"] == base.digest
    assert o.to_dict()["digest"] != base.digest
    assert "changes" not in pt.outlook(base, belief_points=2, certify=False).settings


def test_a_what_if_in_a_line(both):
    assert repr(both).startswith(
        "WhatIf of korea-1951: talks.walk 0.3 (was 0.05), rent.weight 0.01 (was off); peace in 6 months "
    )


@pytest.mark.parametrize(
    "change",
    ["talks.walk=0.2", ["talks.walk=0.2"], {"Readiness to walk out": 0.2}, "readiness to walk out*=4"],
)
def test_a_change_may_be_a_text_or_in_the_words_that_pages_print(korea, change):
    made = made_of(korea, change)
    assert [(c.path, c.before, c.after) for c in made.changes] == [("talks.walk", 0.05, 0.2)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (3, r'changes are \{"talks.walk": 0.2\} or "talks.walk=0.2", got 3'),
        ({1: 2}, r"changes are .*, got \{1: 2\}"),
        ("talks.walk", r"'talks.walk' is not a change: write KEY=VALUE"),
        ({"readiness to walk": 1}, r"did you mean 'talks.walk' \(readiness to walk out\)"),
        ({"talks.walk": 1, "readiness to walk out": 2}, r"talks.walk is given twice, as a key and in words"),
        (
            "cost of fighting of United Nations Command=1",
            r"'sides.1.types.resolute.war_cost' \(cost of .*\) or 'sides.1",
        ),
    ],
)
def test_what_is_no_change_is_refused(korea, change, message):
    with pytest.raises(pt.SpecError, match=message):
        pt.whatif(korea, change)


def test_a_what_if_keeps_its_date(base):
    with pytest.raises(pt.SpecError, match=r"as_of=1951-09-01: .*the same date, 1951-07-10\. .*`peacetalks diff`"):
        pt.whatif(base, {"as_of": dt.date(1951, 9, 1)}, belief_points=2)
