"""Beside the games: the group model (o16), the least war of any bargaining (o17), what data identify (o24)."""

import numpy as np
import pytest
from scipy.optimize import minimize

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.catalog.group_model import EMISSION, Actor, group_model
from peacetalks.catalog.mechanism_bound import arbitration, least_war
from peacetalks.catalog.uncertain_power import war_payoffs
from peacetalks.errors import GameError

EXACT = 1e-9
HALF = (0.5, 0.5)


def test_group_model_at_the_start(known):
    start = group_model(rounds=0)[0]
    assert start.mean == pytest.approx(known("o16.mean c*s weighted round 0"), abs=EXACT)
    assert start.median == known("o16.Condorcet median round 0")
    x = np.array([a.position for a in EMISSION])
    weight = np.array([a.capability * a.salience for a in EMISSION])
    assert [weight[x == k].sum() for k in (4, 7, 10)] == pytest.approx(known("o16.weights at 4,7,10"), abs=EXACT)
    votes = [weight @ (np.abs(x - k) - np.abs(x - 7)) / 6 for k in (10, 4)]
    assert votes == pytest.approx(known("o16.votes 7 vs 10, 7 vs 4 (range-normalised)"), abs=EXACT)


@pytest.mark.parametrize(("key", "rounds"), [("scholz-code", 10), ("least-change", 6)])
def test_group_model(known, key, rounds):
    """Ten rounds with the published code's choice among compromises, six with the text's."""
    for k, r in enumerate(group_model(rounds=rounds, nearest=key == "least-change")[1:], 1):
        mean, median = known(f"o16.{key} key round {k} (mean, Condorcet)")
        assert r.mean == pytest.approx(mean, abs=EXACT)
        assert r.median == pytest.approx(median, abs=EXACT)
        assert r.positions == pytest.approx(known(f"o16.{key} key round {k} positions"), abs=1e-4)


def test_group_model_door():
    with pytest.raises(GameError, match="all actors hold the same position"):
        group_model([Actor("a", 1, 5, 1), Actor("b", 1, 5, 1)], rounds=1)


def test_no_war_is_needed_where_only_costs_are_private(known):
    war_1, war_2 = [[0.45] * 2, [0.2] * 2], [[0.48, 0.1]] * 2
    assert least_war(war_1, war_2, HALF, HALF) == pytest.approx(known("o17a.costs only: min war prob (LP)"), abs=EXACT)
    stored = known("o17a.costs only, ex-post IR: min war prob")
    assert least_war(war_1, war_2, HALF, HALF, ex_post=True) == pytest.approx(stored, abs=EXACT)


@pytest.mark.parametrize("cost", [0.1, 0.149, 0.15, 0.2])
def test_least_war_where_power_is_private(known, cost):
    tables, key = war_payoffs(0.3, cost), f"o17b.power h=.3,c={cost}"
    most = sum(np.mean(t, axis=axis).max() for t, axis in zip(tables, (1, 0), strict=True))
    assert most == pytest.approx(known(f"{key}: sum of max interim war payoffs"), abs=EXACT)
    least = least_war(*tables, HALF, HALF)
    assert least == pytest.approx(known(f"{key}: min war prob (interim IR)"), abs=EXACT)
    assert least_war(*tables, HALF, HALF, ex_post=True) == pytest.approx(
        known(f"{key}: min war prob (ex-post IR)"), abs=EXACT
    )
    assert (least > 1e-9) == (cost < known("o17b.threshold cost h/2"))


def shrinking_pie(p, theta):
    """Return what war pays both sides, [type of 1][type of 2], when it leaves theta of the pie."""
    one = [[theta / 2, theta * (1 - p)], [theta * p, theta / 2]]
    return one, np.transpose(one).tolist()


@pytest.mark.parametrize(("q", "p", "theta"), [(0.3, 0.85, 0.8), (0.5, 0.85, 0.8), (0.3, 0.8, 0.7), (0.2, 0.9, 0.9)])
def test_best_arbitration(known, q, p, theta):
    key = f"o17c.HMS q={q},p={p},theta={theta}"
    war, peace = arbitration(q, p, theta)
    assert peace == pytest.approx(known(f"{key}: closed form (pL,pM,pH)"), abs=EXACT)
    assert [war, *peace] == pytest.approx(known(f"{key}: min war prob, (pL,pM,pH)"), abs=1e-8)
    assert least_war(*shrinking_pie(p, theta), (1 - q, q), (1 - q, q)) == pytest.approx(war, abs=1e-8)


