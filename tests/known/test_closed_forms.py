"""The closed forms that the catalogue shows beside its games, against the stored answers."""

import pytest

from peacetalks.catalog.battlefield import ruin, worth_of_war
from peacetalks.catalog.bimatrix import OCHS, mixed
from peacetalks.catalog.ceasefire import full_compliance
from peacetalks.catalog.chain_store import first_encounter
from peacetalks.catalog.commitment import fights_at_once
from peacetalks.catalog.deterrence import without_mistakes
from peacetalks.catalog.fearon import best_demand, uniform_demand, walks_out
from peacetalks.catalog.inspection import indifferent, value_over_time
from peacetalks.catalog.linkage import alternating, waits
from peacetalks.catalog.rent import best_reservation
from peacetalks.catalog.rubinstein import first_share, shadow
from peacetalks.catalog.signorino import logit

EXACT = 1e-9


@pytest.mark.parametrize("q", [0.3, 0.5])
def test_demand_with_two_types(known, q):
    x, war, worth = best_demand(prior={"weak": q, "tough": 1 - q})
    right = [known(f"o01.two.q={q}.{what}") for what in ("x_star", "war_prob", "UA")]
    assert (x, war, worth) == pytest.approx(right, abs=EXACT)


def test_demand_with_the_cost_known(known):
    x, war, _ = best_demand(costs={"only": 0.2})
    assert (x, war) == pytest.approx((known("o01.complete.x_star"), known("o01.complete.war_prob")), abs=EXACT)


@pytest.mark.parametrize("tag", ["u1", "u2", "u3", "u4", "u5"])
def test_demand_with_a_uniform_cost(known, tag):
    p, cost_a, low, high = known(f"o01.{tag}.params(p,cA,cl,ch)")
    right = [known(f"o01.{tag}.{what}") for what in ("x_star", "war_prob", "UA")]
    assert uniform_demand(p, cost_a, low, high) == pytest.approx(right, abs=EXACT)


@pytest.mark.parametrize("sanction", [0.0, 0.1, 0.2, 0.3, 0.35])
def test_demand_under_sanctions(known, sanction):
    assert uniform_demand(sanction=sanction)[:2] == pytest.approx(known(f"o20.s={sanction}.(x*,war)"), abs=EXACT)


def test_walking_out(known):
    assert walks_out(15.0) == pytest.approx(known("o21.exact continuous P(walk), mean offer|offer")[0], abs=1e-8)


@pytest.mark.parametrize(
    ("key", "params", "later", "periods"),
    [
        ("o02.inf.p2_threshold_A_offers", "o02.inf.params(d,p1,cA,cB)", "A", None),
        ("o02.powell.p2_threshold_B_offers_later", "o02.powell.params(d,p1,cA,cB)", "B", None),
        ("o02.powell.p2_threshold_A_offers_same_params", "o02.powell.params(d,p1,cA,cB)", "A", None),
    ],
)
def test_war_at_once(known, key, params, later, periods):
    d, p1, ca, cb = known(params)
    for away in (-1e-6, 1e-6):
        assert fights_at_once(p1, known(key) + away, ca, cb, d, periods, later) == float(away > 0)


@pytest.mark.parametrize("periods", [2, 3, 10])
def test_war_at_once_with_a_horizon(known, periods):
    threshold = known(f"o02.finite.T={periods}.p2_threshold")
    for away in (-1e-6, 1e-6):
        assert fights_at_once(0.3, threshold + away, 0.05, 0.1, 0.9, periods) == float(away > 0)
    assert fights_at_once(periods=periods, later_proposer="B") is None


@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("o03.rubinstein.d1=0.9,d2=0.9.x1", {}),
        ("o03.rubinstein.d1=0.95,d2=0.8.x1", {"discounts": (0.95, 0.8)}),
        ("o03.finite.d=0.9.T=5.x1", {"periods": 5}),
        ("o03.outside2.d=0.9.w2=0.45.x1", {"outside": 0.45}),
        ("o03.outside2.d=0.9.w2=0.6.x1", {"outside": 0.6}),
        ("o03.inside.d=0.9.g=(.03,.01).x1", {"inside": (0.03, 0.01)}),
    ],
)
def test_shares_of_alternating_offers(known, key, params):
    assert first_share(**params) == pytest.approx(known(key), abs=EXACT)


def test_no_share_where_none_is_known():
    assert first_share(inside=(0.08, 0.03)) is None  # they never agree
    assert first_share(periods=2) is None
    assert first_share((0.9, 0.8), outside=0.6) is None


