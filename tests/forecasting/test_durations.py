"""Times to a settlement and to the end of a truce: first passages of the chain of public states, and sample paths."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.equilibrium.transitions import forward_distributions
from peacetalks.forecasting.complete_information import complete_information
from peacetalks.forecasting.durations import durations
from peacetalks.mechanisms.state import label


@pytest.fixture(scope="module")
def small():
    return pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 3})


def solved(scenario):
    game = pt.build(complete_information(scenario))
    return pt.solve(game, rationality=float(scenario.rationality), tolerance=1e-9)


def test_durations_are_those_of_the_chain_of_public_states(small):
    """With complete information play is a Markov chain; its matrix gives the same first passages."""
    s, periods = solved(small), 12
    n = len(s.compiled.boundaries)
    P = np.stack([next(forward_distributions(s, np.eye(n)[:, [i]], 1))[:, 0] for i in range(n)])
    names = np.array([label(x) for x in s.compiled.boundaries])
    truce, deal, found = names == "ceasefire", names == "settlement", durations(s, periods)
    start = np.zeros(n)
    for state, p in s.game.starts().items():
        start[s.compiled.boundary_index[state]] = p
    settled = [(start @ np.linalg.matrix_power(P, t))[deal].sum() for t in range(1, periods + 1)]  # deals are for good
    assert found.settled == pytest.approx(settled, abs=1e-12)
    begun = start * truce
    for t in range(1, 7):
        before = start @ np.linalg.matrix_power(P, t - 1)
        begun = begun + ((before * ~truce) @ P) * truce
    stay = P * truce[:, None] * truce[None, :]
    left = [sum(begun @ np.linalg.matrix_power(stay, k) @ P @ (~truce & ~deal) for k in range(m)) for m in range(1, 7)]
    assert found.truces == pytest.approx(begun.sum(), abs=1e-12)
    assert found.broken == pytest.approx(left, abs=1e-12)
    assert (found.broken_within + found.closed_within <= 1 + 1e-12).all()


@pytest.mark.slow
def test_durations_of_a_finite_game_agree_with_sample_paths(small):
    s = solved(pt.patch(small, {"periods": 10, "ceasefire.accept": 0.9, "talks.ask": 0.5}))
    found, paths = durations(s, 10), pt.simulate(s, n=3000, seed=11)
    names = np.array([label(x) for x in paths.states])[paths.at]
    on = names == "ceasefire"
    begun = [(i, t) for i in range(len(on)) for t in range(6) if on[i, t] and (t == 0 or not on[i, t - 1])]
    fates = []
    for i, t in begun:
        left = next((k for k in range(1, 6) if not on[i, t + k]), None)
        fates.append(left if left is not None and names[i, t + left] != "settlement" else np.inf)
    for k in range(1, 6):
        p = found.broken_within[k - 1]
        assert np.mean(np.array(fates) <= k) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / len(begun)))


def test_no_truce_is_none_and_not_zero(small):
    found = durations(solved(pt.patch(small, {"ceasefire": None})), 6)
    assert found.broken_within is None
    assert found.closed_within is None
