r"""Gaussian processes through the outputs of solved games, with predictions of points kept out, and draws of functions.

Several outputs share one kernel, a Matérn one of smoothness 5/2 with a length of its own for each input:

.. math:: y = f(x) + \epsilon, \qquad f \sim GP(m, k), \quad \epsilon \sim N(0, s^2).

Lengths, variance and nugget are of greatest marginal likelihood (scikit-learn).  Points are predicted by processes that
are fitted without them, lengths included: the closed form for leaving one out keeps the lengths, which have seen the
point, and is too small by a third where inputs are many.  Whole functions are drawn from the posterior by correcting
draws of the prior at the data (Matheron's rule; Wilson et al. 2020); the prior is drawn with random Fourier features
(Rahimi and Recht 2007), which for this kernel have frequencies of a t distribution of 5 degrees of freedom.

References
----------
Rasmussen, C. E. & Williams, C. K. I. (2006). Gaussian Processes for Machine Learning. MIT Press.

Wilson, J. T., et al. (2020). Efficiently sampling functions from Gaussian process posteriors. *ICML*, 10292-10302.

Rahimi, A., and B. Recht (2007). Random features for large-scale kernel machines. *NIPS* 20.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from sklearn.gaussian_process import GaussianProcessRegressor

LENGTHS = (0.2, 100.0)  # bounds of the lengths, in ranges of an input
STARTS = (5.0, 1.0)  # lengths from which the search starts; the likelier end is kept
GAIN = 1e-3  # of the marginal likelihood, as a share of it, below which the search for lengths ends
FOLDS = 4  # parts of the points, each of which is predicted from the others
STEPS = 50  # of that search, at most
SMOOTHNESS = 2.5
FEATURES = 500  # of a draw of the prior: kurtosis over draws is then some 4 and not 3 (measured)
ROWS = 4096  # points at which functions are evaluated at once, to bound memory


@dataclass(frozen=True)
class GaussianProcess:
    """A fitted process of several outputs; made by `fit`."""

    regressor: GaussianProcessRegressor

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the mean [row, output] at inputs [row, input]."""
        return self._fitted.predict(x).reshape(len(x), -1)

    def draws(self, x: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return whole functions [row, 1 + draw, output] at inputs [row, input]: the mean, and draws of the posterior.

        Each draw is made with random features of its own, so that over draws mean and variance are the posterior's.
        """
        gp = self._fitted
        points, y = gp.X_train_, gp.y_train_.reshape(len(gp.y_train_), -1)
        nugget = self._hyperparameters()[-1]
        priors = [self._prior(y.shape[1], rng) for _ in range(count)]
        errors = np.sqrt(nugget) * rng.standard_normal((len(points), count * y.shape[1]))
        weights = self._solve(np.tile(y, count) - np.hstack([prior(points) for prior in priors]) - errors)
        weights = np.hstack([self._solve(y), weights])
        found = [
            np.hstack([np.zeros((len(at), y.shape[1])), *(prior(at) for prior in priors)])
            + gp.kernel_(at, points) @ weights
            for at in np.array_split(x, -(-len(x) // ROWS))
        ]
        values = np.concatenate(found).reshape(len(x), 1 + count, y.shape[1])
        return gp._y_train_mean + gp._y_train_std * values  # noqa: SLF001 (scale of the outputs)

    def _prior(self, outputs: int, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
        """Return a draw of the prior: a function from inputs [row, input] to outputs [row, output]."""
        variance, lengths, _ = self._hyperparameters()
        frequency = rng.standard_normal((len(lengths), FEATURES)) / lengths[:, None]
        frequency *= np.sqrt(2 * SMOOTHNESS / rng.chisquare(2 * SMOOTHNESS, FEATURES))
        phase = rng.uniform(0, 2 * np.pi, FEATURES)
        weights = rng.standard_normal((FEATURES, outputs)) * np.sqrt(2 * variance / FEATURES)
        single = weights.astype(np.float32)  # the cosines are most of the work: ten times faster, and right to 1e-6
        return lambda x: np.cos((x @ frequency + phase).astype(np.float32)) @ single

    @property
    def _fitted(self) -> Any:
        return self.regressor

    def _hyperparameters(self) -> tuple[float, np.ndarray, float]:
        """Return variance, lengths [input] and nugget."""
        theta = np.exp(self._fitted.kernel_.theta)
        return float(theta[0]), theta[1:-1], float(theta[-1])

    def _solve(self, y: np.ndarray) -> np.ndarray:
        from scipy.linalg import cho_solve

        return cho_solve((self._fitted.L_, True), y)


def fit(x: np.ndarray, y: np.ndarray) -> GaussianProcess:
    """Return the process through outputs [point, output] at inputs [point, input], which lie between 0 and 1.

    >>> x = np.linspace(0, 1, 9)[:, None]
    >>> found = fit(x, np.sin(3 * x))
    >>> bool(abs(found.predict(np.array([[0.3]])) - np.sin(0.9)).max() < 1e-3)
    True
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
    from threadpoolctl import threadpool_limits

    lengths: Any = np.full(x.shape[1], STARTS[0])
    closely: Any = _minimise
    kernel = ConstantKernel(4.0, (1e-2, 1e5)) * Matern(lengths, LENGTHS, nu=SMOOTHNESS) + WhiteKernel(1e-3, (1e-8, 1.0))
    with warnings.catch_warnings(), threadpool_limits(1):  # matrices so small that threads only wait for each other
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: the input hardly matters
        regressor = GaussianProcessRegressor(kernel, normalize_y=True, optimizer=closely).fit(x, y)
    return GaussianProcess(regressor)


def held_out(x: np.ndarray, y: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return outputs [point, output] of the points `which`, each predicted by a process fitted without it.

    The points, by number and in random order, are kept out a quarter at a time, so that what is predicted is by three
    quarters of them and by all others.  Parameters else as of `fit`.

    >>> x = np.linspace(0, 1, 16)[:, None]
    >>> found = held_out(x, np.sin(3 * x), np.arange(4, 12))
    >>> found.shape, bool(abs(found - np.sin(3 * x[4:12])).max() < 0.01)
    ((8, 1), True)
    """
    out = np.empty((len(which), y.shape[1]))
    for fold in range(FOLDS):
        here = np.arange(len(which)) % FOLDS == fold
        others = np.setdiff1d(np.arange(len(x)), which[here])
        out[here] = fit(x[others], y[others]).predict(x[which[here]])
    return out


def _minimise(objective: Any, start: np.ndarray, bounds: Any) -> tuple[np.ndarray, float]:
    """Return the lowest minimum of an objective with gradient that is found from any start, and its value."""
    from scipy.optimize import minimize

    options = {"ftol": GAIN, "maxiter": STEPS}
    ends = []
    for length in STARTS:
        start[1:-1] = np.log(length)
        ends.append(minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options=options))
    best = min(ends, key=lambda end: end.fun)
    return best.x, float(best.fun)