@pytest.mark.parametrize(
    ("tables", "q"),
    [(war_payoffs(0.3, c), 0.5) for c in (0.1, 0.149)]
    + [(shrinking_pie(p, theta), q) for q, p, theta in ((0.3, 0.85, 0.8), (0.5, 0.85, 0.8), (0.2, 0.9, 0.9))],
)
def test_the_solver_respects_the_bound(tables, q):
    """Law 13: whatever the game, war at high precision is no less likely than the least for the same types."""
    game = make("uncertain-power", war=tables, strong=(q, q), offers=5)
    s = pt.solve(game, 500, belief_points=5, certify=False)
    war = float(pt.forecast(s, outcome=str).sel(outcome="war")[0])
    least = least_war(*tables, (1 - q, q), (1 - q, q))
    assert least > 0
    assert war >= least - 1e-3


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: least_war([[0.5]], [[0.5]], HALF, (1.0,)), "war_1 must have a row per type of 1"),
        (lambda: least_war([[0.5]], [[0.5]], (0.9,), (1.0,)), "prior_1 must be probabilities that sum to 1"),
        (lambda: arbitration(1.0, 0.8, 0.7), "strong and theta must lie strictly between 0 and 1"),
    ],
)
def test_doors(call, says):
    with pytest.raises(GameError, match=says):
        call()


OFFERS = [round(0.45 + 0.05 * i, 2) for i in range(9)]
TRUTH = (15.0, 0.1, 0.05, 0.30, 0.5)  # lambda, c_A, c_L, c_H, q


def chances(theta, p=0.5, pie=1.0):
    """Return P(offer, accepted) then P(offer, rejected), from the solver; payoffs in units of `pie`."""
    lam, ca, low, high, q = theta
    game = make(
        "fearon", p=p, cost_a=ca, costs={"weak": high, "tough": low}, prior={"weak": q, "tough": 1 - q}, offers=OFFERS
    )
    s = pt.solve(game, lam * pie, belief_points=2, certify=False)
    demand = s.strategy("demand", "start")["only"]
    yes = []
    for x, chance in demand.items():
        own = s.strategy("answer", ("demand", x))
        yes.append(chance * (q * own["weak"]["accept"] + (1 - q) * own["tough"]["accept"]))
    return np.concatenate([yes, np.array(list(demand.values())) - yes])


def outcome_only(theta, p=0.5):
    x = chances(theta, p)
    return np.array([x[: len(OFFERS)].sum(), x[len(OFFERS) :].sum()])


def information(f, theta):
    """Return the Fisher information of one observation, by central differences."""
    theta = np.array(theta, float)
    rows = []
    for i, step in enumerate(1e-5 * np.maximum(1, np.abs(theta))):
        e = np.zeros_like(theta)
        e[i] = step
        rows.append((f(theta + e) - f(theta - e)) / (2 * step))
    return (np.array(rows) / f(theta)) @ np.array(rows).T


ODDS = (0.3, 0.4, 0.5, 0.6, 0.7)
DATA = {
    "war/peace only, one cell": lambda: information(outcome_only, TRUTH),
    "war/peace only, 5 values of p": lambda: sum(information(lambda t, p=p: outcome_only(t, p), TRUTH) for p in ODDS),
    "offers+responses, one cell": lambda: information(chances, TRUTH),
    "offers+responses, 5 values of p": lambda: sum(information(lambda t, p=p: chances(t, p), TRUTH) for p in ODDS),
    "offers+responses, pie scale unknown (6 params)": lambda: information(
        lambda t: chances(t[:5], 0.5, t[5]), (*TRUTH, 1.0)
    ),
}


@pytest.mark.parametrize("name", DATA)
def test_what_data_identify(known, name):
    """Who wins identifies one of five parameters; offers and answers identify all five, not the size of the stake."""
    found = DATA[name]()
    values = np.linalg.eigvalsh(found)
    rank = int((values > 1e-8 * values.max()).sum())
    assert [rank, len(found)] == known(f"o24.{name}: rank of information / params")
    if rank == len(found):
        errors = np.sqrt(np.diag(np.linalg.inv(500 * found)))
        assert errors == pytest.approx(
            known(f"o24.{name}: s.e. with N=500 crises (lam,cA,cL,cH,q)"), abs=6e-5, rel=1e-4
        )


def test_precision_and_scale_are_one(known):
    """A pie twice as large at half the precision gives the same data."""
    gap = np.abs(chances(TRUTH) - chances((TRUTH[0] / 2, *TRUTH[1:]), pie=2.0)).max()
    assert gap == pytest.approx(known("o24.scale invariance max diff"), abs=1e-12)


@pytest.mark.slow
def test_estimates_from_one_data_set(known):
    """Maximum likelihood through the solver on 500 crises drawn at the true values."""
    counts = np.random.default_rng(3).multinomial(500, chances(TRUTH))

    def loss(t):
        theta = (np.exp(t[0]), t[1], t[2], t[2] + np.exp(t[3]), 1 / (1 + np.exp(-t[4])))
        return -(counts * np.log(chances(theta) + 1e-300)).sum()

    start = [np.log(15.0), 0.1, 0.05, np.log(0.25), 0.0]
    t = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-7, "maxiter": 3000}).x
    found = (np.exp(t[0]), t[1], t[2], t[2] + np.exp(t[3]), 1 / (1 + np.exp(-t[4])))
    assert found == pytest.approx(known("o24.MLE one data set N=500 (lam,cA,cL,cH,q)"), abs=1e-3)
