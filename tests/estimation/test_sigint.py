"""The crisis signalling game: derivatives, recovery from simulated plays, refusals; no raw data are needed."""

from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest

import peacetalks as pt
from peacetalks.errors import EstimationError, NotConverged
from peacetalks.estimation import sigint_estimate
from peacetalks.estimation.maximum import maximise
from peacetalks.estimation.newton import newton
from peacetalks.estimation.sigint import SigInt, SigIntEquilibrium, bind
from peacetalks.estimation.sigint_estimate import estimate_sigint
from peacetalks.estimation.sigint_first_stage import forest_beliefs, forest_covariance
from peacetalks.estimation.sigint_likelihood import Likelihood
from peacetalks.estimation.sigint_npl import nested_covariance, pseudo_covariance
from peacetalks.estimation.sigint_simulate import sigint_equilibria, simulate_sigint

PAYOFFS = "sq + cd + sf + bd ~ 0 | 1 | 0 | z | x | 1 | 1"
THETA = np.array([1, -1.9, 0.5, -1.8, 0.4, -1.2, 1])
BELIEFS = ("PRhat", "PFhat")
ALL = np.ones(len(THETA), bool)


@pytest.fixture(scope="module")
def cases():
    x, z = np.random.default_rng(3).normal(size=(2, 50))
    return simulate_sigint(PAYOFFS, {"x": x, "z": z}, THETA, times=600, seed=1)


@pytest.fixture(scope="module")
def nested(cases):
    return estimate_sigint(PAYOFFS, cases, beliefs=BELIEFS)


def in_equilibrium(model):
    return SigIntEquilibrium(**{name: getattr(model, name) for name in SigInt.__dataclass_fields__})


def random_likelihood(payoffs=None, resist=None, firm=None):
    rng = np.random.default_rng(1)
    drawn = rng.normal(0, 0.8, (40, 7)), rng.uniform(0.2, 0.95, 40), rng.uniform(0.2, 0.9, 40)
    given = [d if g is None else g for d, g in zip(drawn, (payoffs, resist, firm), strict=True)]
    return Likelihood(*given, rng.integers(0, 5, (40, 4)).astype(float))


def slope(function, at, step=1e-3):
    """Return differences of the fourth order of a function of an array [row, ...] by each of the last axis."""
    steps = np.eye(at.shape[-1]) * step
    near = [function(at + e) - function(at - e) for e in steps]
    far = [function(at + 2 * e) - function(at - 2 * e) for e in steps]
    return np.stack([(8 * n - f) / (12 * step) for n, f in zip(near, far, strict=True)], axis=-1)


def test_derivatives_by_the_payoffs_are_those_of_the_likelihood():
    at = random_likelihood()
    numeric = slope(lambda u: random_likelihood(u).rows, at.payoffs)
    assert at.by_payoff == pytest.approx(numeric, rel=1e-6, abs=1e-6)
    numeric = slope(lambda u: random_likelihood(u).by_payoff, at.payoffs)
    assert at.by_payoffs == pytest.approx(numeric, rel=1e-6, abs=1e-5)
    for k in (0, 1):
        numeric = slope(lambda u, k=k: random_likelihood(u).answers[k], at.payoffs)
        assert at.answers_by_payoff[k] == pytest.approx(numeric, rel=1e-6, abs=1e-8)


def test_derivatives_hold_where_the_cut_off_is_far_away():
    u = np.tile([0.0, 1.1, 0.0, -1.9, -1.5, -1.2, 1.0], (40, 1))
    for resist in (0.028, 0.06, 0.2):
        at = random_likelihood(u, np.full(40, resist))
        numeric = slope(lambda v, r=resist: random_likelihood(v, np.full(40, r)).rows, u)
        assert at.by_payoff == pytest.approx(numeric, rel=1e-6, abs=1e-6)


