"""Stationary games and limits: chain store (o06), ceasefire (o08), Dresher (o09), rent (o10), battlefield (o18)."""

import math

import numpy as np
import pytest
from scipy.special import roots_jacobi

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.catalog.rent import reservation


@pytest.mark.parametrize("lam", [2, 5, 20, 100])
def test_ceasefire_quantal_response(known, lam):
    comply, value_c, value_b = known(f"o08.markovQRE.lam={lam}.(P(C),Vc,Vb) coop start")
    s = pt.solve(make("ceasefire"), lam)
    assert s.strategy("conduct", "ceasefire", player="A")["only"]["comply"] == pytest.approx(comply, abs=1e-6)
    assert 0.1 * s.value("A", state="ceasefire") == pytest.approx(value_c, abs=1e-6)
    assert 0.1 * s.value("A", state="broken") == pytest.approx(value_b, abs=1e-6)


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.2, 0.3])
def test_ceasefire_limit(known, rho):
    value_c, value_b, _ = known(f"o08.markov.delta=.9,rho={rho}.(Vc,Vb,ICslack)")
    s = pt.solve(make("ceasefire", renegotiate=rho), 200)
    assert 0.1 * s.value("A", state="ceasefire") == pytest.approx(value_c, abs=1e-3)
    if rho:
        assert 0.1 * s.value("A", state="broken") == pytest.approx(value_b, abs=1e-3)


def test_easy_renegotiation_destroys_the_truce(known):
    most = known("o08.markov.delta=.9.max rho")
    broken = pt.solve(make("ceasefire", renegotiate=most + 0.05), 500).strategy("conduct", "ceasefire", player="A")
    assert broken["only"]["comply"] < 0.01


@pytest.mark.parametrize("discount", [0.9, 0.8, 0.7])
def test_best_truce(known, discount):
    """An incident ends the best truce with just the probability that deters: a tenth less and it does not hold."""
    gain, _, quiet, loud = known("o08.params(g,l,eps,eta)")
    ends = known(f"o08.delta={discount}.P(collapse|incident)")

    def truce(chance):
        incident = (quiet * chance, loud * chance, 0.64 * chance)
        s = pt.solve(
            make("ceasefire", gain=gain, incident=incident, renegotiate=0.0, discount=discount), 5000, certify=False
        )
        return s.strategy("conduct", "ceasefire", player="A")["only"]["comply"], (1 - discount) * s.value("A")

    holds, worth = truce(1.02 * ends)
    assert holds == pytest.approx(1.0, abs=1e-6)
    assert worth == pytest.approx(known("o08.Vmax"), abs=5e-3)
    assert truce(0.9 * ends)[0] < 1e-6
    if discount == 0.9:
        assert known("o08.APS.delta=.9") == pytest.approx(known("o08.Vmax"), abs=1e-9)


@pytest.mark.parametrize("away", [-0.02, 0.02])
def test_no_truce_below_the_least_patience(known, away):
    """With perfect monitoring complying and violating are both equilibria above: the risk-dominant one is kept, so the
    victim may not lose much."""
    for key, incident, loss in (
        ("o08.delta_star", (0.1, 0.4, 0.64), 0.5),
        ("o08.perfect.delta_star", (0.0, 1.0, 1.0), 0.02),
    ):
        game = make("ceasefire", loss=loss, incident=incident, renegotiate=0.0, discount=known(key) + away)
        s = pt.solve(game, 500, certify=False)
        comply = s.strategy("conduct", "ceasefire", player="A")["only"]["comply"]
        assert comply == pytest.approx(float(away > 0), abs=1e-2)


def test_nothing_holds_if_impatient(known):
    s = pt.solve(make("ceasefire", renegotiate=0.0, discount=0.6), 2000, certify=False)
    assert 0.4 * s.value("A") == pytest.approx(known("o08.APS.delta=.6"), abs=1e-3)


