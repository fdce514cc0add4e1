"""Crises: audience costs, signals (o05), attrition (o07), private shocks (o19), loyalty (o22), rearming (o25)."""

import numpy as np
import pytest
from oracle.tree import solve_tree
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.catalog.attrition import hold_time
from peacetalks.catalog.audience import crisis, crisis_in_steps, resolve_types
from peacetalks.catalog.crisis_signal import Payoffs, equilibria, response, shocked
from peacetalks.catalog.loyalty import switch
from peacetalks.catalog.obstinate import concession
from peacetalks.catalog.rearming import deterring_detection, most_rearmers
from peacetalks.catalog.signals import cheapest_signal

EXACT = 1e-6
SETTINGS = ["sym", "asym", "gen"]


@pytest.mark.parametrize("tag", SETTINGS)
def test_audience_costs(known, tag):
    c = crisis(*map(tuple, known(f"o05a.{tag}.(a,v,W)")))
    assert c.horizon == pytest.approx(known(f"o05a.{tag}.t_star"), abs=1e-12)
    assert c.at_once == pytest.approx(known(f"o05a.{tag}.Q0"), abs=1e-12)
    assert c.resolved == pytest.approx(known(f"o05a.{tag}.P(resolved)"), abs=1e-12)
    assert c.war == pytest.approx(known(f"o05a.{tag}.war_prob"), abs=1e-12)
    assert c.backs_down == pytest.approx(known(f"o05a.{tag}.P(i backs down)"), abs=1e-9)
    assert c.war + sum(c.backs_down) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("tag", SETTINGS)
def test_no_type_gains_by_another_date(known, tag):
    """Brute force: every date of quitting, and war at the end, for a hundred types of each side."""
    a, v, w = known(f"o05a.{tag}.(a,v,W)")
    c = crisis(tuple(a), tuple(v), tuple(w))
    dates = np.linspace(0, c.horizon, 2001)
    for i, j in ((0, 1), (1, 0)):
        gone = 1 - (1 - c.at_once[j]) * v[i] / (v[i] + a[i] * dates)  # P(the other has quit by then)
        quit_then = v[i] * gone - (1 - gone) * a[i] * dates
        assert np.ptp(quit_then) < 1e-9  # indifferent over the dates at which it quits
        for war in -w[i] * np.linspace(0, 1, 101):
            fight = v[i] * gone[-1] + (1 - gone[-1]) * war
            assert (fight >= quit_then.max() - 1e-9) == (war >= -a[i] * c.horizon - 1e-9)


@pytest.mark.parametrize("dt", ["0.01", "0.001", "0.0001"])
def test_audience_costs_in_steps(known, dt):
    assert crisis_in_steps(float(dt)) == pytest.approx(known(f"o05a.sym.discrete dt={dt}.(t*,war)"), abs=1e-9)


def ends(game, lam):
    """Return the chance of war, of each side backing down (ties shared), and of a tie."""
    o = solve_tree(game, lam).outcomes(str)
    tie = o["('quit', 'both')"]
    return o["war"], *(o[f"('quit', '{i}')"] + tie / 2 for i in "12"), tie


def test_audience_costs_as_a_game(known):
    """Two types a side, ever shorter periods: the chance of war is that of the continuum; ties go with the period."""
    ties = []
    for dt in (0.4, 0.2):
        war, *back, tie = ends(make("audience", dt=dt, length=0.8), 100)
        assert war == pytest.approx(known("o05a.sym.war_prob"), abs=1e-3)
        assert back == pytest.approx(known("o05a.sym.P(i backs down)"), abs=1e-3)
        ties.append(tie)
    assert ties[0] / ties[1] == pytest.approx(2, rel=0.15)


def test_the_side_with_the_higher_audience_cost_backs_down_less(known):
    c = crisis((1.0, 2.0))
    dt = c.horizon / 2 * 1.02  # the second date is just past the horizon
    war, *back, _ = ends(make("audience", types=resolve_types(c), costs=(1.0, 2.0), dt=dt, length=3 * dt), 400)
    assert war == pytest.approx(known("o05a.asym.war_prob"), abs=1e-2)
    assert back == pytest.approx(known("o05a.asym.P(i backs down)"), abs=1e-2)
    assert back[0] > back[1]


def test_four_types_come_near_the_continuum(known):
    """Four equally likely war values stand for the uniform ones: the horizon is the type that breaks even."""
    kinds = {str(k): (0.25, -(k + 0.5) / 4) for k in range(4)}
    war, *_ = ends(make("audience", types=(kinds, kinds), dt=0.625 / 3, length=0.625 / 3 * 4), 100)
    assert war == pytest.approx(1 / 1.625**2, abs=5e-3)
    assert war == pytest.approx(known("o05a.sym.war_prob"), abs=5e-3)


