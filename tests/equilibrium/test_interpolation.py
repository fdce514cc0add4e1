"""Interpolation between the points of the belief grid: what its weights reproduce, and how fast its error falls."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from oracle.tree import solve_tree

import peacetalks as pt
from peacetalks.equilibrium.belief_grid import distribute, make_grid, stencils
from peacetalks.equilibrium.verify_interpolation import Neighbours
from peacetalks.questions.game_file import read_game

CASES = Path(__file__).parents[1] / "cases/games"
SIZES = [(3, 3), (3, 4), (3, 7), (4, 4), (4, 5), (4, 7)]  # types, intervals a side


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def grid_of(types, cells, linear=False):
    prior = np.random.default_rng(types).dirichlet(np.ones(types))
    named = {"A": {str(k): float(x) for k, x in enumerate(prior)}}
    choice = pt.Decision("choice", "A", lambda s: [pt.Move("m", "end")])
    return make_grid(pt.Game(players=("A",), start="s", stages=(choice,), types=named), cells + 1, linear)


def beliefs(rng, types, inside=300):
    """Return beliefs inside the simplex, on its faces and at its corners."""
    faces = [np.concatenate([rng.dirichlet(np.ones(types - 1)), [0.0]])[rng.permutation(types)] for _ in range(100)]
    lines = [
        np.concatenate([rng.dirichlet(np.ones(2)), np.zeros(types - 2)])[rng.permutation(types)] for _ in range(60)
    ]
    return np.vstack([rng.dirichlet(np.ones(types), inside), faces, lines, np.eye(types)])


def weights(grid, p):
    """Return the weights [belief, grid point] of beliefs on the only axis."""
    out = np.zeros((len(p), grid.total))
    row, place, weight = distribute(grid, 0, p)
    np.add.at(out, (row, place), weight)
    return out


def error(types, cells, function, p):
    grid = grid_of(types, cells)
    return np.abs(weights(grid, p) @ function(grid.points[0, :, :types]) - function(p)).max()


@pytest.mark.parametrize(("types", "cells"), SIZES)
def test_cubic_weights_reproduce_quadratic_functions(rng, types, cells):
    bend = rng.normal(size=(types, types))
    assert error(types, cells, lambda p: np.einsum("pi,ij,pj->p", p, bend, p), beliefs(rng, types)) < 1e-11
    assert (weights(grid_of(types, cells), beliefs(rng, types)) < -1e-3).any()


@pytest.mark.parametrize(("types", "cells"), [*SIZES, (3, 1), (3, 2), (4, 3)])
@pytest.mark.parametrize("linear", [False, True])
def test_both_ways_of_computing_the_weights_agree(rng, types, cells, linear):
    grid, p = grid_of(types, cells, linear), beliefs(rng, types)
    place, weight = Neighbours(grid, linear)(0, p)
    out = np.zeros((len(p), grid.total))
    np.add.at(out, (np.arange(len(p))[:, None], place), weight)
    assert np.abs(out - weights(grid, p)).max() < 1e-12
    assert np.abs(out @ grid.points[0, :, :types] - p).max() < 1e-11
    if linear or cells < max(3, types):
        assert out.min() >= 0.0


@pytest.mark.parametrize(("types", "cells"), SIZES)
def test_the_interpolant_is_continuous(rng, types, cells):
    """On either side of a plane where a cumulative coordinate, or the difference of two, is a whole number."""
    grid = grid_of(types, cells)
    values = rng.normal(size=grid.total)
    p = rng.dirichlet(np.ones(types), 2000)
    z = cells * np.cumsum(p[:, ::-1], axis=1)[:, ::-1]
    for first in range(1, types):
        for last in range(
            first + 1, types + 1
        ):  # the probability of types first to last - 1, a whole number of intervals
            part = (z[:, first] - (z[:, last] if last < types else 0.0)) / cells
            aim = np.maximum(np.rint(part * cells), 1) / cells
            inside = np.zeros((len(p), types), bool)
            inside[:, first:last] = True
            scale = np.where(inside, (aim / part)[:, None], ((1 - aim) / (1 - part))[:, None])
            on = (p * scale)[aim < 1]
            step = np.where(inside, 1e-9, -1e-9 * (last - first) / (types - last + first))[aim < 1]
            keep = on.min(axis=1) > 1e-6
            above, below = weights(grid, (on + step)[keep]) @ values, weights(grid, (on - step)[keep]) @ values
            assert np.abs(above - below).max() < 1e-6


@pytest.mark.parametrize(("types", "cells"), SIZES)
def test_on_a_face_only_its_own_points_count(rng, types, cells):
    grid, p = grid_of(types, cells), beliefs(rng, types)
    outside = (p[:, None] == 0.0) & (grid.points[0, :, :types] > 0.0)
    assert (weights(grid, p)[outside.any(axis=2)] == 0.0).all()


@pytest.mark.parametrize(("types", "cells"), SIZES)
def test_between_two_types_it_is_the_cubic_of_two_types(rng, types, cells):
    x = np.linspace(0.0, 1.0, cells + 1)
    share = rng.uniform(size=40)
    p = np.zeros((40, types))
    p[:, 0], p[:, -1] = share, 1 - share
    values = np.exp(2 * x) + np.sin(9 * x)
    table, cell = stencils(x), np.minimum((share * cells).astype(int), cells - 1)
    expected = []
    for i, t in zip(cell, share * cells - cell, strict=True):
        u, v, left, right = table[i].reshape(4, 3)
        e = u + v * t**2 * (3 - 2 * t) + t * (1 - t) * ((1 - t) * left - t * right)
        s = min(max(i - 1, 0), max(cells - 3, 0))
        expected.append(values[s] + e[: cells - s] @ np.diff(values[s : s + 4]))
    grid = grid_of(types, cells)
    first, last = grid.points[0, :, 0], grid.points[0, :, types - 1]
    on_line = np.where(first + last > 1 - 1e-12, np.exp(2 * first) + np.sin(9 * first), np.nan)
    found = np.nansum(np.where(weights(grid, p) != 0, weights(grid, p) * on_line, 0.0), axis=1)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("types", "sizes", "least"), [(3, (5, 10, 20, 40), 6.5), (4, (5, 10, 20), 5.5)])
def test_the_error_falls_with_the_cube_of_the_spacing(rng, types, sizes, least):
    slope, p = rng.normal(size=types), beliefs(rng, types, 2000)
    errors = [error(types, n, lambda b: np.exp(b @ slope), p) for n in sizes]
    assert min(a / b for a, b in pairwise(errors)) > least
    assert errors[-1] < 1e-4 * np.ptp(np.exp(np.eye(types) @ slope))


def test_the_prior_is_a_point_of_its_own():
    grid = grid_of(3, 4)
    prior = grid.points[0, grid.total - 1 : grid.total, :3]
    row, place, weight = distribute(grid, 0, np.concatenate([prior, prior + np.array([1e-6, -1e-6, 0.0])]))
    assert (place[row == 0].tolist(), weight[row == 0].tolist()) == ([grid.total - 1], [1.0])
    assert grid.total - 1 not in place[row == 1]


def test_three_types_against_the_whole_tree():
    """At the default number of points a value is within 1e-5; linear interpolation left 3.4e-5."""
    game, lam, _ = read_game(CASES / "r6_10.json")
    tree = solve_tree(game, lam)
    names = [(p, k) for p in game.players for k in game.type_names(p)]
    errors = []
    for points in (6, 11, 21):
        s = pt.solve(game, lam, points, certify=False)
        errors.append(max(abs(s.value(p, k) - tree.value(p, k)) for p, k in names))
    assert errors[2] < 1e-5
    assert errors[0] > 3 * errors[1] > 9 * errors[2]