def test_truce_with_a_pause(known):
    """Green & Porter: three periods of fighting after an incident are the fewest that deter."""
    most = known("o08.GP.delta=.9.T_min")
    s = pt.solve(make("ceasefire", pause=most), 2000, certify=False)
    assert s.strategy("conduct", "ceasefire", player="A")["only"]["comply"] == pytest.approx(1.0, abs=1e-6)
    value = 0.1 * s.value("A", state="ceasefire")
    assert value == pytest.approx(known("o08.GP.delta=.9.V"), abs=1e-6)
    cost = 0.9 * (0.4 - 0.1) * (value - 0.1 * s.value("A", state=("broken", most))) - 0.1 * 0.5
    assert cost == pytest.approx(known("o08.GP.delta=.9.IC slack"), abs=1e-6)
    f = pt.forecast(s, outcome=lambda x: "peace" if x == "ceasefire" else "war", periods=400)
    assert float(f.sel(outcome="peace")[-1]) == pytest.approx(
        known("o08.GP.long-run fraction of time at peace"), abs=1e-6
    )
    short = pt.solve(make("ceasefire", pause=most - 1), 2000, certify=False)
    assert short.strategy("conduct", "ceasefire", player="A")["only"]["comply"] < 1e-6


@pytest.mark.parametrize(
    ("n", "m", "b"), [(2, 1, 1.0), (4, 2, 1.0), (6, 2, 1.0), (8, 3, 1.0), (4, 2, 0.5), (12, 4, 1.0)]
)
def test_dresher(known, n, m, b):
    s = pt.solve(make("dresher", periods=n, inspections=m, caught=b), 2000, certify=False)
    assert s.value("I") == pytest.approx(known(f"o09.V(n={n},m={m},b={b})"), abs=5e-3)
    if (n, m, b) == (4, 2, 1.0):
        own = s.strategy("inspection", (4, 2))
        assert own["I"]["only"]["inspect"] == pytest.approx(known("o09.(4,2).P(inspect first)"), abs=5e-3)
        assert own["V"]["only"]["violate"] == pytest.approx(known("o09.(4,2).P(violate first)"), abs=5e-3)


def test_inspection_limit(known):
    own = pt.solve(make("inspection"), 2000).strategy("inspection", "start")
    assert own["I"]["only"]["inspect"] == pytest.approx(known("o09.oneshot.P(inspect)=d/(beta(d+f))"), abs=1e-3)
    assert own["V"]["only"]["violate"] == pytest.approx(known("o09.oneshot.P(violate)=k/(beta(L+G))"), abs=1e-3)


DRAWS = 500


@pytest.mark.parametrize(("b", "alpha"), [(0.0, 1.0), (0.02, 1.0), (0.04, 1.0), (0.08, 1.0), (0.04, 0.5)])
def test_rent(known, b, alpha):
    key = f"o10.b={b},alpha={alpha}"
    s = pt.solve(make("rent", rent=b, weight=alpha, draws=DRAWS), 2000, certify=False)
    r = reservation(s.value("P", decision=True), b, alpha)
    assert r == pytest.approx(known(f"{key}.R"), abs=1 / DRAWS)
    assert s.value("P") == pytest.approx(known(f"{key}.principal value before draw"), abs=2 / DRAWS)
    on = float(pt.forecast(s, outcome=str, periods=1).sel(outcome="talks")[0])
    assert on / (1 - on) == pytest.approx(known(f"{key}.E[delay periods]=R/(1-R)"), rel=0.02)


def test_rent_so_high_that_talks_never_end(known):
    never = known("o10.b_never(alpha=1)=k+(1-d)")
    s = pt.solve(make("rent", rent=never + 0.01, draws=DRAWS), 2000, certify=False)
    assert float(pt.forecast(s, outcome=str, periods=20).sel(outcome="talks")[-1]) > 0.99
    r = reservation(s.value("P", decision=True), never + 0.01)
    assert r == pytest.approx(known("o10.b=0.11 -> R (>=1 never settles, iterate diverges to)"), abs=1e-3)


def test_rent_with_a_deadline(known):
    stored = known("o10c.deadline reservation with 0..5 periods left")
    for left in range(1, 6):
        s = pt.solve(make("rent", draws=DRAWS, periods=left), 2000, certify=False)
        assert reservation(s.value("P", decision=True)) == pytest.approx(stored[left], abs=1 / DRAWS)


def test_rent_with_dismissal(known):
    s = pt.solve(make("rent", firing=0.1, draws=DRAWS), 2000, certify=False)
    r = reservation(s.value("P", decision=True), firing=0.1)
    assert r == pytest.approx(known("o10d.phi=.1.R"), abs=1 / DRAWS)