@pytest.mark.parametrize("q", [0.3, 0.55])
def test_the_shadow_of_power(known, q):
    _, value_d, _, _ = known(f"o03.powell.q={q},p=0.6,cD=0.1.(offer,VD,VS,war)")
    assert shadow(q) == pytest.approx(value_d, abs=EXACT)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_first_challenger(known, n):
    out, fight, _ = known(f"o06.p0=.3.N={n} (P(out first), P(weak fights|entry first), value weak)")
    assert first_encounter(n) == pytest.approx((out, fight), abs=EXACT)


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.2, 0.3])
def test_a_truce_that_all_keep(known, rho):
    value, _, slack = known(f"o08.markov.delta=.9,rho={rho}.(Vc,Vb,ICslack)")
    holds, worth = full_compliance(renegotiate=rho)
    assert holds == float(slack >= 0)
    assert worth * 0.1 == pytest.approx(value if holds else 0.0, abs=EXACT)


def test_a_truce_with_a_pause(known):
    fewest = known("o08.GP.delta=.9.T_min")
    assert full_compliance(pause=fewest)[0] == 1.0
    assert full_compliance(pause=fewest)[1] * 0.1 == pytest.approx(known("o08.GP.delta=.9.V"), abs=1e-6)
    assert full_compliance(pause=fewest - 1)[0] == 0.0


@pytest.mark.parametrize(
    ("n", "m", "b"), [(2, 1, 1.0), (4, 2, 1.0), (6, 2, 1.0), (8, 3, 1.0), (4, 2, 0.5), (12, 4, 1.0)]
)
def test_inspections_over_time(known, n, m, b):
    assert value_over_time(n, m, b) == pytest.approx(known(f"o09.V(n={n},m={m},b={b})"), abs=EXACT)


def test_one_inspection(known):
    looks, violates = indifferent()
    assert looks == pytest.approx(known("o09.oneshot.P(inspect)=d/(beta(d+f))"), abs=EXACT)
    assert violates == pytest.approx(known("o09.oneshot.P(violate)=k/(beta(L+G))"), abs=EXACT)


@pytest.mark.parametrize(("b", "alpha"), [(0.0, 1.0), (0.02, 1.0), (0.04, 1.0), (0.08, 1.0), (0.04, 0.5)])
def test_the_reservation_of_an_agent(known, b, alpha):
    assert best_reservation(b, alpha) == pytest.approx(known(f"o10.b={b},alpha={alpha}.R"), abs=1e-6)


@pytest.mark.parametrize("away", [-0.01, 0.01])
def test_an_unreliable_ally_does_not_deter(known, away):
    attacks, _ = without_mistakes(reliable=known("o11.rho_star") + away)
    assert attacks == float(away < 0)


def test_bundles_in_turn(known):
    stored = known("o13.rubinstein linked asym weights d=0 delta=0.9 (u1,u2)")
    assert alternating() == pytest.approx(stored, abs=1e-6)
    nash = known("o13.NBS linked asym weights d=0")
    assert alternating(discount=0.99999) == pytest.approx(nash, abs=1e-4)


def test_waiting_for_the_window(known):
    d, h, c1, share, gain = known("o13.grand (d,h,c1,xg,G1)")
    separate, two = waits((gain, 0.0), h, (c1, 0.04), share, d)
    assert separate == float(known("o13.grand.separate peace feasible (R1+R2<=1)"))
    assert two == pytest.approx(known("o13.grand.side2 reservation"), abs=EXACT)


def test_matching(known):
    assert mixed(*OCHS) == pytest.approx(known("o14.ochs.Nash (p,q)"), abs=1e-6)


@pytest.mark.parametrize("lam", [1, 3])
def test_the_logit_formula(known, lam):
    assert logit(lam) == pytest.approx(known(f"o15.logit lam={lam} (p4,p2)"), abs=EXACT)


@pytest.mark.parametrize(("n", "x", "p"), [(10, 5, 0.5), (10, 5, 0.55), (10, 3, 0.6), (5, 2, 0.4)])
def test_gambler_s_ruin(known, n, x, p):
    assert ruin(n, x, p) == pytest.approx(known(f"o18.N={n},X={x},p={p}.(P(win),E[battles])"), abs=1e-6)


def test_the_worth_of_war(known):
    assert worth_of_war() == pytest.approx(known("o18.war values (A,B) N=10,X=5,p=.55,c=(.004,.006)"), abs=1e-6)
