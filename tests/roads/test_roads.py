"""Two roads to every number: forward and backward, exact and simulated, grid and tree, stationary and long."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle.tree import solve_tree
from support.ledger import along_the_measure, ledger
from support.random_games import NAMES, build, shapes

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.mechanisms.state import label

few = settings(max_examples=15, deadline=None, derandomize=True)
EXACT = 1e-10  # strategies are solved to 1e-11 in logs and carry that much of their mass
precision = st.floats(0.5, 6.0)
CATALOG = [
    ("chain-store", {}, 8.0),
    ("holdout", {"stages": 3}, 4.0),
    ("integration", {}, 20.0),
    ("rounds", {"offers": 2}, 20.0),
    ("fearon", {"offers": 11}, 20.0),
    ("centipede", {}, 1.0),
    ("signorino", {}, 3.0),
    ("inspection", {}, 5.0),
    ("ceasefire", {"periods": 8}, 5.0),
    ("commitment", {"periods": 3, "offers": 6}, 5.0),
]


def forward_is_backward(game, lam, points):
    book = ledger(game)
    s = pt.solve(book[0], rationality=lam, belief_points=points, certify=False)
    for (player, kind), amount in along_the_measure(s, book[1]).items():
        assert s.value(player, kind) == pytest.approx(amount, abs=1e-10)


@few
@given(shapes(), precision)
def test_forward_is_backward_on_random_games(shape, lam):
    forward_is_backward(build(shape), lam, 4)


@pytest.mark.parametrize(("name", "params", "lam"), CATALOG, ids=[c[0] for c in CATALOG])
def test_forward_is_backward_on_the_catalog(name, params, lam):
    forward_is_backward(make(name, **params), lam, 5)


@few
@given(shapes(), precision)
def test_total_probability_over_types(shape, lam):
    s = pt.solve(build(shape), rationality=lam, belief_points=5, certify=False)
    whole = pt.forecast(s, outcome=str)
    for player in s.game.types:
        parts = [
            q * pt.forecast(s, outcome=str, given={player: k})
            for k, q in zip(s.game.type_names(player), s.game.prior(player), strict=True)
        ]
        assert np.abs(sum(p.values for p in parts) - whole.values).max() < EXACT
        assert np.abs(parts[0].sum("outcome").values - s.game.prior(player)[0]).max() < EXACT


def within_four(sample, exact):
    error = sample.std(ddof=1) / np.sqrt(len(sample))
    assert abs(sample.mean() - exact) <= 4 * error + 1e-12, (sample.mean(), exact, error)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(shapes(most_periods=2, kinds=(1, 2)), precision)
def test_simulation_is_exact_within_four_errors_on_random_games(shape, lam):
    assume("both" not in shape.stages)  # simultaneous ones are in the catalog
    s = pt.solve(build(shape), rationality=lam, belief_points=41, certify=False)
    paths = pt.simulate(s, n=2000, seed=11)
    for player in NAMES:
        within_four(paths.payoff[player], s.value(player))
        for kind in s.game.type_names(player):
            within_four(paths.payoff[player][paths.types[player] == kind], s.value(player, kind))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "params", "lam"), CATALOG, ids=[c[0] for c in CATALOG])
def test_simulation_is_exact_within_four_errors_on_the_catalog(name, params, lam):
    s = pt.solve(make(name, **params), rationality=lam, belief_points=41, certify=False)
    paths = pt.simulate(s, n=4000, seed=5)
    for player in s.game.players:
        within_four(paths.payoff[player], s.value(player))
    exact, share = pt.forecast(s, outcome=str)[-1], paths.outcomes(str)[-1]
    for o in exact.outcome.values:
        p = float(exact.sel(outcome=o))
        got = float(share.sel(outcome=o)) if o in share.outcome.values else 0.0
        assert abs(got - p) <= 4 * np.sqrt(max(p * (1 - p), 0.0) / 4000) + 1e-9


@settings(max_examples=12, deadline=None, derandomize=True)
@given(shapes(most_periods=2, kinds=(1, 2)), precision)
def test_the_grid_converges_to_the_tree_on_random_games(shape, lam):
    assume(shape.stages.count("both") * shape.periods <= 1)
    game = build(shape)
    tree = solve_tree(game, lam)
    errors = []
    for points in (5, 17, 65):
        s = pt.solve(game, rationality=lam, belief_points=points, certify=False)
        kinds = [(p, k) for p in NAMES for k in game.type_names(p)]
        errors.append(max(abs(s.value(p, k) - tree.value(p, k)) for p, k in kinds))
    assert errors[2] <= errors[0] / 30 + 1e-9, errors  # 16 times finer: 256 at second order
    assert errors[2] < 1e-4


@pytest.mark.slow
@settings(max_examples=10, deadline=None, derandomize=True)
@given(shapes(most_periods=2, stages=1, kinds=(3,)), precision)
def test_three_types_on_the_simplex_lattice(shape, lam):
    assume("both" not in shape.stages)
    game = build(shape)
    tree, s = solve_tree(game, lam), pt.solve(game, rationality=lam, belief_points=9, certify=False)
    for p in NAMES:
        for k in game.type_names(p):
            assert s.value(p, k) == pytest.approx(tree.value(p, k), abs=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "params", "lam", "player"),
    [
        ("chain-store", {}, 8.0, "D"),
        ("integration", {}, 5.0, "A"),
        ("rounds", {}, 10.0, "A"),
        ("holdout", {"stages": 3}, 4.0, "1"),
    ],
)
def test_the_error_falls_with_the_cube_of_the_spacing(name, params, lam, player):
    game = make(name, **params)
    tree = solve_tree(game, lam)
    kind = game.type_names(player)[-1]
    error = [
        abs(pt.solve(game, lam, belief_points=n, certify=False).value(player, kind) - tree.value(player, kind))
        for n in (6, 11, 21, 41)
    ]
    assert (error[0] / error[3]) ** (1 / 3) > 8.0, error


@pytest.mark.slow
def test_the_error_stays_small_where_beliefs_move_little_in_each_of_many_periods():
    scenario = pt.load("korea-1951")
    peace = []
    for n in (5, 9, 17):
        s = pt.solve(pt.build(scenario), float(scenario.rationality), belief_points=n, tolerance=1e-3, certify=False)
        peace.append(float(pt.forecast(s, label, periods=12).sel(outcome="settlement")[-1]))
    assert abs(peace[0] - peace[2]) < 0.03  # straight lines between grid beliefs: .055
    assert abs(peace[1] - peace[2]) < 0.004  # and .021


@pytest.mark.parametrize("lam", [2.0, 20.0])
def test_stationary_is_a_long_horizon_in_the_ceasefire(lam):
    base, long = pt.solve(make("ceasefire"), lam), pt.solve(make("ceasefire", periods=250), lam)
    assert long.value("A") == pytest.approx(base.value("A"), abs=1e-6)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(shapes(kinds=(1, 2), typed=False), st.floats(0.5, 3.0))
def test_stationary_is_a_long_horizon_on_random_games(shape, lam):
    game = build(replace(shape, discounts=(0.6, 0.7)))
    base = pt.solve(replace(game, periods=None), lam, belief_points=5, certify=False)
    long = pt.solve(replace(game, periods=60), lam, belief_points=5, certify=False)
    for player in NAMES:
        assert long.value(player) == pytest.approx(base.value(player), abs=1e-6)