@pytest.mark.parametrize("value", [0.25, 0.5, 0.75, 0.9])
def test_attrition_with_private_values(known, value):
    assert hold_time(value) == pytest.approx(known(f"o07a.T({value})"), abs=1e-12)


def test_attrition_pays_and_lasts(known):
    """Brute force: against a side that holds as said, no other date is better; the mean is a double integral."""

    def pays(value, until):
        waits, _ = quad(hold_time, 0, until)
        return until * value - waits - (1 - until) * hold_time(until)

    for value in (0.2, 0.5, 0.8):
        stored = known(f"o07a.payoff type {value} (=v^2/2)")
        assert pays(value, value) == pytest.approx(stored, abs=1e-9)
        assert max(pays(value, u) for u in np.linspace(0, 0.99, 100)) <= stored + 1e-9
    lasts, _ = quad(lambda v: hold_time(v) * 2 * (1 - v), 0, 1)
    assert lasts == pytest.approx(known("o07a.E[duration]=1/(6c)"), abs=1e-8)


@pytest.mark.parametrize("tag", ["sym", "asym", "z"])
def test_concession(known, tag):
    demands, rates, prior = known(f"o07b.{tag}.(al,r,z)")
    c = concession(demands, rates, prior)
    assert c.hazard == pytest.approx(known(f"o07b.{tag}.hazards"), abs=1e-12)
    assert c.revealed_at == pytest.approx(known(f"o07b.{tag}.T_i"), abs=1e-12)
    assert c.end == pytest.approx(known(f"o07b.{tag}.T0"), abs=1e-12)
    assert c.at_once == pytest.approx(known(f"o07b.{tag}.P(immediate concession)"), abs=1e-12)
    assert c.value == pytest.approx(known(f"o07b.{tag}.U rational"), abs=1e-12)


def test_concession_as_a_game():
    """Twice as many periods, half the distance to the value in continuous time."""
    c, far = concession(obstinate=(0.5, 0.5)), []
    for dt in (2.25, 1.125):
        s = solve_tree(make("obstinate", dt=dt), 200)
        far.append([s.value(i, "rational") - u for i, u in zip("12", c.value, strict=True)])
    assert max(far[1]) < 0.03
    assert np.divide(*far) == pytest.approx([2.0, 2.0], rel=0.3)


@pytest.mark.parametrize(("kind", "stored"), [("sunk", "o05b.m_sink"), ("tied", "o05b.m_tie_min")])
def test_cheapest_signal(known, kind, stored):
    _, rho, _, v_l, _, _ = known("o05b.params(pi,rho,vH,vL,wH,wL)")
    assert cheapest_signal(kind, v_l, rho) == pytest.approx(known(stored), abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("sunk", "o05b.sink.aqre lam=8 (P(m|H),P(m|L),P(chal|m),P(chal|0))"),
        ("tied", "o05b.tie.aqre lam=8 (P(m|H),P(m|L),P(chal|m),P(chal|0))"),
    ],
)
def test_costly_signals_quantal_response(known, kind, key):
    game = make("signals", kind=kind, cost=0.49 if kind == "sunk" else 2.45)
    stored, tree = known(key), solve_tree(game, 8)
    first = tree.strategy()
    got = [first["H"]["m"], first["L"]["m"], *(tree.strategy((m,))["normal"]["challenge"] for m in "m0")]
    assert got == pytest.approx(stored, abs=EXACT)
    errors = []
    for n in (6, 21):
        own = pt.solve(game, 8, belief_points=n, certify=False).strategy("signal", "start")
        errors.append(max(abs(own[k]["m"] - stored[i]) for i, k in enumerate("HL")))
    assert errors[1] < 1e-4
    assert errors[1] < 1e-8 or errors[0] / errors[1] > 4**2  # the sunk game pools: nothing to refine


