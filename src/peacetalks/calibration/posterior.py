r"""The posterior of the parameters: likelihood on conflict-years, importance sampling, versions by year.

Likelihood.  Each conflict-year is a multinomial draw of the three ends after 12 and after 24 months, half weight each.
All rows weigh the same: weights of 1/(rows of the episode) would depend on the outcome, for what ends soon has few
rows, and make every ending too frequent.  Rows of one state are not independent, and the two horizons overlap: the
log-likelihood is multiplied by

.. math:: \kappa = \operatorname{tr}[(I+P)^{-1}I] / \operatorname{tr}[(I+P)^{-1}J] \le 1

at its mode (magnitude adjustment of a composite likelihood), I its expected information, J the sum over states of outer
products of their scores, P the precision of the prior.  Hence the width of the posterior is that of so many independent
states, not of so many rows.

Sampling.  The proposal is a mixture of Student distributions: one as wide as the prior, one around each of the modes
found for several years, and in later rounds one with the mean and covariance that the samples so far give for that
year.  All samples are weighted by posterior over mixture, and weighted anew for every year.

References
----------
Pauli, F., Racugno, W. & Ventura, L. (2011). Bayesian composite marginal likelihoods. Statistica Sinica 21(1), 149-164.
Ribatet, M., Cooley, D. & Davison, A. C. (2012). Bayesian inference from composite likelihoods, with an application to
spatial extremes. Statistica Sinica 22(2), 813-845.
Cornuet, J.-M., Marin, J.-M., Mira, A. & Robert, C. P. (2012). Adaptive multiple importance sampling. Scandinavian
Journal of Statistics 39(4), 798-812.
Owen, A. & Zhou, Y. (2000). Safe and effective importance sampling. Journal of the American Statistical Association
95(449), 135-143.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

from peacetalks.calibration.emulator import within
from peacetalks.calibration.rows import PARAMETERS, Rows, year_end
from peacetalks.calibration.truces import truce_record
from peacetalks.evidence.calibration import PRIORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from peacetalks.calibration.emulator import Emulator
    from peacetalks.calibration.truces import BreakHazard, TruceRecord
    from peacetalks.evidence.arrays import Bools, Floats

PRIOR_SD = np.array([sd for sd, _ in PRIORS.values()])
FEWEST_ROWS = 200  # conflict-years with a known outcome before which the prior stands
WIDER, ADDED = 1.2, 0.25  # parts of the covariance at a mode in the components of the first round, and of later ones
FREEDOM = 7  # degrees of freedom of the components
STEP = 0.05  # of the finite differences, in standard deviations of the prior
NEWTON_STEPS = 12
GAIN = 2e-3  # in log posterior, below which a mode is found


@dataclass(frozen=True)
class Model:
    """The emulated model on conflict-years."""

    rows: Rows
    emulators: Mapping[tuple[str, bool], Emulator]
    truces: BreakHazard

    def choose(self, keep: Bools) -> Model:
        """Return the model on the rows for which `keep` holds."""
        return replace(self, rows=self.rows.choose(keep))

    def ends(self, theta: Floats) -> Floats:
        """Return the probabilities [row, month, end] at parameters [parameter]."""
        rows = self.rows
        x = rows.inputs(dict(zip(PARAMETERS, theta.tolist(), strict=True)))
        out = np.empty((len(rows), 2, 3))
        for (kind, talks), emulator in self.emulators.items():
            at = (rows.kind == kind) & (rows.talks == talks)
            if at.any():
                out[at] = emulator.ends(within(kind, x[at]))
        return out


@dataclass(frozen=True)
class Mode:
    """The mode of the posterior of a year: where it is, its covariance, the weight of the likelihood."""

    year: int
    theta: Floats  # [parameter]
    covariance: Floats  # [parameter, parameter]
    weight: float  # kappa


@dataclass(frozen=True)
class Samples:
    """Samples of the parameters, and what the model says at each."""

    theta: Floats  # [sample, parameter]
    log_proposal: Floats  # [sample]
    logs: NDArray[np.float32]  # [sample, row, month]: log probability of what came true
    modes: tuple[Mode, ...]


@dataclass(frozen=True)
class Version:
    """The posterior as it was known at the end of a year."""

    year: int
    rows: int  # conflict-years with a known outcome
    states: int
    weight: float  # kappa
    effective: float  # sample size of the importance weights
    log_weights: Floats  # [sample], normalised
    mean: Floats  # [parameter]
    covariance: Floats  # [parameter, parameter]
    truces: TruceRecord


def known_by(rows: Rows, year: int) -> Floats:
    """Return the weights [row, month] of outcomes known by the end of a year: half each, 0 for those not used."""
    known = (rows.known <= year_end(year).toordinal()) & (rows.outcome >= 0)
    return np.where(known & rows.used[:, None], 0.5, 0.0)


def log_likelihoods(ends: Floats, rows: Rows) -> Floats:
    """Return the log probability [..., row, month] of what came true; 0 where it is not known."""
    return np.where(rows.outcome >= 0, np.log(_of_outcome(ends, rows)), 0.0)


def _of_outcome(values: Floats, rows: Rows) -> Floats:
    """Return, of values [..., row, month, end], those of the end that came true; of the first where it is not known."""
    outcome = np.broadcast_to(np.maximum(rows.outcome, 0), values.shape[:-1])
    return np.take_along_axis(values, outcome[..., None], axis=-1)[..., 0]


def log_prior(theta: Floats) -> Floats:
    """Return the log density of the prior, up to a constant, at parameters [..., parameter]."""
    return -0.5 * ((theta / PRIOR_SD) ** 2).sum(axis=-1)


def mode(model: Model, year: int, start: Floats | None = None) -> Mode:
    """Return the mode of the posterior of a year, by scoring with step halving, and the weight of the likelihood.

    The weight is found at the mode of the likelihood of weight 1, and the mode is then that with the weight.
    """
    weights = known_by(model.rows, year)
    keep = weights.max(axis=1) > 0
    model, w = model.choose(keep), weights[keep]
    truce = truce_record(year_end(year))
    theta = np.zeros(len(PARAMETERS)) if start is None else start.copy()
    kappa = 1.0

    def objective(at: Floats) -> float:
        fit = float((w * log_likelihoods(model.ends(at), model.rows)).sum())
        return kappa * fit + float(truce.log_likelihood(model.truces.at(at))) + float(log_prior(at))

    information = np.eye(len(theta))
    for second in (False, True):
        best = objective(theta)
        for _ in range(NEWTON_STEPS):
            scores, information = _scores(model, theta, w)
            gradient, curvature = _truce_slope(model, truce, theta)
            slope = kappa * scores.sum(axis=0) + gradient - theta / PRIOR_SD**2
            matrix = kappa * information + curvature + np.diag(1 / PRIOR_SD**2)
            step = np.linalg.solve(matrix, slope)
            tried = [(objective(theta + step), 1.0)]
            for size in (0.5, 0.2, 0.05):
                if tried[-1][0] > best:
                    break
                tried.append((objective(theta + size * step), size))
            value, size = tried[-1]
            if value <= best:
                break
            gain, best, theta = value - best, value, theta + size * step
            if gain < GAIN:
                break
        scores, information = _scores(model, theta, w)
        if not second:
            kappa = _magnitude(scores, information, model.rows)
    curvature = _truce_slope(model, truce, theta)[1]
    matrix = kappa * information + curvature + np.diag(1 / PRIOR_SD**2)
    return Mode(year, theta, np.asarray(np.linalg.inv(matrix), float), kappa)


def _scores(model: Model, theta: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Return scores [row, parameter] and expected information of the likelihood, by central differences."""
    p = model.ends(theta)
    slopes = []
    for i, sd in enumerate(PRIOR_SD):
        step = np.zeros(len(theta))
        step[i] = STEP * sd
        slopes.append((model.ends(theta + step) - model.ends(theta - step)) / (2 * STEP * sd))
    d = np.stack(slopes)  # [parameter, row, month, end]
    scores = (w * _of_outcome(d / p, model.rows)).sum(axis=-1).T
    a = (d * np.sqrt(w[..., None] / p)).reshape(len(theta), -1)
    return scores, a @ a.T


