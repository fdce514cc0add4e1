"""Laws that every equilibrium obeys (`docs/theory.md`), on random games and on the catalog."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.random_games import NAMES, build, shapes, types_of

import peacetalks as pt
from peacetalks.catalog import make, names
from peacetalks.catalog.mechanism_bound import least_war
from peacetalks.catalog.uncertain_power import war_payoffs

few = settings(max_examples=15, deadline=None, derandomize=True)
EXACT = 1e-10  # strategies are solved to 1e-11 in logs and carry that much of their mass
precision = st.floats(0.5, 8.0)
LIGHT = {
    "fearon": {"offers": 11},
    "fearon-uniform": {"offers": 11, "draws": 20},
    "walk-out": {"offers": 11},
    "commitment": {"offers": 11},
    "rubinstein": {"offers": 11},
    "shadow-of-power": {"offers": 11},
    "rent": {"draws": 20},
    "ultimatum": {"offers": 11},
    "holdout": {"stages": 3},
    "dresher": {"periods": 3},
    "battlefield": {"forts": 4, "held": 2, "periods": 20},
    "audience": {"dt": 0.4, "length": 0.8},
    "loyalty": {"dt": 0.5},
    "linked-talks": {"bundles": 4},
    "wider-bargain": {"offers": 11},
    "uncertain-power": {"offers": 5},
    "obstinate": {"dt": 1.5},
}


def solve(game, lam, points=5):
    return pt.solve(game, rationality=lam, belief_points=points, certify=False)


def strategies(s):
    """Return {(period, stage, state): strategy} at the prior, everywhere somebody moves."""
    c, out = s.compiled, {}
    for t in range(len(s.values)):
        for n, (k, state) in enumerate(c.nodes):
            if c.reach is None or c.reach[t, n]:
                name = s.game.stages[k].name
                out[t, name, state] = s.strategy(name, state, period=t if s.finite else None)
    return out


def gap(a, b):
    """Return the largest difference between two nested mappings of the same shape."""
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        return max((gap(a[k], b[k]) for k in a), default=0.0)
    return abs(a - b)


@few
@given(shapes())
def test_without_precision_everybody_follows_the_reference_measure(shape):
    game = build(shape)
    for (_, name, state), own in strategies(solve(game, 0.0)).items():
        stage = game.stages[game.stage(name)]
        if isinstance(stage, pt.Decision):
            moves = list(stage.moves(state))
            total = sum(m.weight for m in moves)
            for row in own.values():
                assert row == pytest.approx({m.label: m.weight / total for m in moves}, abs=1e-12)


def test_without_precision_outcomes_follow_by_hand():
    """Coins at every node of the centipede and of holding out; in a crisis the hazards of quitting and of attacking."""
    f = pt.forecast(
        solve(make("centipede", nodes=4), 0.0), outcome=lambda x: str(x[1] if isinstance(x, tuple) else "on")
    )
    ends = [float(f.sel(outcome=str(k))[-1]) for k in range(5)]
    assert ends == pytest.approx([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16], abs=1e-12)
    s = solve(make("holdout", stages=2, obstinate=(0.5, 0.6)), 0.0)
    own = s.strategy("stand", 0)
    assert all(own[i]["normal"] == pytest.approx({"hold": 0.5, "yield": 0.5}, abs=1e-12) for i in "12")
    s = solve(make("audience", dt=0.4, length=0.8, pace=0.5), 0.0)
    f = pt.forecast(s, outcome=lambda x: "war" if x == "war" else "on" if isinstance(x, int) else "quit")
    stand, quits = 0.6**2, 0.8**2 - 0.6**2  # nobody moves; somebody quits and nobody attacks
    assert float(f.sel(outcome="quit")[-1]) == pytest.approx(quits * (1 + stand), abs=1e-12)


@few
@given(shapes(), precision, st.floats(0.2, 5.0), st.floats(-2, 2))
def test_affine_payoffs_with_the_precision_scaled_change_nothing(shape, lam, factor, shift):
    plain = solve(build(shape), {"A": lam, "B": lam})
    moved = solve(build(shape, scale=(factor, 1.0), shift=(shift, -shift)), {"A": lam / factor, "B": lam})
    assert gap(strategies(plain), strategies(moved)) < 1e-8
    assert (
        gap(strategies(plain), strategies(solve(build(shape), {"A": lam * 2, "B": lam}))) > 0 or "A" not in shape.stages
    )


@few
@given(shapes(), precision)
def test_names_and_seats_do_not_matter(shape, lam):
    first = solve(build(shape), lam)
    renamed = solve(build(shape, names=("Zeno", "Ada")), lam)
    reseated = solve(replace(build(shape), players=("B", "A")), lam)
    for a, b in zip(NAMES, ("Zeno", "Ada"), strict=True):
        for kind in first.game.type_names(a):
            assert renamed.value(b, kind) == pytest.approx(first.value(a, kind), abs=1e-9)
            assert reseated.value(a, kind) == pytest.approx(first.value(a, kind), abs=1e-9)


@few
@given(shapes(), precision)
def test_splitting_a_move_with_its_mass_changes_nothing(shape, lam):
    one, two = solve(build(shape), lam), solve(build(shape, copies=2), lam)
    for key, own in strategies(one).items():
        if key[1].startswith(("A", "B")):
            other = strategies(two)[key]
            for kind, row in own.items():
                merged = {a: sum(p for (b, _), p in other[kind].items() if a == b) for a in row}
                assert merged == pytest.approx(row, abs=1e-9)


@few
@given(shapes(), precision)
def test_a_player_without_effect_changes_nothing(shape, lam):
    plain, crowded = solve(build(shape), lam), solve(build(shape, extra=True), lam)
    assert gap(strategies(plain), strategies(crowded)) < 1e-10
    assert crowded.value("bystander") == 0.0


@few
@given(shapes(), precision)
def test_a_third_party_whose_choice_leads_nowhere_is_worth_nothing(shape, lam):
    plain, game = solve(build(shape), lam), build(shape, extra=True)
    idle = pt.Decision("idle", "bystander", lambda s: [pt.Move("left", s), pt.Move("right", s)])
    moved = solve(replace(game, stages=(idle, *game.stages)), lam)
    for player in NAMES:
        assert moved.value(player) == pytest.approx(plain.value(player), abs=1e-9)


@few
@given(shapes(kinds=(1, 2)), precision)
def test_beliefs_are_a_martingale_and_mass_is_one(shape, lam):
    s = solve(build(shape), lam)
    path = pt.trajectory(s)
    assert np.abs(path.mass.sum(axis=(1, 2)) - 1).max() < EXACT
    for player, prior in types_of(shape).items():
        mean = path.beliefs(player).sel(statistic="mean").values
        assert np.abs(mean - np.array(list(prior.values()))).max() < EXACT


@few
@given(shapes(most_periods=1, stages=1), precision)
def test_log_odds_of_beliefs_move_by_the_log_ratio_of_choices(shape, lam):
    """The chance of an outcome given a type, by Bayes' rule from one pass, is that type's own strategy."""
    moves = [
        pt.Move(a, to=("went", a), pay={("A", "0"): x, ("A", "1"): -x}) for a, x in (("l", 0.3), ("m", 0.1), ("r", 0.0))
    ]
    types = {"A": {"0": 0.3, "1": 0.7}}
    s = solve(pt.Game(("A",), "start", (pt.Decision("d", "A", lambda s: moves),), types=types), lam, points=9)
    own = s.strategy("d", "start")
    for kind in ("0", "1"):
        f = pt.forecast(s, outcome=lambda x: x[1], given={"A": kind})
        for a in "lmr":
            assert float(f.sel(outcome=a)[0]) == pytest.approx(own[kind][a], abs=1e-12)
    z = {a: np.log(own["0"][a]) - np.log(own["1"][a]) for a in "lmr"}
    assert z["l"] - z["r"] == pytest.approx(2 * lam * 0.3, abs=1e-8)


@few
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.05, 3)), min_size=2, max_size=8), st.floats(0.1, 50))
def test_regret_is_bounded_by_the_rarity_of_the_best_move(rows, lam):
    moves = [pt.Move(i, "end", {"A": u}, weight=w) for i, (u, w) in enumerate(rows)]
    s = solve(pt.Game(("A",), "start", (pt.Decision("d", "A", lambda s: moves),)), lam)
    best = max(rows, key=lambda r: r[0])
    share = best[1] / sum(w for _, w in rows)
    assert -1e-12 <= best[0] - s.value("A") <= np.log(1 / share) / lam + 1e-12


@few
@given(st.floats(0.05, 0.4), st.floats(0.05, 0.4), st.floats(0.1, 0.9), st.floats(0.2, 0.8))
def test_banks_monotonicity(one, two, prior, p):
    """The type that does better in war fights at least as often (Banks 1990)."""
    low, high = sorted((one, two))
    game = make("fearon", p=p, costs={"tough": low, "weak": high}, prior={"tough": prior, "weak": 1 - prior}, offers=41)
    s = solve(game, 500.0, points=2)
    ends = {k: pt.forecast(s, outcome=str, given={"B": k}) for k in ("tough", "weak")}
    war = {k: float(f.sel(outcome="war")[0]) for k, f in ends.items()}
    assert war["tough"] >= war["weak"] - 1e-12


def test_with_nothing_hidden_war_dies_out_as_precision_grows():
    wars = []
    for lam in (20, 50, 100, 500):
        f = pt.forecast(solve(make("fearon", costs={"only": 0.2}, offers=401), lam), outcome=str)
        wars.append(float(f.sel(outcome="war")[0]))
    assert wars == sorted(wars, reverse=True)
    assert wars[-1] < 0.01


def test_sides_may_be_mirrored():
    """A strong in the front and B weak reads as B strong and A weak in the mirror."""
    s = solve(make("holdout", stages=3, obstinate=(0.2, 0.6)), 4)
    m = solve(make("holdout", stages=3, obstinate=(0.6, 0.2)), 4)
    assert s.value("1", "normal") == pytest.approx(m.value("2", "normal"), abs=1e-10)


@few
@given(st.floats(0.2, 0.8), st.integers(1, 4), st.floats(0.0, 0.02), st.floats(0.0, 0.02))
def test_a_war_may_be_mirrored(p, held, cost_a, cost_b):
    """B with the forts, odds and costs of A fares as A did: A <-> B, p -> 1 - p."""
    here = solve(make("battlefield", forts=5, held=held, p=p, costs=(cost_a, cost_b), periods=30), 5.0)
    there = solve(make("battlefield", forts=5, held=5 - held, p=1 - p, costs=(cost_b, cost_a), periods=30), 5.0)
    for a, b in (("A", "B"), ("B", "A")):
        assert here.value(a) == pytest.approx(there.value(b), abs=1e-10)


@few
@given(st.floats(0.05, 0.4), st.floats(0.1, 0.5), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_war_is_no_less_likely_than_the_least_of_any_bargaining(cost, swing, one, two):
    """Law 13, with power private on both sides (Fey & Ramsay 2009); participation is interim."""
    war = war_payoffs(swing, cost)
    s = solve(make("uncertain-power", war=war, strong=(one, two), offers=5), 40.0, points=4)
    likely = float(pt.forecast(s, outcome=str).sel(outcome="war")[0])
    assert likely >= least_war(*war, (1 - one, one), (1 - two, two)) - 0.02  # choices within .02 of the best, at 40


def test_offer_grids_are_refined_at_second_order():
    wars = [
        float(pt.forecast(solve(make("fearon", offers=n), 20), outcome=str).sel(outcome="war")[0])
        for n in (41, 81, 161, 321)
    ]
    steps = np.abs(np.diff(wars))
    assert steps[0] / steps[1] == pytest.approx(4, rel=0.15)
    assert steps[1] / steps[2] == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize("nodes", [24, 240])
def test_a_hazard_makes_rare_acts_independent_of_the_time_step(nodes):
    def left(weight):
        row = [pt.Move("stay", "in", weight=1 - weight), pt.Move("out", "out", drive={"A": -0.1}, weight=weight)]
        stage = pt.Decision("d", "A", lambda s: row if s == "in" else [pt.Move("pass", s)])
        s = solve(pt.Game(("A",), "in", (stage,), periods=nodes, discount=0.0), 20)
        return float(pt.forecast(s, outcome=str).sel(outcome="out")[-1])

    assert left(0.5 / nodes) == pytest.approx(0.0655, abs=2e-3)
    assert left(0.5) > 0.95


@pytest.mark.parametrize("name", names())
def test_laws_of_every_classic_game(name):
    game = make(name, **LIGHT.get(name, {}))
    s = solve(game, 5.0)
    path = pt.trajectory(s, periods=game.periods or 10)
    assert np.abs(path.mass.sum(axis=(1, 2)) - 1).max() < EXACT
    assert s.residual < 1e-7
    for player in game.types:
        mean = path.beliefs(player).sel(statistic="mean").values
        assert np.abs(mean - np.array(game.prior(player))).max() < EXACT


@pytest.mark.parametrize("name", [n for n in names() if n not in ("chain-store", "holdout")])
def test_reference_measure_of_every_classic_game(name):
    game = make(name, **LIGHT.get(name, {}))
    for (_, stage_name, state), own in strategies(solve(game, 0.0)).items():
        stage = game.stages[game.stage(stage_name)]
        if isinstance(stage, pt.Decision):
            moves = list(stage.moves(state))
            right = np.array([m.weight for m in moves]) / sum(m.weight for m in moves)
            assert all(np.allclose(list(row.values()), right, atol=1e-12) for row in own.values())
