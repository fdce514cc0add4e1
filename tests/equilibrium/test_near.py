"""A variant solved from a solution near by: the same values within the tolerance, in fewer sweeps, or a cold solve."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.mechanisms.standard_game import build

LOOSE = 1e-3  # the commands' tolerance
HOW = {"rationality": 20.0, "belief_points": 5, "tolerance": LOOSE, "certify": False}
SMALL = {"battlefield.positions": 5, "talks.offers": 5}


def armistice(change=None):
    return build(pt.patch(pt.load("korea-1951"), SMALL | (change or {})))


@pytest.fixture(scope="module")
def base():
    return pt.solve(armistice(), refine=True, **HOW)


def apart(one, other):
    """Return how far the boundary values of two solutions are from each other."""
    return max(np.abs(a - b).max() for a, b in zip(one.boundary_values, other.boundary_values, strict=True))


@pytest.mark.parametrize(
    "change",
    [
        {"ceasefire.gain": 0.06},
        {"battlefield.mobility": 0.3},
        {"talks.accept": 0.2},
        {"rationality": 22},
    ],
)
def test_warm_and_cold_agree_within_the_tolerance(base, change):
    game, how = armistice(change), HOW | {"rationality": float(change.get("rationality", 20))}
    cold = pt.solve(game, refine=True, **how)
    warm = pt.solve(game, refine=True, near=base, **how)
    assert warm.settings["sweeps"] < 0.6 * cold.settings["sweeps"]
    assert apart(warm, cold) < LOOSE
    assert warm.coarser is not None
    assert apart(warm.coarser, cold.coarser) < LOOSE


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ({"talks.offers": 4}, {}),  # other states
        ({}, {"belief_points": 3}),
        ({"periods": 4}, {}),
        ({}, {"refine": True}),  # a coarser solution that the solution near by does not hold
    ],
)
def test_where_places_differ_the_solve_is_a_cold_one(base, change, how):
    game, near = armistice(change), pt.solve(armistice(), **HOW)
    cold, warm = (pt.solve(game, near=start, **(HOW | how)) for start in (None, near))
    assert apart(warm, cold) == 0.0
    assert warm.settings == cold.settings


def test_a_finite_solution_is_no_start_of_a_stationary_game(base):
    finite = pt.solve(armistice({"periods": 3}), **HOW)
    assert finite.start is None
    assert apart(pt.solve(armistice(), near=finite, refine=True, **HOW), base) == 0.0


def test_where_the_horizon_selects_the_equilibrium_the_solve_is_a_cold_one():
    kept, broken = (make("ceasefire", loss=0.02, discount=d) for d in (0.9, 0.2))
    near = pt.solve(broken, 20.0, certify=False)
    cold, warm = (pt.solve(kept, 20.0, certify=False, near=start) for start in (None, near))
    assert apart(warm, cold) == 0.0


def partners(gain):
    """Two partners for as long as both work; who shirks gains at once.  Work kept up by the future is one equilibrium,
    shirking another, which the limit of ever longer games is; at a negative gain work is the only one.
    """

    def then(state, chosen):
        if state == "over":
            return pt.Move("over", "over")
        shirk = {p: chosen[p] == "shirk" for p in "AB"}
        pay = {p: (0.0 if shirk[q] else share) + gain * shirk[p] for p, q, share in (("A", "B", 1.0), ("B", "A", 1.1))}
        return pt.Move("on", "over" if any(shirk.values()) else "open", pay)

    moves = {p: lambda s: [pt.Move("work"), pt.Move("shirk")] if s == "open" else [pt.Move("work")] for p in "AB"}
    return pt.Game(("A", "B"), "open", (pt.Simultaneous("act", moves, then),), periods=None, discount=0.9)


def work(gain, near=None):
    s = pt.solve(partners(gain), 20.0, certify=False, near=near)
    return s, s.strategy("act", "open", player="A")["only"]["work"]


def test_of_several_equilibria_that_of_the_solution_near_by_is_kept_while_it_lasts():
    """What the documentation says: from near by the equilibrium that continues, which need not be the limit."""
    only, share = work(-0.3)
    assert share > 0.99
    assert work(0.3)[1] < 0.01
    assert work(0.3, only)[1] > 0.99
    shirking, _ = work(0.3)
    assert work(12.0, only)[1] == work(12.0)[1] < 0.01  # it has ceased to exist: solved from nothing
    assert work(0.4, shirking)[1] == pytest.approx(work(0.4)[1], abs=1e-7)