def _truce_slope(model: Model, truce: TruceRecord, theta: Floats) -> tuple[Floats, Floats]:
    """Return gradient and expected information of the likelihood of truces."""
    steps = np.diag(STEP * PRIOR_SD)
    up, down = (np.log(model.truces.at(theta + sign * steps)) for sign in (1, -1))
    slope = (up - down) / (2 * STEP * PRIOR_SD)
    expected = float(model.truces.at(theta)) * truce.months
    return truce.weight * (truce.broken - expected) * slope, truce.weight * expected * np.outer(slope, slope)


def _magnitude(scores: Floats, information: Floats, rows: Rows) -> float:
    """Return kappa from scores [row, parameter] and information."""
    _, state = np.unique(rows.cluster, return_inverse=True)
    sums = np.zeros((state.max() + 1, scores.shape[1]))
    np.add.at(sums, state, scores)
    inverse = np.linalg.inv(information + np.diag(1 / PRIOR_SD**2))
    return float(min(1.0, np.trace(inverse @ information) / np.trace(inverse @ (sums.T @ sums))))


def sample(
    model: Model,
    modes: Sequence[Mode],
    rounds: Sequence[int],
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Samples:
    """Return samples by adaptive importance sampling.

    Parameters
    ----------
    model : Model
    modes : sequence of Mode
        By year; the proposal has a component for each.
    rounds : sequence of int
        Samples from each component, in each round.  In the first, components lie at the modes, and one is the prior; in
        every later one they have mean and covariance of the samples so far, weighted for the year of their mode.
    seed : int
    progress : function, optional
        Called as `progress(done, total)`.
    """
    rng = np.random.default_rng(seed)
    k, total = len(PARAMETERS), rounds[0] + sum(rounds) * len(modes)
    parts = [(np.zeros(k), np.diag(PRIOR_SD**2)), *((m.theta, WIDER * m.covariance) for m in modes)]
    sizes, done = [rounds[0]] * len(parts), 0
    theta, logs = np.empty((total, k)), np.empty((total, len(model.rows), 2), np.float32)
    for number, each in enumerate(rounds):
        so_far = Samples(theta[:done], _log_mixture(theta[:done], parts, sizes), logs[:done], ())
        fresh = [_moments(model, so_far, m) for m in modes] if number else parts
        if number:
            parts, sizes = parts + fresh, sizes + [each] * len(fresh)
        for mean, covariance in fresh:
            draws = mean + _student(rng, each, k) @ np.linalg.cholesky(covariance).T
            for at in draws:
                theta[done], logs[done] = at, log_likelihoods(model.ends(at), model.rows)
                done += 1
            if progress:
                progress(done, total)
    return Samples(theta, _log_mixture(theta, parts, sizes), logs, tuple(modes))


def _student(rng: np.random.Generator, n: int, k: int) -> Floats:
    """Return draws [n, k] of a Student distribution with `FREEDOM` degrees of freedom."""
    return rng.standard_normal((n, k)) / np.sqrt(rng.chisquare(FREEDOM, (n, 1)) / FREEDOM)


def _log_mixture(theta: Floats, parts: Sequence[tuple[Floats, Floats]], sizes: Sequence[int]) -> Floats:
    """Return the log density, up to a constant, of the mixture of Student distributions, weighted by their samples."""
    k = theta.shape[1]
    logs = []
    for (mean, covariance), n in zip(parts, sizes, strict=True):
        z = np.linalg.solve(np.linalg.cholesky(covariance), (theta - mean).T)
        tail = -0.5 * (FREEDOM + k) * np.log1p((z**2).sum(axis=0) / FREEDOM)
        logs.append(np.log(n) + tail - 0.5 * np.linalg.slogdet(covariance)[1])
    return np.asarray(logsumexp(np.stack(logs), axis=0), float)


def _moments(model: Model, so_far: Samples, at: Mode) -> tuple[Floats, Floats]:
    """Return mean and covariance of the posterior of a mode's year, from the samples so far.

    A part of the covariance at the mode is added, so that few samples of much weight do not make it singular.
    """
    found = version(model, replace(so_far, modes=(at,)), at.year)
    return found.mean, found.covariance + ADDED * at.covariance


def version(model: Model, samples: Samples, year: int) -> Version:
    """Return the posterior of a year, with the weight of the likelihood of the last mode until then."""
    weights = known_by(model.rows, year)
    kappa = next((m.weight for m in reversed(samples.modes) if m.year <= year), samples.modes[0].weight)
    truce = truce_record(year_end(year))
    target = kappa * _weighted(samples.logs, weights) + log_prior(samples.theta)
    target = target + truce.log_likelihood(model.truces.at(samples.theta))
    lw = target - samples.log_proposal
    lw = lw - float(np.asarray(logsumexp(lw)))
    w = np.exp(lw)
    mean = w @ samples.theta
    away = samples.theta - mean
    used = weights.max(axis=1) > 0
    return Version(
        year=year,
        rows=int(used.sum()),
        states=len(np.unique(model.rows.cluster[used])),
        weight=kappa,
        effective=float(1 / (w**2).sum()),
        log_weights=lw,
        mean=mean,
        covariance=(away * w[:, None]).T @ away,
        truces=truce,
    )


def _weighted(logs: NDArray[np.float32], weights: Floats) -> Floats:
    """Return the weighted log-likelihood [sample], in double precision, from the rows that have weight."""
    used = weights.max(axis=1) > 0
    return np.einsum("srm,rm->s", logs[:, used], weights[used], dtype=np.float64)


def versions(model: Model, samples: Samples, years: Sequence[int]) -> list[Version]:
    """Return the posterior of each year in which enough was known (`enough_known`)."""
    return [version(model, samples, y) for y in enough_known(model.rows, years)]


def enough_known(rows: Rows, years: Sequence[int]) -> list[int]:
    """Return the years by whose end outcomes of `FEWEST_ROWS` conflict-years were known."""
    return [y for y in years if (known_by(rows, y).max(axis=1) > 0).sum() >= FEWEST_ROWS]
