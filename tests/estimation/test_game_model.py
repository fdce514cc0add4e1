"""Any small game estimated through the solver: equal to a closed form, and recovered from simulated plays."""

from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest

import peacetalks as pt
from peacetalks.catalog.crisis_signal import Payoffs, threat
from peacetalks.catalog.signorino import signorino
from peacetalks.errors import EstimationError, NotConverged
from peacetalks.estimation.estimate import estimate
from peacetalks.estimation.game_estimate import bind_game, estimate_game
from peacetalks.estimation.game_model import GameSettings

DETERRENCE = {"outcome": "end", "u11": "x - 1", "u13": "1", "u14": "z", "u24": "x + z"}
PRECISION = 0.5**0.5  # the errors of two moves have the scale of the package games, sqrt(2)


def deterrence(payoffs):
    return signorino(**payoffs)


def crisis(payoffs):
    return threat(Payoffs(war_a=payoffs["war A"], war_b=payoffs["war B"]), spread=1.0)


@pytest.fixture(scope="module")
def plays():
    """Three values of one covariate and two of another, so that six games are solved."""
    rng = np.random.default_rng(2)
    x, z = rng.integers(-1, 2, 600).astype(float), rng.integers(0, 2, 600).astype(float)
    fight = rng.random(600) < 1 / (1 + np.exp(-(-0.2 + 0.5 * x - 0.4 * z)))
    act = rng.random(600) < 1 / (1 + np.exp(-(0.3 + 0.4 * z - 0.5 * x)))
    end = np.where(act, np.where(fight, "war", "conceded"), "status quo")
    return pl.DataFrame({"x": x, "z": z, "end": end, "act": act.astype(int), "fight": (act & fight).astype(int)})


@pytest.fixture(scope="module")
def by_solver(plays):
    return estimate_game(DETERRENCE, plays, deterrence, rationality=PRECISION)


def test_two_moves_by_the_solver_are_the_closed_form(plays, by_solver):
    """Signorino (1999): the logit of egame12 is the agent quantal response equilibrium."""
    closed = estimate("act + fight ~ x - 1 | 1 | z | x + z", plays, "egame12", link="logit", starts=1)
    assert by_solver.log_likelihood == pytest.approx(closed.log_likelihood, abs=1e-6)
    assert by_solver.values == pytest.approx(closed.values, abs=1e-4)
    assert by_solver.standard_errors == pytest.approx(closed.standard_errors, rel=0.15)  # expected information
    assert by_solver.settings["distinct"] == 6


def test_scores_are_the_derivatives_of_the_likelihood(plays):
    model, _ = bind_game(DETERRENCE, plays, GameSettings(deterrence, PRECISION), {})
    theta, h = np.array([0.3, 0.5, -0.2, 0.4, -0.1, 0.2, -0.3]), 1e-4
    numeric = [(model.log_likelihood(theta + e) - model.log_likelihood(theta - e)) / (2 * h) for e in h * np.eye(7)]
    assert model.scores(theta) == pytest.approx(np.stack(numeric, axis=1), abs=1e-6)
    assert model.probabilities(theta).sum(axis=1) == pytest.approx(1.0, abs=1e-12)


def simulated_crises(theta, count, seed):
    """Return plays of a signalling game with four types of A, drawn path by path from its solution."""
    rng, rows = np.random.default_rng(seed), []
    for x in (-1.0, 0.0, 1.0):
        game = crisis({"war A": theta[0] + theta[1] * x, "war B": theta[2]})
        s = pt.solve(game, 2.0, 5, certify=False)
        paths = pt.simulate(s, n=count, seed=int(rng.integers(2**31)))
        rows += [{"x": x, "end": str(paths.states[at])} for at in paths.at[:, -1]]
    return pl.DataFrame(rows)


def test_a_signalling_game_with_types_is_recovered_from_simulated_paths():
    truth = np.array([-0.6, 0.5, -0.8])
    plays = simulated_crises(truth, 3000, seed=4)
    formula = {"outcome": "end", "war A": "x", "war B": "1"}
    found = estimate_game(formula, plays, crisis, rationality=2.0, belief_points=5)
    assert found.parameters == ("war A:(Intercept)", "war A:x", "war B:(Intercept)")
    assert np.abs((found.values - truth) / found.standard_errors).max() < 3.0
    assert found.standard_errors.max() < 0.15
    outer = estimate_game(
        formula,
        plays,
        crisis,
        rationality=2.0,
        belief_points=5,
        errors="outer",
        start=dict(zip(found.parameters, found.values, strict=True)),
    )
    assert outer.values == pytest.approx(found.values, abs=1e-5)
    assert outer.standard_errors == pytest.approx(found.standard_errors, rel=0.1)


