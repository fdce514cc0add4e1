"""Finite precision: chain store (o06), holdout (o07c), inspection (o09), o14, o15, o23 and the Gambit trees."""

import numpy as np
import pytest
from oracle.tree import solve_tree
from scipy.optimize import minimize_scalar

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.catalog.signorino import probit

EXACT = 1e-6  # stored values carry six digits


@pytest.mark.parametrize("lam", [2, 8])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_chain_store(known, n, lam):
    probe, fight = known(f"o06.aqre N={n},p0=0.3,lam={lam} (P(enter1),P(weak fights1))")
    game = make("chain-store", challengers=n)
    tree = solve_tree(game, lam)
    assert tree.strategy()["only"]["probe"] == pytest.approx(probe, abs=EXACT)
    assert tree.strategy(("probe",))["weak"]["retaliate"] == pytest.approx(fight, abs=EXACT)
    grid = pt.solve(game, lam, belief_points=41)
    assert grid.strategy("probe", 0)["only"]["probe"] == pytest.approx(probe, abs=5e-5)
    assert grid.strategy("answer", ("probe", 0))["weak"]["retaliate"] == pytest.approx(fight, abs=5e-5)


@pytest.mark.parametrize("lam", [1, 4])
def test_holdout(known, lam):
    game = make("holdout")
    tree, grid = solve_tree(game, lam), pt.solve(game, lam, belief_points=41, certify=False)
    beliefs = {i: tree.game.prior(i)[0] for i in "12"}
    for k in range(7):
        here = tree.strategy((("hold", "hold"),) * k)
        about = {i: {"obstinate": z, "normal": 1 - z} for i, z in beliefs.items()}
        for i in "12":
            hold = known(f"o07c.holdout7.lam={lam}.P(hold) player{i} stages")[k]
            assert here[i]["normal"]["hold"] == pytest.approx(hold, abs=EXACT)
            near = grid.strategy("stand", k, beliefs=about, player=i)["normal"]["hold"]
            assert near == pytest.approx(hold, abs=1e-4)
            beliefs[i] = beliefs[i] / (beliefs[i] + (1 - beliefs[i]) * here[i]["normal"]["hold"])


@pytest.mark.parametrize("lam", [5, 50])
def test_inspection(known, lam):
    inspect, violate = known(f"o09.oneshot.aqre lam={lam} (P(insp),P(viol))")
    for own in (
        pt.solve(make("inspection"), lam).strategy("inspection", "start"),
        solve_tree(make("inspection"), lam).strategy(),
    ):
        assert own["I"]["only"]["inspect"] == pytest.approx(inspect, abs=EXACT)
        assert own["V"]["only"]["violate"] == pytest.approx(violate, abs=EXACT)


@pytest.mark.parametrize("lam", [1, 2, 3])
def test_ochs(known, lam):
    p, q = known(f"o14.ochs.lam={lam}.(p_row1,p_col1)")
    own = pt.solve(make("ochs"), lam).strategy("choice", "start")
    assert own["row"]["only"][0] == pytest.approx(p, abs=EXACT)
    assert own["col"]["only"][0] == pytest.approx(q, abs=EXACT)


@pytest.mark.parametrize("lam", [0.5, 1, 2, 5])
@pytest.mark.parametrize("nodes", [4, 6])
def test_centipede(known, nodes, lam):
    s = pt.solve(make("centipede", nodes=nodes), lam)
    take = [s.strategy("turn", k)["only"]["take"] for k in range(nodes)]
    assert take == pytest.approx(known(f"o14.centipede{nodes}.lam={lam}.P(TAKE) by node"), abs=EXACT)
    f = pt.forecast(s, outcome=lambda x: str(x[1] if isinstance(x, tuple) else "on"))
    final = [float(f.sel(outcome=str(k))[-1]) for k in range(nodes + 1)]
    assert final == pytest.approx(known(f"o14.centipede{nodes}.lam={lam}.terminal dist"), abs=EXACT)


