"""Sobol indices of functions whose indices are known in closed form, evaluated as they are and through an emulator."""

import numpy as np
import pytest

from peacetalks.forecasting.axes import HALF, Axis
from peacetalks.forecasting.draws import sobol_points
from peacetalks.forecasting.emulator import design
from peacetalks.forecasting.gaussian_process import fit, held_out
from peacetalks.forecasting.sobol import Index, Share, sobol_indices, surely_explained, with_unexplained

A, B = 7.0, 0.1
NAMES = ["x1", "x2", "x3"]


def ishigami(u):
    """The function of Ishigami and Homma (1990) at inputs [row, 3] between 0 and 1."""
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def exact():
    """Its first-order and total indices."""
    alone = np.array([(1 + B * np.pi**4 / 5) ** 2 / 2, A**2 / 8, 0.0])
    both = B**2 * np.pi**8 * (1 / 18 - 1 / 50)  # of the first and the third together
    variance = alone.sum() + both
    return alone / variance, (alone + both * np.array([1.0, 0.0, 1.0])) / variance


def by_name(shares):
    return {s.name: s for s in shares}


def within(index, true):
    return index.low <= true <= index.high


@pytest.fixture(scope="module")
def emulated():
    """The function through 256 points, as draws of a Gaussian process."""
    u = sobol_points(3, 256, np.random.default_rng(3))
    gp = fit(u, ishigami(u)[:, None])
    return gp, lambda x: {"y": gp.draws(x, 20, np.random.default_rng(1))[..., 0]}


def test_ishigami_as_it_is():
    found = by_name(sobol_indices(lambda x: {"y": ishigami(x)[:, None]}, NAMES, seed=1)["y"])
    for name, first, total in zip(NAMES, *exact(), strict=True):
        assert within(found[name].first, first)
        assert within(found[name].total, total)
    assert [s.ranks for s in found.values()] == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.slow
def test_ishigami_through_an_emulator(emulated):
    gp, draws = emulated
    found = by_name(sobol_indices(draws, NAMES, seed=1)["y"])
    for name, first, total in zip(NAMES, *exact(), strict=True):
        assert within(found[name].first, first)
        assert within(found[name].total, total)
    u = np.random.default_rng(5).uniform(size=(500, 3))
    off = np.sqrt(np.mean((gp.predict(u)[:, 0] - ishigami(u)) ** 2))
    y = np.asarray(gp.regressor.X_train_)
    order = np.random.default_rng(2).permutation(len(y))
    away = held_out(y, ishigami(y)[:, None], order)[:, 0]
    assert 0.25 < off / np.sqrt(np.mean((away - ishigami(y[order])) ** 2)) < 1.25  # from three quarters: not smaller


def test_an_additive_function_has_no_more_together_than_alone():
    w = np.array([3.0, 2.0, 1.0])
    found = by_name(sobol_indices(lambda x: {"y": (x @ w)[:, None]}, NAMES, seed=2)["y"])
    for name, share in zip(NAMES, w**2 / (w**2).sum(), strict=True):
        assert within(found[name].first, share)
        assert within(found[name].total, share)
        assert found[name].total.value == pytest.approx(share, abs=0.01)


def test_groups_hold_what_their_members_do_together():
    y = {"y": None}
    found = by_name(sobol_indices(lambda x: {k: ishigami(x)[:, None] for k in y}, ["odd", "even", "odd"], seed=1)["y"])
    first, total = exact()
    assert within(found["odd"].first, first[0] + total[2])
    assert within(found["odd"].total, first[0] + total[2])
    assert within(found["even"].total, total[1])


def test_what_the_error_does_not_allow_is_not_ranked():
    """Three draws of a function in which either of two inputs weighs more, and the third always least."""
    w = np.array([[2.0, 1.9, 2.1], [2.0, 2.1, 1.9], [0.5, 0.5, 0.5]])
    found = by_name(sobol_indices(lambda x: {"y": x @ w}, NAMES, seed=4)["y"])
    assert [found[name].ranks for name in NAMES] == [(1, 2), (1, 2), (3, 3)]
    assert [found[name].ranked for name in NAMES] == [False, False, True]


