"""Likelihoods and standard errors by other roads: solved games, integrals over errors, differences."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime, minimize_scalar
from scipy.special import expit
from scipy.stats import logistic
from support import simulated_plays as plays

import peacetalks as pt
from peacetalks.catalog.signorino import signorino
from peacetalks.estimation.bind import bind

THETA = {"egame12": [-0.3, 0.7, 0.5, -0.4, -0.8, 0.3, 1.0]}


def test_the_logit_model_is_the_quantal_response_equilibrium_of_the_solved_game():
    made = plays.egame12(3, 11, "logit", "agent")
    made.cases["a"], made.cases["b"] = np.array([0, 1, 1]), np.array([0, 0, 1])
    model = bind(made.formula, made.cases, "egame12", link="logit").model
    theta = np.array(THETA["egame12"])
    chances = model.probabilities(theta)
    for row, payoffs in enumerate(model.indices(theta).T):
        u11, u13, u14, u24 = payoffs
        s = pt.solve(signorino(u11, u13, u14, 0.0, u24), rationality=1 / np.sqrt(2), certify=False)
        act = s.strategy("act", "start")["only"]["act"]
        fight = s.strategy("reply", "challenge")["only"]["fight"]
        solved = [1 - act, act * (1 - fight), act * fight]
        np.testing.assert_allclose(chances[row], solved, atol=1e-12)
        assert model.log_likelihood(theta)[row] == pytest.approx(np.log(solved[row]), abs=1e-11)


@pytest.mark.parametrize("error", ["agent", "private"])
def test_a_probit_chance_is_an_integral_over_the_errors(error):
    made = plays.egame123(300, 4, "probit", error)
    model = bind(made.formula, made.cases, "egame123", error=error).model
    theta = np.array([made.truth[name] for name in model.parameters])
    for row in (0, 17):
        u = model.indices(theta)[:, row]
        expected = _egame123(u, error)
        np.testing.assert_allclose(model.probabilities(theta)[row], expected, atol=1e-9)


def _egame123(u, error):
    """The outcomes of one game of three players, each chance by quadrature over one error after another."""
    u11, u13, u15, u16, u23, u25, u26, u36 = u
    third = _chance(u36, (1, 1))
    second = _chance(third * u26 + (1 - third) * u25 - u23, (1, 1) if error == "agent" else (1, third, 1 - third))
    both, only = second * third, second * (1 - third)
    first = _chance(
        both * u16 + only * u15 + (1 - second) * u13 - u11,
        (1, 1) if error == "agent" else (1, both, only, 1 - second),
    )
    return [1 - first, first * (1 - second), first * only, first * both]


def _chance(gain, weights):
    """Pr(gain + sum of weighted normal errors > 0): the characteristic function inverted (Gil-Pelaez)."""

    def integrand(t):
        return np.sin(t * gain) / t * np.prod([np.exp(-0.5 * (w * t) ** 2) for w in weights])

    return 0.5 + quad(integrand, 1e-12, 12, limit=200, epsabs=1e-12)[0] / np.pi


def test_offers_are_best_and_their_density_is_that_of_the_errors():
    made = plays.ultimatum(40, 5)
    model = bind(made.formula, made.cases, "ultimatum", max_offer=15).model
    theta = np.array([made.truth[name] for name in model.parameters])
    r1, r2, log_s1, log_s2 = model.indices(theta)
    s1, s2 = np.exp(log_s1), np.exp(log_s2)
    inside = np.flatnonzero((made.cases["offer"] > 0.3) & (made.cases["offer"] < 14.7))[:4]
    for row in inside:

        def error_of(y, row=row):
            """The error at which y is best: what the payoff's slope is nought at."""
            accept = expit((y - r2[row]) / s2[row])
            return 15 - y - r1[row] - s2[row] / (1 - accept)

        y = made.cases["offer"][row]

        def loss(x, row=row, y=y):
            accept = expit((x - r2[row]) / s2[row])
            return -(accept * (15 - x) + (1 - accept) * (r1[row] + error_of(y)))

        best = minimize_scalar(loss, bounds=(0, 15), method="bounded", options={"xatol": 1e-9})
        assert best.x == pytest.approx(y, abs=1e-5)
        slope = (error_of(y + 1e-5) - error_of(y - 1e-5)) / 2e-5
        density = logistic.pdf(error_of(y), scale=s1[row]) * -slope
        accept = expit((y - r2[row]) / s2[row])
        answer = accept if made.cases["accept"][row] else 1 - accept
        assert model.log_likelihood(theta)[row] == pytest.approx(np.log(density * answer), abs=1e-6)


def test_the_chance_of_acceptance_and_the_mean_offer_are_means_over_errors():
    made = plays.ultimatum(2, 8, s1=4.0)
    model = bind(made.formula, made.cases, "ultimatum", max_offer=15).model
    theta = np.array([made.truth[name] for name in model.parameters])
    at = model.indices(theta)
    for row, (r1, r2, log_s1, log_s2) in enumerate(at.T):
        s1, s2 = np.exp(log_s1), np.exp(log_s2)

        def mean(of, r1=r1, r2=r2, s1=s1, s2=s2):
            def integrand(e):
                return logistic.pdf(e / s1) / s1 * of(plays.best_offer(r1, r2, e, s2, 15.0))

            edges = [15 - y - s2 * (1 + np.exp((y - r2) / s2)) - r1 for y in (15.0, 0.0)]
            bounds = np.clip([-40 * s1, *edges, 40 * s1], -40 * s1, 40 * s1)
            return sum(quad(integrand, *pair, epsabs=1e-9, limit=100)[0] for pair in pairwise(bounds))

        assert model.game.expected_offer(at)[row] == pytest.approx(mean(lambda y: y), abs=1e-6)
        accept = mean(lambda y, r2=r2, s2=s2: expit((y - r2) / s2))
        assert model.probabilities(theta)[row] == pytest.approx([accept, 1 - accept], abs=1e-6)


def test_standard_errors_are_those_of_the_likelihood_itself():
    """Where R has no analytic scores its standard errors are off by some per cent; ours come from the curvature."""
    rng = np.random.default_rng(9)
    act = (rng.normal(size=300) > -0.2).astype(int)
    cases = {"act": act, "fight": act * (rng.normal(size=300) > 0)}
    found = pt.estimate("act + fight ~ 1", cases, fixed=[-1, 0, -1.4, 0.1], scale="by player", starts=1)
    free = np.flatnonzero(~found.fixed)

    def slope(x):
        theta = found.values.copy()
        theta[free] = x
        return approx_fprime(theta, lambda t: found.model.log_likelihood(t).sum(), 1e-4)[free]

    at, step = found.values[free], 1e-3
    hessian = np.array([(slope(at + d) - slope(at - d)) / (2 * step) for d in step * np.eye(2)])
    errors = np.sqrt(np.diag(np.linalg.inv(-(hessian + hessian.T) / 2)))
    np.testing.assert_allclose(found.standard_errors[free], errors, rtol=2e-3)
