"""How long truces and agreements stand: against Kaplan and Meier, bounds of what is not recorded, conditioning."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peacetalks.evidence import standing
from peacetalks.evidence.classes import cases
from peacetalks.evidence.follow_up import followed

SOURCES = (standing.CEASEFIRES, standing.AGREEMENTS, standing.TRUCES, standing.TREATIES)


def known_curve(source, days):
    """The Kaplan-Meier curve of the cases of which the fate is recorded, with its interval."""
    frame = cases(source.kind, source.where or None)
    known = frame.filter(frame["ending"].is_not_null() | frame["seen"].is_not_null())
    known = known.filter(known["ending"].ne_missing("never_in_force"))
    return followed(known, [source.ending], censor_others=True).incidence(days)


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: f"{s.kind} {s.where}")
def test_without_eras_the_curve_is_near_that_of_kaplan_and_meier(monkeypatch, source):
    monkeypatch.setattr(standing, "ERA_SD", 1e-4)
    days = np.array([30.0, 90.0, 365.0, 1826.0])
    model = standing.fit_standing(source, None, 5, 7)
    found = 1 - model._recorded_survival(days, model.mean if model.trait else None)[0]
    km = known_curve(source, days)
    varied = km.probability[:, 0] > 0  # without an end by then the curve has no interval
    assert (found > km.low[:, 0] - 0.02)[varied].all(), (found, km.low)
    assert (found < km.high[:, 0] + 0.02)[varied].all(), (found, km.high)


def test_unrecorded_fates_bound_the_curve():
    """With q = 0 all unrecorded ceasefires held, with q = 1 they broke as the recorded ones did."""
    model = standing.fit_standing(standing.CEASEFIRES, None, 3, 7)
    days = np.array([30.0, 365.0])
    known = 1 - model._recorded_survival(days, None)[0]
    least, most = (
        1 - dataclasses.replace(model, shares=np.array([q, q, q]))._survival(days, None)[1:] for q in (0.0, 1.0)
    )
    assert least[0] == pytest.approx(model.recorded * (1 - model._recorded_survival(days, None)[1]))
    assert most[0] == pytest.approx(1 - model._recorded_survival(days, None)[1])
    point = 1 - model._survival(days, None)[0]
    assert point == pytest.approx(known * (model.recorded + 1) / 2)


@given(st.floats(0, 4000), st.integers(1, 36))
def test_what_has_held_is_conditioned_on_having_held(age, months):
    model = standing.fit_standing(standing.TRUCES, dt.date(2001, 1, 1), 4, 7)
    by = model.broken_by(age, months)
    held, later = (model._survival(np.array([d]), None)[:, 0] for d in (age, age + months * 30.4375))
    assert 1 - by[:, -1] == pytest.approx(later / held)
    assert (np.diff(by, axis=1) >= -1e-12).all()
    assert (by < 1).all()


def test_a_truce_of_any_age_may_still_break():
    """The curve has no flat tail: beyond the longest follow-up the hazard is that of the oldest case."""
    model = standing.fit_standing(standing.CEASEFIRES, None, 20, 7)
    by = model.broken_by(model.oldest + 10_000, 12)
    assert (by > 0).all()
    assert model.broken_by(0.0, 12)[0, -1] > model.broken_by(365.0, 12)[0, -1] > by[0, -1]


def test_nothing_is_known_before_the_first_case():
    assert standing.fit_standing(standing.CEASEFIRES, dt.date(1980, 1, 1), 3, 7) is None


def test_a_full_agreement_lasts_longer_than_others():
    """UCDP peace agreements: of full ones 21 % had ended after 5 years, of process agreements 43 %."""
    model = standing.fit_standing(standing.AGREEMENTS, None, 3, 7)
    full, other = (model.broken_by(0.0, 36, trait)[0, -1] for trait in (1.0, 0.0))
    assert full < other


def test_a_break_on_an_unknown_day_is_distributed_over_the_days_by_then():
    """Against simulation: 200,000 ends drawn from piecewise constant hazards, given that they came in time."""
    rng = np.random.default_rng(8)
    hazard, years, case = np.array([2.0, 0.5, 0.1]), np.array([0.1, 0.4, 3.0]), np.zeros(3, np.int64)
    time, event = standing.distributed(hazard, years, case)
    assert event.sum() == pytest.approx(1)
    edges = np.concatenate([[0.0], np.cumsum(years)])
    survival = np.exp(-np.concatenate([[0.0], np.cumsum(hazard * years)]))
    draws = []
    for u in rng.random(200_000) * (1 - survival[-1]):
        j = int(np.searchsorted(-survival, -(1 - u), side="right")) - 1
        draws.append(edges[j] + np.log(survival[j] / (1 - u)) / hazard[j])
    draws = np.array(draws)
    assert np.histogram(draws, edges)[0] / draws.size == pytest.approx(event, abs=0.005)
    assert np.clip(draws[:, None] - edges[:-1], 0, years).mean(axis=0) == pytest.approx(time, abs=0.005)


def test_the_breaks_on_an_unknown_day_enter_once_they_can_be_known():
    """Some ceasefires were terminated on a day that is not recorded; it is known by the end of coverage."""
    early, late = (standing.fit_standing(standing.CEASEFIRES, day, 3, 7) for day in (dt.date(2020, 12, 30), None))
    undated = cases("ceasefires", "fixed_term=0, side!=unilateral")["ended_by"].is_not_null().sum()
    assert undated > 0
    assert late.broken - early.broken >= undated
    assert late.broken_by(0.0, 12)[0, -1] > early.broken_by(0.0, 12)[0, -1]
