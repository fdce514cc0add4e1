"""Commitment (o02), alternating offers and the shadow of power (o03): limits, within one step of the offer grid."""

import pytest

import peacetalks as pt
from peacetalks.catalog import make

STEP = 0.01 + 1e-6  # one step of the grid of 101 offers, and the logit noise left at the limit precision
LIMIT = 2000.0


def fights(game, lam=LIMIT):
    """Return whether the first offer, at its best for the other side, is answered by war: P(war in period 1)."""
    s = pt.solve(game, rationality=lam, certify=False)
    f = pt.forecast(s, outcome=lambda x: "war" if x == "war" else "peace", periods=1)
    return float(f.sel(outcome="war")[0]) if "war" in f.outcome.values else 0.0


@pytest.mark.parametrize(
    ("key", "params", "later"),
    [
        ("o02.inf.p2_threshold_A_offers", "o02.inf.params(d,p1,cA,cB)", "A"),
        ("o02.powell.p2_threshold_B_offers_later", "o02.powell.params(d,p1,cA,cB)", "B"),
        ("o02.powell.p2_threshold_A_offers_same_params", "o02.powell.params(d,p1,cA,cB)", "A"),
    ],
)
def test_commitment_threshold(known, key, params, later):
    d, p1, ca, cb = known(params)
    base = {"p1": p1, "cost_a": ca, "cost_b": cb, "discount": d, "later_proposer": later, "offers": 101}
    lam = LIMIT * (1 - d)  # payoffs count pies of one period; all of them together are worth 1 / (1 - d)
    assert fights(make("commitment", p2=known(key) - STEP, **base), lam) < 0.5  # one step of offers is not sharp here
    assert fights(make("commitment", p2=known(key) + STEP, **base), lam) > 0.5


@pytest.mark.parametrize("periods", [2, 3, 10])
def test_commitment_threshold_with_a_horizon(known, periods):
    base = {"p1": 0.3, "cost_a": 0.05, "cost_b": 0.1, "discount": 0.9, "periods": periods, "offers": 101}
    threshold = known(f"o02.finite.T={periods}.p2_threshold")
    assert fights(make("commitment", p2=threshold - STEP, **base)) < 0.01
    assert fights(make("commitment", p2=threshold + STEP, **base)) > 0.99


@pytest.mark.parametrize("p2", ["0.60", "0.70"])
def test_commitment_values(known, p2):
    war, x1, value_a, value_b = known(f"o02.finite.T=2.p2={p2} (war?,x1,VA,VB)")
    base = {"p1": 0.3, "cost_a": 0.05, "cost_b": 0.1, "discount": 0.9, "periods": 2, "offers": 101}
    s = pt.solve(make("commitment", p2=float(p2), **base), rationality=LIMIT)
    assert s.value("A") == pytest.approx(value_a, abs=2 * STEP)  # one step in each of the two periods
    assert s.value("B") == pytest.approx(value_b, abs=2 * STEP)
    assert fights(make("commitment", p2=float(p2), **base)) == pytest.approx(war, abs=0.01)
    if not war:
        offer = s.strategy("offer", ("talks", 0))["only"]
        assert max(offer, key=offer.get) == pytest.approx(x1, abs=STEP)


@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("o03.rubinstein.d1=0.9,d2=0.9.x1", {}),
        ("o03.rubinstein.d1=0.95,d2=0.8.x1", {"discounts": (0.95, 0.8)}),
        ("o03.finite.d=0.9.T=1.x1", {"periods": 1}),
        ("o03.finite.d=0.9.T=3.x1", {"periods": 3}),
        ("o03.finite.d=0.9.T=5.x1", {"periods": 5}),
        ("o03.finite.d=0.9.T=11.x1", {"periods": 11}),
        ("o03.outside2.d=0.9.w2=0.3.x1", {"outside": 0.3}),
        ("o03.outside2.d=0.9.w2=0.45.x1", {"outside": 0.45}),
        ("o03.outside2.d=0.9.w2=0.5.x1", {"outside": 0.5}),
        ("o03.outside2.d=0.9.w2=0.6.x1", {"outside": 0.6}),
        ("o03.inside.d=0.9.g=(.03,.01).x1", {"inside": (0.03, 0.01)}),
        ("o10b.b=(0.03,0.01),alpha=1.0.x1", {"inside": (0.03, 0.01)}),
        ("o10b.b=(0.02,0.0),alpha=0.5.x1", {"inside": (0.04, 0.0)}),
    ],
)
def test_alternating_offers(known, key, params):
    s = pt.solve(make("rubinstein", offers=101, **params), rationality=LIMIT, certify=False)
    offer = s.strategy("offer", ("talks", "1"))["only"]
    # a tie on the grid costs each proposer up to one step; player 1 proposes every other period of a finite game
    steps = sum(0.9**k for k in range(0, params.get("periods", 1), 2))
    assert max(offer, key=offer.get) == pytest.approx(known(key), abs=STEP * steps)
    assert s.value("1") == pytest.approx(known(key), abs=STEP * steps)


@pytest.mark.parametrize("away", [-0.03, 0.03])
def test_an_outside_option_binds_above_the_threshold(known, away):
    """Below, the threat to walk out changes nothing; above, it leaves side 1 exactly what it does not take."""
    outside = known("o03.outside2.threshold_w2") + away
    s = pt.solve(make("rubinstein", offers=101, outside=outside), rationality=LIMIT, certify=False)
    right = 1 - outside if away > 0 else known("o03.outside2.d=0.9.w2=0.3.x1")
    assert s.value("1") == pytest.approx(right, abs=STEP)


@pytest.mark.parametrize("away", [-0.01, 0.01])
def test_rents_of_both_negotiators_stop_agreement(known, away):
    rents = known("o10b.no agreement iff b1+b2>=alpha(1-d), alpha=1") + away
    s = pt.solve(make("rubinstein", offers=101, inside=(0.7 * rents, 0.3 * rents)), rationality=LIMIT, certify=False)
    f = pt.forecast(s, outcome=lambda x: x if isinstance(x, str) else x[0], periods=20)
    talks = float(f.sel(outcome="talks")[-1]) if "talks" in f.outcome.values else 0.0
    assert talks == pytest.approx(float(away > 0), abs=0.01)


def test_no_agreement_when_talking_pays(known):
    v1, v2 = known("o03.inside.d=0.9.g=(.08,.03).values(no agreement)")
    s = pt.solve(make("rubinstein", offers=101, inside=(0.08, 0.03)), rationality=LIMIT, certify=False)
    assert s.value("1") == pytest.approx(v1, abs=STEP)
    assert s.value("2") == pytest.approx(v2, abs=STEP)


@pytest.mark.parametrize("q", [0.3, 0.55])
def test_shadow_of_power(known, q):
    offer, value_d, value_s, war = known(f"o03.powell.q={q},p=0.6,cD=0.1.(offer,VD,VS,war)")
    s = pt.solve(make("shadow-of-power", q=q, offers=101), rationality=LIMIT, certify=False)
    assert s.value("D") == pytest.approx(value_d, abs=STEP)
    assert s.value("S") == pytest.approx(value_s, abs=STEP)
    f = pt.forecast(s, outcome=lambda x: x if isinstance(x, str) else x[0], periods=50)
    assert float(f.sel(outcome="war")[-1]) == pytest.approx(war, abs=0.01)
    assert value_d == pytest.approx(offer)