def test_derivatives_by_the_beliefs_are_those_of_the_likelihood():
    at, h = random_likelihood(), 1e-6
    up, down = random_likelihood(resist=at.resist + h), random_likelihood(resist=at.resist - h)
    assert at.by_belief[:, 0] == pytest.approx((up.rows - down.rows) / (2 * h), rel=1e-5, abs=1e-6)
    assert at.answers_by_belief[1] == pytest.approx((up.answers[1] - down.answers[1]) / (2 * h), rel=1e-5, abs=1e-8)
    up, down = random_likelihood(firm=at.firm + h), random_likelihood(firm=at.firm - h)
    assert at.by_belief[:, 1] == pytest.approx((up.rows - down.rows) / (2 * h), rel=1e-5, abs=1e-6)
    assert at.answers_by_belief[0] == pytest.approx((up.answers[0] - down.answers[0]) / (2 * h), rel=1e-5, abs=1e-8)


def test_scores_of_the_equilibrium_likelihood_are_its_derivatives(cases):
    """The equilibrium is solved anew on both sides: the implicit derivative is right."""
    model = in_equilibrium(bind(PAYOFFS, cases)[0])
    numeric = slope(model.log_likelihood, THETA, 1e-4)
    assert model.scores(THETA) == pytest.approx(numeric, rel=1e-5, abs=1e-5)


def test_newton_reaches_the_maximum_that_quasi_newton_reaches(cases):
    model, _ = bind(PAYOFFS, cases, needed=True)
    one = newton(model, model.start(), ALL)
    other = maximise(model, THETA, ~ALL)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
    assert one.theta == pytest.approx(other.values, abs=1e-6)


def test_nested_pseudo_likelihood_recovers_the_payoffs(nested):
    z = (nested.values - THETA) / nested.standard_errors
    assert np.abs(z).max() < 3.0
    assert nested.standard_errors.max() < 0.2
    assert nested.settings["equilibrium_violation"] < 1e-7
    assert nested.gradient < 1e-6


def test_nested_pseudo_likelihood_does_not_depend_on_where_it_starts(cases, nested):
    forest = estimate_sigint(PAYOFFS, cases, seed=5)
    assert forest.values == pytest.approx(nested.values, abs=1e-6)
    assert forest.log_likelihood == pytest.approx(nested.log_likelihood, abs=1e-5)


def test_maximum_likelihood_is_at_least_as_high_and_near(cases, nested):
    full = estimate_sigint(PAYOFFS, cases, method="ml", beliefs=BELIEFS)
    assert full.log_likelihood >= nested.log_likelihood
    assert full.values == pytest.approx(nested.values, abs=3 * nested.standard_errors.max())
    assert np.all(full.standard_errors < 1.05 * nested.standard_errors)  # it is efficient
    numeric = slope(in_equilibrium(full.model).log_likelihood, full.values).sum(axis=0)
    assert np.abs(numeric * full.standard_errors).max() < 1e-3


def test_pseudo_likelihood_with_the_equilibrium_as_beliefs_is_the_nested_one(cases, nested):
    frame = cases.with_columns(nested.model.data.select(BELIEFS))
    one = estimate_sigint(PAYOFFS, frame, method="pl", beliefs=BELIEFS)
    assert one.values == pytest.approx(nested.values, abs=1e-6)
    assert np.isnan(one.standard_errors).all()
    assert "no standard errors" in one.notes[0]


def test_probabilities_are_those_of_the_equilibrium_of_the_beliefs(nested):
    model = nested.model
    expected = model.likelihood(nested.values)
    resist, _ = expected.answers
    p = model.probabilities(nested.values)
    assert p.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert p[:, 1] == pytest.approx(expected.a.challenge * (1 - resist), abs=1e-7)


def test_several_equilibria_are_all_listed_and_selected_by_belief():
    parts = "sq + cd + sf + bd ~ 0 | 1 | 0 | 1 | 1 | 1 | 1"
    theta = [1, -1.9, -2.9, -1.2, 1]
    assert sigint_equilibria(parts, {"any": [0]}, theta)["pr"].round(4).to_list() == [0.2511, 0.5947, 0.8133]
    tallies = {"sq": [5], "cd": [1], "sf": [1], "bd": [1]}
    model, _ = bind(parts, pl.DataFrame(tallies | {"PRhat": [0.6], "PFhat": [0.2]}), needed=True)
    assert model.probabilities(np.array(theta))[0, 0] == pytest.approx(0.620132, abs=1e-6)
    model, _ = bind(parts, pl.DataFrame(tallies))
    with pytest.raises(EstimationError, match="several equilibria"):
        model.probabilities(np.array(theta))