@pytest.mark.parametrize("lam", [5, 20])
def test_ultimatum(known, lam):
    offer, accept = known(f"o14.ultimatum.lam={lam}.(mean offer, P(accept))")
    s = pt.solve(make("ultimatum", offers=4001), lam, certify=False)
    shares = s.strategy("offer", "start")["only"]
    assert sum(x * p for x, p in shares.items()) == pytest.approx(offer, abs=EXACT)
    deal = pt.forecast(s, outcome=str).sel(outcome="deal")[-1]
    assert float(deal) == pytest.approx(accept, abs=EXACT)


@pytest.mark.parametrize("lam", [1, 1.335, 1.5, 5])
def test_loopback_principal_branch(known, lam):
    p, q = known(f"o14.loopback.lam={lam}.pygambit principal (p,q)")
    s = pt.solve(make("loopback"), lam)
    for own in (s.strategy("choice", "start"), solve_tree(make("loopback"), lam).strategy()):
        assert own["row"]["only"][0] == pytest.approx(p, abs=EXACT)
        assert own["col"]["only"][0] == pytest.approx(q, abs=EXACT)


@pytest.mark.parametrize("lam", [1.335, 1.5, 5])
def test_loopback_says_where_there_are_several(known, lam):
    every = known(f"o14.loopback.lam={lam}.all (p,q)")
    s = pt.solve(make("loopback"), lam)
    assert (s.multiple > 0) == (len(every) > 1)
    for own in s.selections("choice", "start"):
        here = (own["row"]["only"][0], own["col"]["only"][0])
        assert any(here == pytest.approx(tuple(x), abs=2e-6) for x in every), here


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("o14.loopback.lower fold (principal branch turns forward again) (q,lambda)", False, True),
        ("o14.loopback.first upper fold (principal branch turns back) (q,lambda)", True, False),
        ("o14.loopback.isolated pair is born (q,lambda)", False, True),
    ],
)
def test_loopback_folds(known, key, before, after):
    """Fixed points are born and vanish in pairs at the folds; the search sees a pair from .01 of the fold on."""
    _, fold = known(key)
    assert (pt.solve(make("loopback"), fold - 0.01).multiple > 0) == before
    assert (pt.solve(make("loopback"), fold + 0.01).multiple > 0) == after


def test_ochs_estimate(known):
    """McKelvey & Palfrey's estimate, from the solver's likelihood of 128 choices at each of the two frequencies."""

    def loss(lam):
        own = pt.solve(make("ochs"), lam, certify=False).strategy("choice", "start")
        chance = own["row"]["only"][0], own["col"]["only"][0]
        return -sum(
            128 * (f * np.log(p) + (1 - f) * np.log(1 - p)) for f, p in zip((0.527, 0.366), chance, strict=True)
        )

    best = minimize_scalar(loss, bounds=(0.5, 4.0), method="bounded", options={"xatol": 1e-7})
    assert best.x == pytest.approx(known("o14.ochs.MLE lambda"), abs=1e-5)
    assert -best.fun == pytest.approx(known("o14.ochs.MLE loglik"), abs=1e-8)
    own = pt.solve(make("ochs"), best.x).strategy("choice", "start")
    assert (own["row"]["only"][0], own["col"]["only"][0]) == pytest.approx(known("o14.ochs.MLE (p,q)"), abs=1e-5)


def test_ochs_limit(known):
    own = pt.solve(make("ochs"), 2000, certify=False).strategy("choice", "start")
    assert (own["row"]["only"][0], own["col"]["only"][0]) == pytest.approx(known("o14.ochs.Nash (p,q)"), abs=1e-2)


def test_choice_between_two_near_options(known):
    for lam, chance in known("o26.lambda -> P(choose the better of two options differing by 5% of the pie)"):
        moves = [pt.Move("better", "end", {"A": 0.05}), pt.Move("worse", "end")]
        game = pt.Game(("A",), "start", (pt.Decision("d", "A", lambda s, m=moves: m),))
        assert pt.solve(game, lam).strategy("d", "start")["only"]["better"] == pytest.approx(chance, abs=1e-6)


