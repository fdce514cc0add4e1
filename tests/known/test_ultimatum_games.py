"""Take it or leave it: Fearon (o01), sanctions (o20), reference measure (o21), noise floor and ties (o26)."""

import pytest

import peacetalks as pt
from peacetalks.catalog import make

LIMIT = 2000.0
STEP = 0.01 + 1e-6  # one step of the grid of 101 offers, and the logit noise left at the limit precision


def ends(s, period=-1):
    """Return {outcome: probability} at the end."""
    f = pt.forecast(s, outcome=lambda state: state if isinstance(state, str) else state[0])
    return {str(o): float(f.sel(outcome=o)[period]) for o in f.outcome.values}


def modal(s):
    demand = s.strategy("demand", "start")["only"]
    return max(demand, key=demand.get)


def mean(s):
    return sum(x * p for x, p in s.strategy("demand", "start")["only"].items())


@pytest.mark.parametrize("lam", [5, 20, 100])
@pytest.mark.parametrize("points", [5, 21])
def test_two_types_nine_offers(known, lam, points):
    key = f"o01.aqre9.lam={lam}"
    s = pt.solve(make("fearon", offers=known("o01.aqre9.grid")), rationality=lam, belief_points=points)
    assert ends(s)["war"] == pytest.approx(known(f"{key}.war_prob"), abs=1e-9)
    assert s.value("A") == pytest.approx(known(f"{key}.UA"), abs=1e-9)
    assert mean(s) == pytest.approx(known(f"{key}.mean_offer"), abs=1e-9)


@pytest.mark.parametrize("n", [101, 1001, 10001])
def test_two_types_offer_density(known, n):
    s = pt.solve(make("fearon", offers=n), rationality=20, belief_points=2, certify=False)
    assert ends(s)["war"] == pytest.approx(known(f"o01.aqre_density.lam=20.n={n}.war_prob"), abs=1e-9)


def test_complete_information_limit(known):
    s = pt.solve(make("fearon", costs={"only": 0.2}, offers=101), rationality=LIMIT)
    assert modal(s) == pytest.approx(known("o01.complete.x_star"), abs=STEP)
    assert ends(s)["war"] == pytest.approx(known("o01.complete.war_prob"), abs=0.01)


@pytest.mark.parametrize("q", [0.3, 0.5])
def test_two_types_limit(known, q):
    game = make("fearon", prior={"weak": q, "tough": 1 - q}, offers=101)
    s = pt.solve(game, rationality=LIMIT, belief_points=3, certify=False)
    assert modal(s) == pytest.approx(known(f"o01.two.q={q}.x_star"), abs=STEP)
    assert ends(s)["war"] == pytest.approx(known(f"o01.two.q={q}.war_prob"), abs=0.01)
    assert s.value("A") == pytest.approx(known(f"o01.two.q={q}.UA"), abs=STEP)


def test_risk_is_taken_above_the_threshold(known):
    q = known("o01.two.q_star")
    for side, war in ((q - 0.04, 0.0), (q + 0.04, 1 - q - 0.04)):
        game = make("fearon", prior={"weak": side, "tough": 1 - side}, offers=201)
        s = pt.solve(game, rationality=LIMIT, belief_points=3, certify=False)
        assert ends(s)["war"] == pytest.approx(war, abs=0.01)


@pytest.mark.parametrize("tag", ["u1", "u2", "u3", "u4", "u5"])
def test_uniform_cost_limit(known, tag):
    p, cost_a, low, high = known(f"o01.{tag}.params(p,cA,cl,ch)")
    game = make("fearon-uniform", p=p, cost_a=cost_a, cost_low=low, cost_high=high, offers=41, draws=400)
    s = pt.solve(game, rationality=LIMIT, certify=False)
    step = 1 / 40
    assert mean(s) == pytest.approx(known(f"o01.{tag}.x_star"), abs=step)
    assert ends(s).get("war", 0.0) == pytest.approx(known(f"o01.{tag}.war_prob"), abs=step / (high - low))
    assert s.value("A") == pytest.approx(known(f"o01.{tag}.UA"), abs=step)


@pytest.mark.parametrize("sanction", [0.0, 0.1, 0.2, 0.3, 0.35])
def test_sanctions_limit(known, sanction):
    x, war = known(f"o20.s={sanction}.(x*,war)")
    game = make("fearon-uniform", sanction=sanction, offers=41, draws=400)
    s = pt.solve(game, rationality=LIMIT, certify=False)
    assert mean(s) == pytest.approx(x, abs=1 / 40)
    assert ends(s).get("war", 0.0) == pytest.approx(war, abs=1 / 40 / 0.4)


