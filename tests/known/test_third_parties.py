"""Alliances and pacts (o11), the global game of mutiny (o12): closed forms, and the ally as a game."""

import numpy as np
import pytest
from oracle.tree import solve_tree
from scipy.stats import norm

import peacetalks as pt
from peacetalks.catalog import alliance, make
from peacetalks.catalog.alliance import Member
from peacetalks.mechanisms import global_game

EXACT = 1e-9


@pytest.fixture(scope="module")
def ally(known):
    """Return p1, p2, cA, cB, vD, r, K."""
    return known("o11.params(p1,p2,cA,cB,vD,r,K)")


def test_reliability_and_deterrence(known, ally):
    p1, p2, ca, _, v, r, k = ally
    rho = alliance.reliability(p1, p2, v, r, k)
    assert rho == pytest.approx(known("o11.reliability"), abs=EXACT)
    assert alliance.deterrent_reliability(p1, p2, ca) == pytest.approx(known("o11.rho_star"), abs=EXACT)
    assert alliance.deterrent_reputation(p1, p2, ca, v, k) == pytest.approx(
        known("o11.r_star (audience cost needed)"), abs=EXACT
    )
    worth = alliance.odds(p1, p2, rho) - ca
    assert worth == pytest.approx(known("o11.A attack EV"), abs=EXACT)
    assert (worth > 0) == bool(known("o11.attack?"))
    attacked = alliance.attack_chance(alliance.odds(p1, p2, rho), 1.0)
    assert attacked == pytest.approx(known("o11.cA~U[0,1]: P(attack)"), abs=EXACT)
    assert attacked * rho == pytest.approx(known("o11.cA~U[0,1]: P(attack and intervention)"), abs=EXACT)


@pytest.mark.parametrize("reputation", [0.0, 0.1])
def test_less_reputation_at_stake(known, ally, reputation):
    p1, p2, ca, _, v, _, k = ally
    rho = alliance.reliability(p1, p2, v, reputation, k)
    assert [rho, alliance.odds(p1, p2, rho) - ca] == pytest.approx(
        known(f"o11.r={reputation}.(rho,attackEV)"), abs=EXACT
    )


@pytest.mark.parametrize("share", [0.45, 0.6])
def test_extended_deterrence_quantal_response(known, share):
    stored = known(f"o11.tree pi={share} aqre lam=10 (attack,resist,int|R,int|U)")
    game = make("deterrence", reliable=share)
    s, tree = pt.solve(game, 10, belief_points=21), solve_tree(game, 10)
    of = [("attack", "start", "only", "attack"), ("resist", "attacked", "only", "resist")]
    of += [("help", "resisted", k, "intervene") for k in ("reliable", "unreliable")]
    assert [s.strategy(stage, state)[k][a] for stage, state, k, a in of] == pytest.approx(stored, abs=1e-6)
    paths = [((), "only", "attack"), (("attack",), "only", "resist")]
    paths += [(("attack", "resist"), k, "intervene") for k in ("reliable", "unreliable")]
    assert [tree.strategy(h)[k][a] for h, k, a in paths] == pytest.approx(stored, abs=1e-6)


@pytest.mark.parametrize("away", [-0.05, 0.05])
def test_extended_deterrence_limit(known, away):
    """A attacks iff a reliable ally is less likely than the closed form's threshold."""
    s = pt.solve(make("deterrence", reliable=known("o11.rho_star") + away), 1000)
    assert s.strategy("attack", "start")["only"]["attack"] == pytest.approx(float(away < 0), abs=1e-2)


ATTACKER, COST = 6.0, 0.45


def three(reputation=0.05):
    """Return the three powers of the known answers o11."""
    return {
        "B": Member(2.0, 1.0, 0.0, 0.0),
        "C": Member(3.0, 0.8, reputation, 0.12),
        "D": Member(4.0, 0.8, reputation, 0.15),
    }


@pytest.mark.parametrize("target", ["B", "C", "D"])
def test_pact_coalitions(known, target):
    found = alliance.coalitions(ATTACKER, three(), target)
    assert [list(c) for c in found] == known(f"o11.pact.target={target}.equilibrium coalitions")
    odds = [alliance.win_chance(ATTACKER, three(), c) for c in found]
    assert [[round(p, 6), p <= COST] for p in odds] == known(f"o11.pact.target={target}.P_A in each, deterred(P_A<=cA)")
    free = alliance.coalitions(ATTACKER, three(0.0), target)
    assert sorted(map(list, free)) == sorted(known(f"o11.pact.r=0.target={target}.equilibrium coalitions"))


def test_pact_bargain(known):
    members = three()
    assert alliance.win_chance(ATTACKER, members, "B") == pytest.approx(known("o11.pact.P_A alone vs B"), abs=EXACT)
    assert alliance.win_chance(ATTACKER, members, "BCD") == pytest.approx(known("o11.pact.P_A vs all"), abs=EXACT)
    surplus = alliance.pact_worth(ATTACKER, members, "B")
    assert surplus == pytest.approx(known("o11.pact.NBS surplus"), abs=EXACT)
    shares = alliance.cost_shares(ATTACKER, members, "B")
    assert list(shares.values()) == pytest.approx(known("o11.pact.NBS cost shares (gain_i - S/3)"), abs=EXACT)
    assert sum(shares.values()) == pytest.approx(sum(m.cost for m in members.values()), abs=EXACT)