def test_what_mistakes_cost(known):
    """Expected utility minus the log-sum is the divergence of play from the reference measure, over the precision."""
    lam, pay = 15.0, {"accept": 0.5, "reject": 0.45}
    game = pt.Game(
        ("A",), "s", (pt.Decision("d", "A", lambda s: [pt.Move(a, "e", {"A": u}, 0.5) for a, u in pay.items()]),)
    )
    s = pt.solve(game, lam)
    own = s.strategy("d", "s")["only"]
    logsum = np.log(sum(0.5 * np.exp(lam * u) for u in pay.values())) / lam
    divergence = sum(p * np.log(p / 0.5) for p in own.values()) / lam
    stored = known("o21.logsum minus EU = KL(q||mu)/lam")
    assert logsum - s.value("A") == pytest.approx(stored[0], abs=1e-12)
    assert divergence == pytest.approx(stored[1], abs=1e-12)
    assert logsum + divergence == pytest.approx(s.value("A"), abs=1e-12)


@pytest.mark.parametrize("lam", [1, 3])
def test_signorino(known, lam):
    p4, p2 = known(f"o15.logit lam={lam} (p4,p2)")
    s = pt.solve(make("signorino"), lam)
    assert s.strategy("reply", "challenge")["only"]["fight"] == pytest.approx(p4, abs=1e-9)
    assert s.strategy("act", "start")["only"]["act"] == pytest.approx(p2, abs=1e-9)


@pytest.mark.parametrize(("key", "private"), [("agent probit sigma=1", False), ("private probit s=1", True)])
def test_signorino_with_normal_errors(known, key, private):
    fight, act = probit(private=private)
    assert (fight, act) == pytest.approx(known(f"o15.{key} (p4,p2)"), abs=1e-9)
    if not private:
        ends = (1 - act, act * (1 - fight), act * fight)
        assert ends == pytest.approx(known("o15.agent probit outcome probs (SQ,3,4)"), abs=1e-9)


def test_signorino_by_simulation():
    """Draw the private shocks to every outcome and let both do their best."""
    u, n = dict(zip(("u11", "u13", "u14", "u23", "u24"), (0.0, 1.0, -0.8, 0.0, 0.3), strict=True)), 1_000_000
    rng = np.random.default_rng(7)
    drawn = {k: x + rng.standard_normal(n) for k, x in u.items()}
    fight, act = probit(**u, private=True)
    assert (drawn["u24"] > drawn["u23"]).mean() == pytest.approx(fight, abs=2e-3)
    assert ((1 - fight) * drawn["u13"] + fight * drawn["u14"] > drawn["u11"]).mean() == pytest.approx(act, abs=2e-3)


HISTORIES = {
    "A|S|": ((), "S"),
    "A|W|": ((), "W"),
    **{f"B|{k}|o{j}": ((y,), k) for k in "SW" for j, y in enumerate((0.3, 0.5, 0.7))},
    **{f"A|{k}|o0u": ((0.3, "reject", "up"), k) for k in "SW"},
    **{f"A|{k}|o1d": ((0.5, "reject", "down"), k) for k in "SW"},
    **{f"B|{k}|o1do2": ((0.5, "reject", "down", 0.7), k) for k in "SW"},
}


@pytest.fixture(scope="module", params=[5, 20])
def integrated(request):
    game = make("integration")
    return (
        request.param,
        solve_tree(game, request.param),
        pt.solve(game, request.param, belief_points=41, certify=False),
    )


@pytest.mark.parametrize("key", HISTORIES)
def test_integration_strategies(known, integrated, key):
    lam, tree, _ = integrated
    history, kind = HISTORIES[key]
    assert list(tree.strategy(history)[kind].values()) == pytest.approx(known(f"o23.lam={lam}.{key}"), abs=1e-7)