def test_the_result_does_not_depend_on_the_number_of_processes(plays):
    model, _ = bind_game(DETERRENCE, plays.head(60), GameSettings(deterrence), {})
    theta = np.linspace(-0.5, 0.5, len(model.parameters))
    several = replace(model, settings=GameSettings(deterrence, jobs=2), _latest={})
    assert np.array_equal(model.scores(theta), several.scores(theta))


def test_fixed_payoffs_and_coefficients_are_held(plays):
    formula = {"outcome": "end", "u13": "1", "u14": "z", "u24": "x + z"}
    found = estimate_game(formula, plays, deterrence, fixed={"u11": 0.25, "u24:z": -0.4})
    assert found["u24:z"] == -0.4
    assert found.model.constants == {"u11": 0.25}
    assert found.standard_errors[found.fixed].tolist() == pytest.approx([np.nan], nan_ok=True)


def test_several_starts_agree(plays):
    formula = {"outcome": "end", "u14": "1", "u24": "z"}
    found = estimate_game(formula, plays, deterrence, starts=3, seed=1)
    assert len(found.starts) == 3
    assert [s.log_likelihood for s in found.starts] == pytest.approx([found.log_likelihood] * 3, abs=1e-6)
    assert not found.notes


def test_rows_on_other_data_and_without_outcomes(plays, by_solver):
    model = by_solver.model.rebind(plays.select("x", "z").head(5))
    assert model.probabilities(by_solver.values).shape == (5, 3)
    with pytest.raises(EstimationError, match="no outcomes"):
        model.log_likelihood(by_solver.values)
    part = by_solver.model.take(np.array([3, 3, 7]))
    one = by_solver.model.log_likelihood(by_solver.values)
    assert part.log_likelihood(by_solver.values) == pytest.approx(one[[3, 3, 7]])


@pytest.mark.parametrize(
    ("formula", "settings", "message"),
    [
        ("end ~ x", {}, "formula by payoff"),
        ({"outcome": "end", "u99": "1"}, {}, "u99"),
        ({"outcome": "end", "u24": "y"}, {}, "no column 'y'"),
        ({"outcome": "act + fight", "u24": "1"}, {}, "one column of outcomes"),
        ({"outcome": "x", "u24": "1"}, {}, "no outcome '"),
        ({"outcome": "end", "u24": "1"}, {"errors": "hessian"}, "'information', 'outer'"),
        ({"outcome": "end", "u24": "1"}, {"fixed": {"u24": 1.0}}, "has a formula"),
        ({"outcome": "end", "u24": "1"}, {"start": {"u24": 1.0}}, "no parameter 'u24'"),
        ({"outcome": "end", "u24": "1"}, {"starts": 0}, "at least 1"),
    ],
)
def test_bad_input_is_refused_with_how_to_mend_it(plays, formula, settings, message):
    with pytest.raises((EstimationError, TypeError), match=message):
        estimate_game(formula, plays, deterrence, **settings)


def test_a_payoff_that_the_game_needs_and_no_formula_gives_is_named(plays):
    with pytest.raises(EstimationError, match="needs a payoff 'war B'"):
        estimate_game({"outcome": "end", "war A": "x"}, plays, crisis)


def test_payoffs_that_data_cannot_part_are_named(plays):
    formula = {"outcome": "end", "u11": "1", "u13": "1", "u14": "1", "u24": "1"}
    with pytest.raises(NotConverged, match="not identified together"):
        estimate_game(formula, plays, partial(deterrence))


def test_the_verb_of_all_models_takes_a_function(plays):
    formula = {"outcome": "end", "u14": "1", "u24": "z"}
    found, same = pt.estimate(formula, plays, deterrence), estimate_game(formula, plays, deterrence)
    assert np.array_equal(found.values, same.values)
    with pytest.raises(EstimationError, match="Did you mean 'rationality'"):
        pt.estimate(formula, plays, deterrence, rationalty=2.0)