@pytest.mark.parametrize("pair", [("B", "C"), ("B", "D"), ("C", "D")])
def test_no_pair_does_better_than_the_pact(known, pair):
    worth, share = known(f"o11.pact.subcoalition {pair} worth vs NBS payoff")
    members = three()
    assert alliance.pact_worth(ATTACKER, members, "B", pair) == pytest.approx(worth, abs=EXACT)
    assert 2 * alliance.pact_worth(ATTACKER, members, "B") / 3 == pytest.approx(share, abs=EXACT)
    assert worth < share


C = 0.4


@pytest.mark.parametrize("noise", [0.5, 0.1])
def test_no_public_signal(known, noise):
    theta, x = global_game.flat_prior(C, noise)
    assert theta == pytest.approx(known(f"o12a.c=.4,s={noise}.theta*"), abs=EXACT)
    assert x == pytest.approx(known(f"o12a.c=.4,s={noise}.x*"), abs=1e-8)


@pytest.mark.parametrize(("alpha", "beta", "z"), [(1.0, 4.0, 0.5), (1.0, 4.0, 0.2), (4.0, 4.0, 0.5), (10.0, 4.0, 0.5)])
def test_public_signal(known, alpha, beta, z):
    found = global_game.thresholds(C, z, alpha, beta)
    assert found == pytest.approx(known(f"o12b.al={alpha},be={beta},z={z}.theta*"), abs=EXACT)
    assert global_game.is_unique(alpha, beta) == bool(
        known(f"o12b.al={alpha},be={beta}.unique condition al<=sqrt(2 pi be)")
    )
    falls = [global_game.breaking(t, z, alpha) for t in found]
    assert falls == pytest.approx(known(f"o12b.al={alpha},be={beta},z={z}.P(regime falls)"), abs=EXACT)


@pytest.mark.parametrize(("alpha", "beta", "z"), [(1.0, 4.0, 0.5), (4.0, 16.0, 0.6), (10.0, 4.0, 0.5)])
def test_the_marginal_member_is_indifferent(alpha, beta, z):
    """At every threshold the member who sees x* expects the force to break with probability c, by Bayes' rule."""
    theta = np.linspace(-8, 9, 200_001)
    for t in global_game.thresholds(C, z, alpha, beta):
        x = t + norm.ppf(t) / np.sqrt(beta)  # at theta = t the share below x* is t: the force just breaks
        w = norm.pdf(theta, z, alpha**-0.5) * norm.pdf(x, theta, beta**-0.5)
        assert w[theta <= t].sum() / w.sum() == pytest.approx(C, abs=1e-3)


def test_loyalty_erodes(known):
    stored = known("o12e.loyalty erosion z=1.0-.1 t, al=4,be=16: theta*_t, P(fall)_t")
    levels = [1.0 - 0.1 * t for t in range(0, 9, 2)]
    falls = global_game.hazards(levels, C, 4.0, 16.0)
    for z, fall, (theta, p) in zip(levels, falls, stored, strict=True):
        assert global_game.thresholds(C, z, 4.0, 16.0) == pytest.approx([theta], abs=1e-6)
        assert fall == pytest.approx(p, abs=1e-6)
    assert list(falls) == sorted(falls)


@pytest.mark.parametrize("needed", [3, 5, 7])
def test_laplacian(known, needed):
    stored = known(f"o12c.N=9,k={needed}.Laplacian success prob (mutiny iff > c)")
    assert global_game.laplacian(9, needed) == pytest.approx(stored, abs=EXACT)


@pytest.mark.parametrize("theta", [0.3, 0.5, 0.7])
def test_known_loyalty_has_three_equilibria(known, theta):
    found = global_game.shares_if_known(theta, C, 6.0, 0.05)
    assert found == pytest.approx(known(f"o12d.logit lam=6,tau=.05,theta={theta}.shares"), abs=EXACT)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: global_game.hazard(0.5, C, 10.0, 4.0), "lower the public precision to 5.013"),
        (lambda: global_game.thresholds(1.2, 0.5, 1.0, 4.0), "strictly between 0 and 1"),
        (lambda: global_game.thresholds(C, 0.5, 0.0, 4.0), "a precision is 1 / variance"),
        (lambda: global_game.laplacian(9, 12), "between 1 and 9 of 9"),
        (lambda: alliance.reliability(0.3, 0.5, 1, 0, 1), "help must lower the attacker's odds"),
        (lambda: alliance.reliability(0.5, 0.3, 1, 0, 0), "highest cost must be > 0"),
        (lambda: alliance.attack_chance(0.5, 0.0), "highest cost must be > 0"),
        (lambda: alliance.coalitions(6.0, three(), "E"), "target 'E' is not among the members B, C, D"),
        (lambda: alliance.coalitions(0.0, three(), "B"), "attacker's power must be > 0"),
        (lambda: alliance.coalitions(6.0, {"B": Member(0.0)}, "B"), "power of member 'B' must be > 0"),
    ],
)
def test_doors(call, says):
    with pytest.raises(ValueError, match=says):
        call()