@pytest.mark.parametrize(("kind", "key"), [("sunk", "o05b.U_H.sinking"), ("tied", "o05b.U_H.tying")])
def test_separation_pays_what_the_paper_says(known, kind, key):
    """The separating profile, made the only one by drives: H's value and the chance of war."""
    m = known("o05b.m_sink" if kind == "sunk" else "o05b.m_tie_min")
    pi, rho, *_ = known("o05b.params(pi,rho,vH,vL,wH,wL)")
    base = make("signals", kind=kind, cost=m)
    play = {("signal", "H"): "m", ("signal", "L"): "0", ("stand", "H"): "fight", ("stand", "L"): "concede"}

    def forced(stage):
        def moves(state):
            for move in stage.moves(state):
                drive = dict(move.drive or {})
                if stage.name == "challenge":
                    wanted = "refrain" if state[1] else "challenge"
                    drive |= {("C", "normal"): 0.0 if move.label == wanted else -1000.0}
                else:
                    off = [k for k in "HL" if move.label != "pass" and move.label != play[stage.name, k]]
                    drive |= {("D", k): -1000.0 for k in off}
                yield pt.Move(move.label, move.to, move.pay, move.weight, drive)

        return pt.Decision(stage.name, stage.by, moves)

    game = pt.Game(base.players, base.start, tuple(forced(x) for x in base.stages), base.types)
    s = pt.solve(game, 50, belief_points=3, certify=False)
    assert s.value("D", "H") == pytest.approx(known(key), abs=EXACT)
    war = float(pt.forecast(s, outcome=str).sel(outcome="war")[0])
    assert war == pytest.approx(pi * rho, abs=EXACT)
    assert pi * rho == pytest.approx(known("o05b.war_prob.both"), abs=1e-12)


@pytest.mark.parametrize("name", ["x=0", "WB=-2.5", "WB=-2.2", "unique"])
def test_private_shocks(known, name):
    payoffs = Payoffs(*known(f"o19.{name}.(SA,VA,CB,WA,WB,a,VB)"))
    found, stored = equilibria(payoffs), known(f"o19.{name}.all equilibria (pR,pC,pF)")
    assert len(found) == len(stored)
    for k, (e, right) in enumerate(zip(found, stored, strict=True), 1):
        assert (e.resist, e.challenge, e.fight) == pytest.approx(right, abs=EXACT)
        assert list(e.outcomes.values()) == pytest.approx(known(f"o19.{name}.eq{k} outcomes (SQ,CD,SF,BD)"), abs=EXACT)
        assert response(e.resist, payoffs) == pytest.approx(e.resist, abs=1e-10)


def test_private_shocks_by_simulation():
    """Draw the shocks, let both sides do their best, and count: no formula of the file is used."""
    u, n = Payoffs(), 400_000
    rng = np.random.default_rng(5)
    war, back, war_b = (mean + rng.standard_normal(n) for mean in (u.war_a, u.back_down_a, u.war_b))
    for e in equilibria(u):
        challenges = e.resist * np.maximum(war, back) + (1 - e.resist) * u.conceded_a > u.status_quo_a
        resists = e.fight * war_b + (1 - e.fight) * u.prevail_b > u.concede_b
        four = 4 * 0.5 / np.sqrt(n)
        assert challenges.mean() == pytest.approx(e.challenge, abs=four)
        assert resists.mean() == pytest.approx(e.resist, abs=four)
        assert (war > back)[challenges].mean() == pytest.approx(e.fight, abs=4 * 0.5 / np.sqrt(challenges.sum()))


A_PRECISION, B_PRECISION = 10.0, 3.0


def exact_threats(payoffs):
    """Return P(challenge) in every equilibrium of the game `threat`: the fixed points in one number, P(B resists)."""
    war, back = np.array(list(shocked(payoffs, 1.0).values())).T
    fight = expit(A_PRECISION * (war - back))
    last = fight * war + (1 - fight) * back

    def challenge(resist):
        return expit(A_PRECISION * (resist * last + (1 - resist) * payoffs.conceded_a - payoffs.status_quo_a))

    def excess(resist):
        c = challenge(resist)
        fights = c @ fight / c.sum()
        gain = fights * payoffs.war_b + (1 - fights) * payoffs.prevail_b - payoffs.concede_b
        return expit(B_PRECISION * gain) - resist

    grid = np.linspace(0, 1, 4001)
    value = np.array([excess(p) for p in grid])
    at = np.flatnonzero(value[1:] * value[:-1] < 0)
    return sorted(challenge(brentq(excess, grid[i], grid[i + 1])).mean() for i in at)


@pytest.mark.parametrize("name", ["x=0", "WB=-2.2", "unique"])
def test_the_solver_finds_the_three_equilibria_of_a_threat(known, name):
    """As many as with normal shocks; the search at a node finds every one, and says so."""
    payoffs = Payoffs(*known(f"o19.{name}.(SA,VA,CB,WA,WB,a,VB)"))
    exact = exact_threats(payoffs)
    assert len(exact) == len(known(f"o19.{name}.all equilibria (pR,pC,pF)"))
    s = pt.solve(make("threat", payoffs=payoffs), {"A": A_PRECISION, "B": B_PRECISION}, belief_points=8)
    found = sorted(np.mean([row["challenge"] for row in own.values()]) for own in s.selections("open", "start"))
    assert found == pytest.approx(exact, abs=0.015)  # of the coarse belief grid: .004 with 16 points
    assert s.multiple > 0 or len(exact) == 1