def test_an_output_that_does_not_vary_has_no_shares():
    assert sobol_indices(lambda x: {"y": np.ones((len(x), 1))}, NAMES, seed=1) == {"y": ()}


def test_the_same_seed_gives_the_same_indices(emulated):
    _, draws = emulated
    once, again = (sobol_indices(draws, NAMES, seed=9, rows=64) for _ in range(2))
    assert once == again
    assert sobol_indices(draws, NAMES, seed=10, rows=64) != once


def test_draws_vary_by_what_is_not_known(emulated):
    """Draws of the process have its mean and standard deviation at new points."""
    gp, _ = emulated
    u = np.random.default_rng(6).uniform(size=(20, 3))
    of_mean, drawn = np.split(gp.draws(u, 500, np.random.default_rng(7))[..., 0], [1], axis=1)
    mean, sd = gp.regressor.predict(u, return_std=True)
    np.testing.assert_allclose(of_mean[:, 0], np.ravel(mean), atol=1e-9)
    nugget = np.exp(gp.regressor.kernel_.theta[-1]) * np.var(ishigami(np.asarray(gp.regressor.X_train_)))
    sd = np.sqrt(np.maximum(np.ravel(sd) ** 2 - nugget, 1e-12))
    np.testing.assert_allclose(drawn.mean(axis=1), np.ravel(mean), atol=8 * sd.max() / np.sqrt(500))
    ratio = drawn.std(axis=1) / sd  # random features make draws of heavier tails than those of the process
    assert 0.7 < np.median(ratio) < 1.3
    assert 0.75 < np.sqrt(np.mean(drawn.var(axis=1)) / np.mean(sd**2)) < 1.25


def wavy(x):
    """A function of five inputs, one of which acts at a scale below that of the draws."""
    return 2.0 * x[:, 0] + 1.5 * x[:, 1] * x[:, 2] + 0.45 * np.sin(9 * np.pi * x[:, 3]) + 0.3 * x[:, 4]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_intervals_hold_what_the_emulator_does_not_see(seed):
    """The process takes the waves for noise: their input may have any share of what is not explained."""
    names = [f"a{i}" for i in range(5)]
    x = design(tuple(Axis(name, 1.0, 0.5, 2.0, HALF, None) for name in names), 128, seed)
    y = wavy(x)[:, None]
    gp, drawn = fit(x, y), np.arange(128)
    explained = 1 - np.mean((held_out(x, y, drawn) - y[:128]) ** 2) / y[:128].var()
    assert 0.5 < explained < 0.95
    narrow = sobol_indices(lambda u: {"y": gp.draws(u, 20, np.random.default_rng(7))[..., 0]}, names, 1, 256)["y"]
    found = by_name(with_unexplained(narrow, surely_explained(explained, 128)))
    true = by_name(sobol_indices(lambda u: {"y": wavy(u)[:, None]}, names, 3, 2048)["y"])
    order = sorted(names, key=lambda name: -true[name].total.value)
    for name in names:
        assert within(found[name].total, true[name].total.value), name
        assert within(found[name].first, true[name].first.value), name
        best, worst = found[name].ranks
        assert best <= 1 + order.index(name) <= worst
    assert not within(by_name(narrow)["a3"].total, true["a3"].total.value)  # so that it is the rest that holds it
    assert found["a0"].ranks[0] == 1


def test_groups_are_ranked_only_where_intervals_are_apart():
    shares = [Share(n, Index(x, x, x), Index(x, x - 0.02, x + 0.02), (i, i)) for i, (n, x) in enumerate(
        {"a": 0.6, "b": 0.3, "c": 0.1}.items(), 1)]  # fmt: skip
    assert [s.ranks for s in with_unexplained(shares, 1.0)] == [(1, 1), (2, 2), (3, 3)]
    assert [s.ranks for s in with_unexplained(shares, 0.9)] == [(1, 1), (2, 3), (2, 3)]
    assert {s.ranks for s in with_unexplained(shares, -0.5)} == {(1, 3)}


def test_one_group_of_all_has_the_whole_variance():
    (share,) = sobol_indices(lambda x: {"y": ishigami(x)[:, None]}, ["all"] * 3, seed=1, rows=64)["y"]
    assert (share.name, *share.first, *share.total, share.ranks) == ("all", *[1.0] * 6, (1, 1))
