"""Variants of a scenario start from its solution, made once in each process; the results are those of cold solves."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.forecasting import solve_scenario as module
from peacetalks.forecasting.settings import TOLERANCE
from peacetalks.forecasting.solve_scenario import solve_scenario

SMALL = {"battlefield.positions": 5, "talks.offers": 5}
CHANGES = [{"ceasefire.gain": 0.004}, {"talks.accept": 0.07}, {"talks.open": False}]


@pytest.fixture
def base():
    module._base.cache_clear()
    return pt.patch(pt.load("korea-1951"), SMALL)


def test_variants_in_any_order_are_the_same_and_within_the_tolerance_of_cold_ones(base):
    variants = [pt.patch(base, change) for change in CHANGES]
    one = [solve_scenario(s, 3, near=base) for s in variants]
    module._base.cache_clear()
    other = [solve_scenario(s, 3, near=base) for s in variants[::-1]][::-1]
    for s, a, b in zip(variants, one, other, strict=True):
        assert np.array_equal(a.boundary_values[0], b.boundary_values[0])
        assert np.abs(a.boundary_values[0] - solve_scenario(s, 3).boundary_values[0]).max() < TOLERANCE
    assert module._base.cache_info().misses == 1


def test_the_base_itself_is_the_solution_that_its_variants_start_from(base):
    assert solve_scenario(base, 3, near=base) is solve_scenario(base, 3, near=base)
    cold = solve_scenario(base, 3, refine=True)
    assert np.array_equal(solve_scenario(base, 3, near=base).boundary_values[0], cold.boundary_values[0])


def test_a_base_without_a_solution_is_no_start(base, monkeypatch):
    solve = module.solve

    def failing(*given, **how):
        if how["refine"]:
            raise pt.NotSolved("no equilibrium")
        return solve(*given, **how)

    monkeypatch.setattr(module, "solve", failing)
    s = pt.patch(base, CHANGES[0])
    assert solve_scenario(s, 3, near=base).settings == solve_scenario(s, 3).settings