def test_loyalty_switch_closed_form(known):
    b, k, m, r, h0, a, rho, start = known("o22.params(b,k,M,r,h0,a,rho,L0)")
    level, date, toll = switch(start, rho, b, k, m, r, h0, a)
    assert level == pytest.approx(known("o22.L*"), abs=1e-12)
    assert date == pytest.approx(known("o22.t*"), abs=1e-12)
    assert toll == pytest.approx(known("o22.P(mutiny before switch)"), abs=1e-12)


@pytest.mark.parametrize(("dt", "lam"), [("0.1", 2e5), ("0.01", 2e7)])
def test_loyalty_switch(known, dt, lam):
    """The first level at which the commander goes over; the switch does not depend on where loyalty starts."""
    step = 0.1 * float(dt)
    s = pt.solve(make("loyalty", start=1.0, floor=0.85, dt=float(dt)), lam, certify=False)
    loose = [s.strategy("order", i)["only"]["full force"] for i in range(round(0.15 / step))]
    first = next(i for i, p in enumerate(loose) if p > float(dt))  # above its reference measure: the better move
    assert 1.0 - step * first == pytest.approx(known(f"o22.DP dt={dt}: switching loyalty"), abs=1e-9)
    assert 1.0 - step * first == pytest.approx(known("o22.L*"), abs=step)


def test_loyalty_value_and_mutiny(known):
    s = pt.solve(make("loyalty", dt=0.05), 2e5, certify=False)
    f = pt.forecast(s, outcome=lambda x: x if isinstance(x, str) else "held", periods=200)
    assert s.value("commander") == pytest.approx(known("o22.value at t*"), abs=2e-3)
    assert float(f.sel(outcome="mutiny")[-1]) == pytest.approx(known("o22.P(mutiny before switch)"), abs=1e-3)
    at_once = pt.solve(make("loyalty", dt=0.05, start=0.5), 2e5, certify=False)
    assert at_once.value("commander") == pytest.approx(known("o22.value switch at once"), abs=2e-3)


REARM = ("share", "war", "undetected", "detected")


@pytest.fixture(scope="module")
def terms(known):
    x, w1, w2, wd, b2, bd = known("o25.params(x,W1,W2,Wd,B2,Bd)")
    return dict(zip(REARM, (x, w1, (w2, b2), (wd, bd)), strict=True))


@pytest.mark.parametrize(
    ("beta", "rho"),
    [
        (b, r)
        for b, rs in ((0.0, "0.2357 0.3357"), (0.3, "0.3059 0.4059"), (0.5, "0.3755 0.4755"), (0.6, "0.9500 0.9990"))
        for r in rs.split()
    ],
)
def test_rearming_quantal_response(known, terms, beta, rho):
    exact = known(f"o25.beta={beta}: rho*") + (-0.05 if rho in ("0.2357", "0.3059", "0.3755", "0.9500") else 0.05)
    game = make("rearming", rearmer=min(exact, 0.999), detection=beta, **terms)
    stored = known(f"o25.beta={beta} aqre lam=12 rho={rho} (P(sign),P(rearm))")
    s, tree = pt.solve(game, 12), solve_tree(game, 12)
    grid = (s.strategy("sign", "start")["only"]["sign"], s.strategy("conduct", "deal")["rearmer"]["rearm"])
    assert grid == pytest.approx(stored, abs=EXACT)
    assert (tree.strategy()["only"]["sign"], tree.strategy(("sign",))["rearmer"]["rearm"]) == pytest.approx(
        stored, abs=EXACT
    )


def test_rearming_thresholds(known, terms):
    least = deterring_detection(terms["share"], terms["undetected"][1], terms["detected"][1])
    assert least == pytest.approx(known("o25.beta*"), abs=1e-12)
    for beta in (0.0, 0.3, 0.5, 0.6):
        assert most_rearmers(beta, **terms) == pytest.approx(known(f"o25.beta={beta}: rho*"), abs=1e-12)


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.5])
def test_rearming_limit(known, terms, beta):
    for away in (-0.01, 0.01):
        share = known(f"o25.beta={beta}: rho*") + away
        s = pt.solve(make("rearming", rearmer=share, detection=beta, **terms), 3000, 3, certify=False)
        assert s.strategy("sign", "start")["only"]["sign"] == pytest.approx(float(away < 0), abs=1e-2)
    for away in (-0.01, 0.01):
        s = pt.solve(make("rearming", detection=known("o25.beta*") + away, **terms), 3000, 3, certify=False)
        assert s.strategy("conduct", "deal")["rearmer"]["rearm"] == pytest.approx(float(away < 0), abs=1e-2)