def test_integration_on_the_belief_grid(known, integrated):
    lam, _, s = integrated
    for kind in "SW":
        offer = list(s.strategy("offer", ("war", 0, 0))[kind].values())
        assert offer == pytest.approx(known(f"o23.lam={lam}.A|{kind}|"), abs=1e-4)


def test_integration_values_and_outcomes(known, integrated):
    lam, tree, s = integrated
    stored = known(f"o23.lam={lam}.outcomes")
    ends = tree.outcomes(lambda x: f"{x[0]} {x[1]}" if x[0] in ("deal", "walked out") else "other")
    f = pt.forecast(s, outcome=lambda x: f"{x[0]} {x[1]}" if x[0] in ("deal", "walked out") else "other")
    grid = {str(o): float(f.sel(outcome=o)[-1]) for o in f.outcome.values}
    for got, tol in ((ends, 1e-9), (grid, 1e-4)):
        assert got["deal 0"] == pytest.approx(stored["acc1"], abs=tol)
        assert got["walked out 0"] == pytest.approx(stored["walk1"], abs=tol)
        assert got["deal 0"] + got["deal 1"] == pytest.approx(stored["acc"], abs=tol)
        assert got["walked out 0"] + got["walked out 1"] == pytest.approx(stored["walk"], abs=tol)
    for player, value in zip("AB", known(f"o23.lam={lam}.EV"), strict=True):
        assert tree.value(player) == pytest.approx(value, abs=1e-9)
        assert s.value(player) == pytest.approx(value, abs=1e-4)
    share = tree.outcomes(lambda x: str(x[2]) if x[0] == "deal" else "none")
    total = sum(p for y, p in share.items() if y != "none")
    assert sum(float(y) * p for y, p in share.items() if y != "none") / total == pytest.approx(stored["y"], abs=1e-9)


def gambit_order(tree, player):
    """Return the choice probabilities of `player` in Gambit's order: type, then history depth first."""
    mine = [h for h in tree.histories() if "AB"[(len(h) // 2 + len(h) % 2) % 2] == player]
    return [list(tree.strategy(h)[k].values()) for k in tree.game.type_names(player) for h in mine]


def test_gambit_profiles(profile):
    game = make("rounds", rounds=profile["T"], kinds=profile["K"], offers=profile["NO"])
    tree = solve_tree(game, profile["lam"])
    for player, stored in zip("AB", profile["profile"], strict=True):
        got = gambit_order(tree, player)
        assert len(got) == len(stored)
        for row, right in zip(got, stored, strict=True):
            assert row == pytest.approx(right, abs=EXACT)
        assert tree.value(player) == pytest.approx(profile[f"payoff_{player}"], abs=EXACT)


GRID_TOLERANCE = {(1, 2): 2e-3, (1, 3): 5e-3, (2, 2): 2e-3}


def test_gambit_first_offers_on_the_belief_grid(profile):
    game = make("rounds", rounds=profile["T"], kinds=profile["K"], offers=profile["NO"])
    points = 41 if profile["K"] == 2 else 11
    s = pt.solve(game, profile["lam"], belief_points=points, certify=False)
    stored = profile["profile"][0]
    size = len(stored) // profile["K"]
    for k in range(profile["K"]):
        offer = list(s.strategy("offer", ("talks", 0))[str(k)].values())
        assert offer == pytest.approx(stored[k * size], abs=GRID_TOLERANCE[profile["T"], profile["K"]])


@pytest.mark.parametrize("lam", [1.36, 1.5, 1.531, 1.54, 1.56, 1.6, 2.0])
def test_loopback_stays_on_the_principal_branch(lam):
    game = make("loopback")
    grid, tree = pt.solve(game, lam), solve_tree(game, lam)
    for player in game.players:
        assert grid.value(player) == pytest.approx(tree.value(player), abs=1e-6)