@pytest.mark.parametrize(("select", "resist"), [("lowest", 0.2511), ("highest", 0.8133)])
def test_simulated_plays_are_those_of_the_equilibrium_that_was_asked_for(select, resist):
    parts, theta = "sq + cd + sf + bd ~ 0 | 1 | 0 | 1 | 1 | 1 | 1", [1, -1.9, -2.9, -1.2, 1]
    played = simulate_sigint(parts, {"any": [0]}, theta, seed=1, times=200_000, select=select)
    assert played["PRhat"][0] == pytest.approx(resist, abs=1e-4)
    every = sigint_equilibria(parts, {"any": [0]}, theta)
    one = every.row(0 if select == "lowest" else -1, named=True)
    shares = np.array(played.select("sq", "cd", "sf", "bd").row(0)) / 200_000
    assert shares == pytest.approx([one[k] for k in ("SQ", "CD", "SF", "BD")], abs=0.005)


def test_covariance_of_the_nested_estimate_follows_the_equilibrium(cases):
    """Two routes to how the scores change with the parameters when beliefs follow: the formula, and solving anew.

    Rows are the outcomes of each game weighted by their probabilities, so that the outer product is the information.
    """
    model, _ = bind(PAYOFFS, cases, needed=True)
    rows = np.repeat(np.arange(model.rows), 4)
    weight = 300 * model.probabilities(THETA).ravel()
    once = np.tile(np.eye(4), (model.rows, 1))
    weighted = replace(model.take(rows), tallies=np.sqrt(weight)[:, None] * once)
    played = in_equilibrium(replace(model.take(rows), tallies=weight[:, None] * once))

    def scores(theta):
        return played.by_parameter(played.likelihood(theta).by_payoff).sum(axis=0)

    total = np.linalg.inv(-slope(scores, THETA))
    outer = weighted.scores(THETA).T @ weighted.scores(THETA)
    expected = total @ outer @ total.T
    assert nested_covariance(weighted, THETA, ALL) == pytest.approx(expected, rel=1e-4, abs=1e-9)
    transposed = nested_covariance(weighted, THETA, ALL, transposed=True)
    assert np.abs(np.diag(transposed) / np.diag(expected) - 1).max() > 0.1


def test_two_step_covariance_grows_with_that_of_the_beliefs(cases):
    model, _ = bind(PAYOFFS, cases, needed=True)
    theta = newton(model, model.start(), ALL).theta
    none = pseudo_covariance(model, theta, ALL, np.zeros((100, 100)))
    some = pseudo_covariance(model, theta, ALL, 1e-4 * np.eye(100))
    assert np.all(np.diag(some) > np.diag(none))
    assert none == pytest.approx(np.linalg.inv(model.scores(theta).T @ model.scores(theta)))
    with pytest.raises(EstimationError, match="100 rows and columns"):
        pseudo_covariance(model, theta, ALL, np.eye(3))


def test_forests_are_seeded_and_their_covariance_is_one(cases):
    model, _ = bind(PAYOFFS, cases)
    one, again = forest_beliefs(model, 1, trees=20), forest_beliefs(model, 1, trees=20)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, forest_beliefs(model, 2, trees=20))
    assert np.all((np.array(one) >= 0) & (np.array(one) <= 1))
    spread = forest_covariance(model, 5, 1, trees=10)
    assert spread.shape == (100, 100)
    assert np.linalg.eigvalsh(spread).min() > -1e-12


def test_fixed_payoffs_and_coefficients_are_held(cases):
    parts = "sq + cd + sf + bd ~ 0 | 0 | 0 | z | x | 1 | 0"
    fixed = {"VA": 1.0, "VB": 1.0, "barWA:z": 0.5}
    found = estimate_sigint(parts, cases, beliefs=BELIEFS, fixed=fixed)
    assert found["barWA:z"] == 0.5
    assert found.fixed.sum() == 1
    assert found["bara:(Intercept)"] == pytest.approx(-1.2, abs=0.05)


