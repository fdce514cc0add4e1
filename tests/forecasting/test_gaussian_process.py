"""The error that an emulator states, beside the true one, for functions that are known, of many inputs."""

import numpy as np
import pytest

from peacetalks.forecasting.axes import HALF, Axis
from peacetalks.forecasting.emulator import design
from peacetalks.forecasting.gaussian_process import fit, held_out

INPUTS = 28
FACTOR = 1.25  # by which the true error may exceed the stated one
AXES = tuple(Axis(f"a{i}", 1.0, 0.5, 2.0, HALF, None) for i in range(INPUTS))
SLOPES = np.random.default_rng(0).standard_normal(INPUTS) * 0.8 ** np.arange(INPUTS)


def smooth(x):
    """Two products and a kink, beside what each input does by itself."""
    products = (x[:, 0] - 0.5) * (x[:, 1] - 0.5) + (x[:, 3] - 0.5) * (x[:, 4] - 0.5)
    return x @ SLOPES + 6 * products + 3 * np.abs(x[:, 2] - 0.4)


def step(x):
    """A step in two inputs, beside what the others do by themselves."""
    steps = 0.4 * np.sign(x[:, 1] - 0.5) * np.sign(x[:, 2] - 0.5)
    return 2.0 * x[:, 0] + steps + 0.3 * x[:, 3] + 0.5 * x[:, 4] + x[:, 5:] @ np.linspace(0.2, 0.05, INPUTS - 5)


def errors(function, draws, seed):
    """Return the stated and the true root mean square error, and the standard deviation of the function."""
    x = design(AXES, draws, seed)
    y = function(x)[:, None]
    new = np.random.default_rng(99).random((1000, INPUTS))
    true = function(new)
    stated = held_out(x, y, np.arange(draws))[:, 0] - y[:draws, 0]
    off = fit(x, y).predict(new)[:, 0] - true
    return np.sqrt(np.mean(stated**2)), np.sqrt(np.mean(off**2)), true.std()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "draws", "seeds", "most"),
    [(smooth, 64, (1, 2, 3), 1.0), (step, 64, (1, 2, 3), 0.7), (smooth, 128, (1,), 0.25), (step, 128, (1, 2), 0.5)],
)
def test_the_stated_error_is_not_too_small(function, draws, seeds, most):
    """And it is not so large that it says nothing: at most `most` standard deviations of the function."""
    found = [errors(function, draws, seed) for seed in seeds]
    for stated, true, deviation in found:
        assert true < FACTOR * stated
        assert stated < most * deviation


def test_points_held_out_are_not_seen():
    """Outputs that are noise cannot be predicted where they are kept out, and are where they are not."""
    rng = np.random.default_rng(1)
    x, y = rng.random((32, 2)), rng.standard_normal((32, 1))
    out = held_out(x, y, np.arange(8, 32))
    assert out.shape == (24, 1)
    assert np.corrcoef(out[:, 0], y[8:, 0])[0, 1] < 0.4
    other = y.copy()
    other[8::4] += 100.0  # the first part: its outputs do not enter its own predictions
    np.testing.assert_allclose(held_out(x, other, np.arange(8, 32))[::4], out[::4])