def test_rent_in_short_periods(known):
    dt = 0.05
    down = math.exp(-0.05 * dt)
    game = make("rent", rent=0.0, cost=0.01 * dt, discount=down, arrival=1 - math.exp(-dt), draws=200)
    s = pt.solve(game, 2000, certify=False)
    r = reservation(s.value("P", decision=True), 0.0, 1.0, 0.01 * dt, down)
    assert r == pytest.approx(known("o10e.ct r=.05,mu=1,s=-.01.R"), abs=0.01)


@pytest.mark.parametrize(("n", "x", "p"), [(10, 5, 0.5), (10, 5, 0.55), (10, 3, 0.6), (5, 2, 0.4)])
def test_battlefield(known, n, x, p):
    win, battles = known(f"o18.N={n},X={x},p={p}.(P(win),E[battles])")
    s = pt.solve(make("battlefield", forts=n, held=x, p=p, costs=(0.0, 0.0)), tolerance=1e-9)
    assert s.value("A") == pytest.approx(win, abs=1e-6)
    assert s.value("clock") == pytest.approx(battles, abs=1e-6)


@pytest.mark.parametrize(("a", "b"), [(8, 2), (2, 8), (5, 5)])
def test_war_of_unknown_odds(known, a, b):
    """Odds drawn from a Beta belief: the war is won as often as Gauss-Jacobi quadrature over battlefields says."""
    points, weights = roots_jacobi(24, b - 1, a - 1)
    wins = []
    for x in (points + 1) / 2:
        s = pt.solve(make("battlefield", forts=4, held=2, p=float(x), costs=(0.0, 0.0)), tolerance=1e-9, certify=False)
        wins.append(s.value("A"))
    predictive = weights @ np.array(wins) / weights.sum()
    assert predictive == pytest.approx(known(f"o18.Beta({a},{b}) N=4,X=2: P(win) predictive"), abs=1e-6)


def test_war_values(known):
    s = pt.solve(make("battlefield"), tolerance=1e-9)
    a, b = known("o18.war values (A,B) N=10,X=5,p=.55,c=(.004,.006)")
    assert s.value("A") == pytest.approx(a, abs=1e-6)
    assert s.value("B") == pytest.approx(b, abs=1e-6)
    assert 1 - a - b == pytest.approx(known("o18.bargaining range width"))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_chain_store_limit(known, n):
    out, fight, weak = known(f"o06.p0=.3.N={n} (P(out first), P(weak fights|entry first), value weak)")
    s = pt.solve(make("chain-store", challengers=n), 200, belief_points=41, certify=False)
    assert s.strategy("probe", 0)["only"]["stay out"] == pytest.approx(out, abs=0.02)
    assert s.strategy("answer", ("probe", 0))["weak"]["retaliate"] == pytest.approx(fight, abs=0.02)
    assert s.value("D", type="weak") == pytest.approx(weak, abs=0.05)


@pytest.mark.parametrize("n", [3, 4])
def test_chain_store_limit_with_little_doubt(known, n):
    """Prior .1: the first of four stays out, the first of three probes and is hit one time in three."""
    stage = known(f"o06.N=6.stage n={n} (belief, P(out), P(weak fights))")
    assert known("o06.thresholds b^n n=1..5")[n - 1] != stage[0]
    s = pt.solve(make("chain-store", challengers=n, resolute=stage[0]), 400, belief_points=41, certify=False)
    assert s.strategy("probe", 0)["only"]["stay out"] == pytest.approx(stage[1], abs=0.02)
    assert s.strategy("answer", ("probe", 0))["weak"]["retaliate"] == pytest.approx(stage[2], abs=0.05)
    defender, *entrants = known(f"o06.tree N={n},p0=0.1 EV(defender ex ante), entrants")
    assert s.value("D") == pytest.approx(defender, abs=0.05)
    for k, worth in enumerate(entrants, 1):
        assert s.value(str(k)) == pytest.approx(worth, abs=0.05)


def test_a_flow_of_sanctions_shifts_the_reservation(known):
    """Ten periods of a flow of .02: what holding out costs."""
    bear = pt.Decision("bear", "B", lambda s: [pt.Move("bear", s, {"B": -0.02})])
    s = pt.solve(pt.Game(("B",), "sanctioned", (bear,), periods=10, discount=0.95))
    assert -s.value("B") == pytest.approx(known("o20.flow s=.02,d=.95,T=10: reservation shift"), abs=1e-12)