def test_rows_that_miss_a_value_are_counted(cases):
    damaged = cases.with_columns(x=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise(pl.col("x")))
    found = estimate_sigint(PAYOFFS, damaged, method="pl", beliefs=BELIEFS)
    assert (found.rows, found.dropped) == (47, 3)
    assert "3 rows were left out" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formula": "sq + cd ~ 0 | 1 | 0 | z | x | 1 | 1"}, "four columns"),
        ({"formula": "sq + cd + sf + bd ~ 0 | 1 | 0 | z | x | 1"}, "7 parts"),
        ({"formula": "sq + cd + sf + bd ~ 1 | 1 | 0 | 1 | x | 1 | 1"}, r"not identified.*Intercept.*payoff of A"),
        ({"formula": "sq + cd + sf + bd ~ 0 | 1 | 0 | y | x | 1 | 1"}, "no column 'y'"),
        ({"formula": "x + cd + sf + bd ~ 0 | 1 | 0 | z | x | 1 | 1"}, "expected tallies"),
        ({"method": "gmm"}, "expected 'npl', 'pl', 'ml'"),
        ({"errors": "hessian"}, "has 'nested', 'package'"),
        ({"beliefs": ("PRhat", "missing")}, "no column 'missing'"),
        ({"beliefs": ("x", "PFhat")}, "expected a probability"),
        ({"beliefs": "PRhat"}, "two columns"),
        ({"fixed": {"VA": 1.0}}, "part of the formula must be 0"),
        ({"fixed": {"Vx": 1.0}}, "no parameter 'Vx'"),
        ({"start": [1.0]}, "expected 7 values"),
        ({"starts": 0}, "at least 1"),
        ({"method": "pl", "errors": "two-step"}, "needs the covariance"),
        ({"beliefs_covariance": np.eye(100)}, "belongs to method='pl'"),
    ],
)
def test_bad_input_is_refused_with_how_to_mend_it(cases, change, message):
    settings = {"formula": PAYOFFS, "beliefs": BELIEFS} | change
    with pytest.raises(EstimationError, match=message):
        estimate_sigint(settings.pop("formula"), cases, **settings)


def test_payoffs_that_data_cannot_part_are_named(cases):
    same = cases.with_columns(pl.lit(0.7).alias("PRhat"), pl.lit(0.3).alias("PFhat"))
    with pytest.raises(NotConverged, match="VA"):
        estimate_sigint("sq + cd + sf + bd ~ 0 | 1 | 0 | 1 | x | 1 | 1", same, method="pl", beliefs=BELIEFS)


def test_covariance_as_the_package_has_it_is_the_transposed_one(nested):
    one = nested_covariance(nested.model, nested.values, ALL)
    other = nested_covariance(nested.model, nested.values, ALL, transposed=True)
    assert nested.covariance == pytest.approx(one)
    assert np.abs(np.diag(other) / np.diag(one) - 1).max() > 0.01


def test_the_verb_of_all_models_knows_the_signalling_game(cases, nested):
    found = pt.estimate(PAYOFFS, cases, "sigint", beliefs=BELIEFS)
    assert np.array_equal(found.values, nested.values)
    with pytest.raises(EstimationError, match="Did you mean 'beliefs'"):
        pt.estimate(PAYOFFS, cases, "sigint", belief=BELIEFS)
    with pytest.raises(EstimationError, match="link: no setting of sigint"):
        pt.estimate(PAYOFFS, cases, "sigint", link="logit")


def test_pseudo_likelihood_with_a_first_stage_of_its_own_has_two_step_errors(cases, monkeypatch):
    for name, function in (("forest_beliefs", forest_beliefs), ("forest_covariance", forest_covariance)):
        monkeypatch.setattr(sigint_estimate, name, partial(function, trees=20))
    seen = []
    one = estimate_sigint(PAYOFFS, cases, method="pl", draws=4, seed=2, progress=lambda k, n: seen.append((k, n)))
    assert one.errors == "two-step"
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    known = np.sqrt(np.diag(pseudo_covariance(one.model, one.values, ALL, np.zeros((100, 100)))))
    assert np.all(one.standard_errors > known)
    again = estimate_sigint(PAYOFFS, cases, method="pl", draws=4, seed=2)
    assert np.array_equal(one.covariance, again.covariance)