@pytest.mark.parametrize("n", [11, 21, 101, 1001])
def test_reference_measure(known, n):
    naive, measure = known(f"o21.n={n}.(naive P(walk), measure P(walk))")
    for flag, value in ((True, naive), (False, measure)):
        s = pt.solve(make("walk-out", offers=n, naive=flag), rationality=15)
        assert s.strategy("demand", "start")["only"]["walk out"] == pytest.approx(value, abs=1e-9)


def test_reference_measure_is_the_continuous_answer(known):
    walk, offer = known("o21.exact continuous P(walk), mean offer|offer")
    own = pt.solve(make("walk-out", offers=1001), rationality=15).strategy("demand", "start")["only"]
    rest = {x: p for x, p in own.items() if x != "walk out"}
    assert own["walk out"] == pytest.approx(walk, abs=1e-6)
    assert sum(x * p for x, p in rest.items()) / sum(rest.values()) == pytest.approx(offer, abs=1e-5)


def test_duplicates_with_split_mass(known):
    plain, doubled, split = known(
        "o21.dup: P(accept) plain, with duplicate reject, with duplicate under measure (.5,.25,.25)"
    )

    def accept(*weights):
        moves = [pt.Move("accept", "end", {"A": 0.5}, weight=weights[0])]
        moves += [pt.Move(i, "end", {"A": 0.45}, weight=w) for i, w in enumerate(weights[1:])]
        game = pt.Game(players=("A",), start="s", stages=(pt.Decision("d", "A", lambda s: moves),))
        return pt.solve(game, rationality=15).strategy("d", "s")["only"]["accept"]

    assert accept(1, 1) == pytest.approx(plain, abs=1e-9)
    assert accept(1, 1, 1) == pytest.approx(doubled, abs=1e-9)
    assert accept(0.5, 0.25, 0.25) == pytest.approx(split, abs=1e-9)


@pytest.mark.parametrize("lam", [5, 10, 20, 50, 100, 500])
def test_noise_floor(known, lam):
    key = f"o26.lam={lam}: war prob complete info cB=.2 (noise floor) ; two-type private cost q=.5"
    floor, private = known(key)
    for costs, war in (({"only": 0.2}, floor), (None, private)):
        s = pt.solve(make("fearon", costs=costs, offers=4001), rationality=lam, belief_points=2, certify=False)
        assert ends(s)["war"] == pytest.approx(war, abs=1e-8)


@pytest.mark.parametrize("lam", [200, 2000])
@pytest.mark.parametrize(("name", "shift"), [("grid containing p+cH=.80", 0.0), ("grid shifted by half a step", 0.025)])
def test_ties(known, lam, name, shift):
    offer, war = known(f"o26.ties lam={lam} {name}: modal offer, war prob")
    grid = [round(0.45 + 0.05 * i - shift, 9) for i in range(9)]
    s = pt.solve(make("fearon", offers=grid), rationality=lam, belief_points=2, certify=False)
    assert modal(s) == pytest.approx(offer, abs=1e-9)
    assert ends(s)["war"] == pytest.approx(war, abs=1e-6)


@pytest.mark.parametrize("nodes", [24, 240])
def test_accidental_exit_depends_on_the_time_step_only_without_a_hazard(known, nodes):
    key = f"o26.timestep N={nodes}: P(accidental walk-out within a year) naive / reference measure eta dt"

    def left(weight):
        def moves(state):
            if state == "out":
                return [pt.Move("pass", "out")]
            stay = pt.Move("stay", "in", weight=1 - weight)
            return [stay, pt.Move("out", "out", drive={"A": -0.1}, weight=weight)]

        game = pt.Game(("A",), "in", (pt.Decision("d", "A", moves),), periods=nodes, discount=0.0)
        return ends_in(pt.solve(game, rationality=20, certify=False))

    naive, measured = known(key)
    assert left(0.5) == pytest.approx(naive, abs=1e-9)
    assert left(0.5 / nodes) == pytest.approx(measured, abs=1e-9)


def ends_in(s):
    return float(pt.forecast(s, outcome=str).sel(outcome="out")[-1])
