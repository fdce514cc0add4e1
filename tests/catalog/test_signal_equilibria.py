"""Equilibria of the crisis signalling game: exact chances in the tails, and every equilibrium found."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from peacetalks.catalog.signal_equilibria import challenger, density, equilibria, excess

FAR_APART = [(0, 0), (-3, 2), (2, 9), (3.9, 4.1), (4.1, 4.05), (4.5, 8), (8, 4.5), (20, 19)]


def by_quadrature(v1, v2):
    """Return the chance that A challenges and would stand firm, as an integral over its shock to war."""
    return quad(lambda x: density(x) * ndtr(x - v1 + v2), v1, v1 + 12, epsabs=0, epsrel=1e-12, limit=200)[0]


@pytest.mark.parametrize(("v1", "v2"), FAR_APART)
def test_chances_of_the_challenger_are_exact_however_small(v1, v2):
    a = challenger(np.array([0.0]), np.array([-v1], float), np.array([-v2], float))
    fight, back_down = by_quadrature(v1, v2), by_quadrature(v2, v1)
    assert a.fight[0] == pytest.approx(fight, rel=1e-10, abs=1e-15)
    assert a.back_down[0] == pytest.approx(back_down, rel=1e-10, abs=1e-15)
    assert a.challenge[0] == pytest.approx(fight + back_down, rel=1e-10)


def test_every_game_has_an_odd_number_of_equilibria_and_each_is_one():
    """The answer to a belief is a continuous function from a closed interval to itself; even counts are degenerate."""
    u = np.random.default_rng(0).normal(0, 1.5, (400, 7))
    found = equilibria(u)
    assert set(found.count(400)) == {1, 3}
    inside = np.abs(found.quantile) < 30  # further out the chance is 0 or 1 and the quantile is cut off
    firm, mine = found.challenger.stands_firm[inside], found.payoffs[inside]
    w = mine[:, 4] - mine[:, 6] + (mine[:, 6] - mine[:, 2]) / firm
    assert ndtr(w) == pytest.approx(found.resist[inside], abs=1e-9)
    assert found.outcomes.sum(axis=1) == pytest.approx(1.0, abs=1e-12)


def test_equilibria_agree_with_a_much_finer_scan():
    u = np.random.default_rng(3).normal(0, 1.5, (20, 7))
    z = np.linspace(-6, 6, 8001)
    found = equilibria(u)
    for row in range(20):
        value = excess(z[None], u[row : row + 1])[0]
        near = z[:-1][value[1:] * value[:-1] < 0]
        mine = found.quantile[(found.row == row) & (np.abs(found.quantile) < 6)]
        assert mine == pytest.approx(near, abs=2e-3)


def test_two_equilibria_between_points_of_the_scan_are_found():
    """Just before the two upper equilibria meet they are closer than neighbouring points."""
    low, high = -2.75, -2.70  # three equilibria at the first value of war to B, one at the second
    for _ in range(25):
        middle = 0.5 * (low + high)
        several = len(equilibria(np.array([[0, 1, 0, -1.9, middle, -1.2, 1.0]])).row) == 3
        low, high = (middle, high) if several else (low, middle)
    found = equilibria(np.array([[0, 1, 0, -1.9, low, -1.2, 1.0]]))
    apart = np.diff(found.quantile)
    assert len(apart) == 2
    assert apart.min() < 0.01


def test_an_equilibrium_with_certain_resistance_is_found():
    found = equilibria(np.array([[-1.9, -1.1, -0.8, -0.5, 0.6, 1.6, -0.2]]))
    assert len(found.row) == 1
    assert found.resist[0] == 1.0


def test_payoffs_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="finite"):
        equilibria(np.array([[0, 1, 0, np.nan, -2.9, -1.2, 1.0]]))
