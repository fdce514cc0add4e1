r"""Competing-risk regression: cause-specific Cox models and the cumulative incidence they imply.

For ending k the hazard of a case with covariates x at time t since the clock started is
:math:`\lambda_k(t\mid x)=\lambda_{k0}(t)\,e^{\beta_k' x}`. The coefficients are fitted by `lifelines` with a ridge
penalty, which is partial pooling: :math:`\beta_{kj}\sim N(0,\tau^2)` on standardised covariates, so that a class of
few cases stays near all cases. :math:`\tau^2` is estimated from the data (empirical Bayes by moments): the mean over
endings and covariates of :math:`\hat\beta^2-\mathrm{se}^2` of fits with :math:`\tau=1`, kept between 0.01 and 0.25.
The baseline is Breslow's,

.. math:: d\Lambda_{k0}(s)=\frac{d_{ks}}{\sum_{i\in R(s)} e^{\beta_k'x_i}},\qquad
   F_k(t\mid x)=\sum_{s\le t} S(s^-\mid x)\,d\Lambda_{k0}(s)e^{\beta_k'x},\qquad
   S(s\mid x)=\prod_{u\le s}\Big(1-\sum_k d\Lambda_{k0}(u)e^{\beta_k'x}\Big),

so that with :math:`\beta=0` the curve is that of Aalen and Johansen. A class's curve is the mean over its cases.
All covariates are those known when the clock starts (a landmark analysis: only cases still going on then).

Uncertainty: each draw takes :math:`\beta` from its normal approximation and resamples clusters (states) in the
baseline and in the mean over cases.

References
----------
Cox (1972), Journal of the Royal Statistical Society B 34, 187-220.
Prentice et al. (1978), Biometrics 34, 541-554 (cause-specific hazards).
Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
Benichou and Gail (1990), Biometrics 46, 813-826 (absolute risk from cause-specific hazards).
van Houwelingen (2007), Scandinavian Journal of Statistics 34, 70-85 (landmark analysis).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence.endings import ENDINGS

if TYPE_CHECKING:
    from peacetalks.evidence.arrays import Bools, Floats, Ints

MIN_ENDS = 5  # endings of a cause below which its covariates are left at 0
WEAK = 1.0  # variance of the coefficients in the first fits
TAU2 = (0.01, 0.25)
COVARIATES: dict[str, pl.Expr] = {
    "interstate": pl.col("war_type") == "interstate",
    "internationalised": pl.col("war_type") == "internationalised",
    "extrasystemic": pl.col("war_type") == "extrasystemic",
    "territory": pl.col("incompatibility") == "territory",
    "war": pl.col("intensity") == "war",
    "major_power": pl.col("major_power") == 1,
    "recurring": pl.col("previous") >= 1,
    "after_1989": pl.col("start").dt.year() >= 1990,
}


@dataclass(frozen=True)
class Fit:
    """Coefficients on standardised covariates, and the cases they were fitted to."""

    names: tuple[str, ...]  # covariates
    mean: Floats  # [covariate]
    scale: Floats  # [covariate]
    beta: Floats  # [cause, covariate]
    covariance: Floats  # [cause, covariate, covariate]
    tau2: float  # prior variance of the coefficients
    t: Floats  # [case] days
    k: Ints  # [case] 0 or cause
    x: Floats  # [case, covariate], standardised

    def standardised(self, frame: pl.DataFrame) -> Floats:
        """Return the covariates [case, covariate] of other cases on the scale of the fit."""
        return (design(frame, self.names) - self.mean) / self.scale

    def ratios(self) -> dict[str, dict[str, float]]:
        """Return {ending: {covariate: hazard ratio of having the trait against not}}."""
        plain = np.exp(self.beta / self.scale)
        return {c: dict(zip(self.names, map(float, plain[i]), strict=True)) for i, c in enumerate(ENDINGS)}


def described(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the cases of which every covariate is known."""
    return frame.filter(pl.all_horizontal(e.is_not_null() for e in COVARIATES.values()))


def design(frame: pl.DataFrame, names: tuple[str, ...]) -> Floats:
    """Return the covariates [case, covariate] as 0 and 1, NaN where not known."""
    return (
        frame.select(COVARIATES[n].cast(pl.Float64).fill_null(np.nan).alias(n) for n in names)
        .to_numpy()
        .reshape(frame.height, len(names))
    )


def fit(frame: pl.DataFrame) -> Fit:
    """Fit the cause-specific Cox models.

    `frame` holds the cases with `t` (days), `k` (0 censored, else the number of the ending) and the columns that the
    covariates use (`crosswalk.timed`). Cases of which a covariate is not known are left out.
    """
    frame = described(frame)
    raw = design(frame, tuple(COVARIATES))
    varied = (
        np.minimum(raw.sum(axis=0), (1 - raw).sum(axis=0)) >= MIN_ENDS if frame.height else np.zeros(raw.shape[1], bool)
    )
    names = tuple(n for n, v in zip(COVARIATES, varied, strict=True) if v)
    raw = raw[:, varied]
    mean, scale = raw.mean(axis=0), raw.std(axis=0)
    x = (raw - mean) / scale
    t, k = frame["t"].to_numpy().astype(float), frame["k"].to_numpy().astype(int)
    weak = [_cox(t, k == i + 1, x, WEAK) for i in range(len(ENDINGS))]
    spread = [b**2 - np.diag(v) for b, v in weak if b.any()]
    tau2 = float(np.clip(np.mean(spread), *TAU2)) if spread else TAU2[0]
    done = [_cox(t, k == i + 1, x, tau2) for i in range(len(ENDINGS))]
    return Fit(names, mean, scale, np.stack([b for b, _ in done]), np.stack([v for _, v in done]), tau2, t, k, x)


def _cox(t: Floats, event: Bools, x: Floats, tau2: float) -> tuple[Floats, Floats]:
    """Return coefficients and their covariance from lifelines; zeros for an ending with too few cases."""
    p = x.shape[1]
    if event.sum() < MIN_ENDS or not p:
        return np.zeros(p), np.zeros((p, p))
    from lifelines import CoxPHFitter
    from pandas import DataFrame

    columns = {f"x{j}": x[:, j] for j in range(p)}
    table = DataFrame({**columns, "t": t + 0.5, "e": event})  # half a day: ends on the first day count
    with warnings.catch_warnings():  # separation is what the penalty is for
        warnings.filterwarnings("ignore", message="Column .* have very low variance")
        model = CoxPHFitter(penalizer=1 / (t.size * tau2)).fit(table, "t", "e")
    return model.params_.to_numpy(), model.variance_matrix_.to_numpy()


def curves(
    model: Fit,
    x: Floats,
    days: Floats,
    beta: Floats | None = None,
    weight: Floats | None = None,
    share: Floats | None = None,
) -> Floats:
    """Return the mean cumulative incidence of some cases (the formulae of the module).

    Parameters
    ----------
    model
        The fit.
    x : ndarray, shape (case, covariate)
        Standardised covariates of the cases (`Fit.standardised`).
    days : ndarray, shape (day,)
        Days since the clock started.
    beta : ndarray, shape (cause, covariate), optional
        Coefficients in place of those of the fit.
    weight : ndarray, shape (case of the fit,), optional
        How often each case counts in the baseline; default once.
    share : ndarray, shape (case,), optional
        How often each case counts in the mean; default once.

    Returns
    -------
    ndarray, shape (day, cause)
        NaN beyond the longest follow-up, unless every case has ended by then.
    """
    b = model.beta if beta is None else beta
    w = np.ones(model.t.size) if weight is None else weight
    x, alike = np.unique(x, axis=0, return_inverse=True)
    part = np.bincount(alike.ravel(), share, minlength=x.shape[0]).astype(float)
    times, base = _baseline(model, b, w, days.max())
    hazard = base[None] * np.exp(x @ b.T)[:, None, :]  # [case, time, cause]
    total = hazard.sum(axis=2)
    hazard, total = hazard / np.maximum(total, 1.0)[..., None], np.minimum(total, 1.0)
    before = np.concatenate([np.ones((x.shape[0], 1)), np.cumprod(1 - total, axis=1)[:, :-1]], axis=1)
    steps = np.einsum("i,it,itk->tk", part / part.sum(), before, hazard)
    summed = np.concatenate([np.zeros((1, b.shape[0])), steps.cumsum(axis=0)])
    curve = summed[np.searchsorted(times, days, side="right")]
    gone = summed[-1].sum() > 1 - 1e-9
    return np.where(((days <= model.t.max()) | gone)[:, None], curve, np.nan)


def _baseline(model: Fit, beta: Floats, weight: Floats, last: float) -> tuple[Floats, Floats]:
    """Return the times [time] up to day `last` at which a case ended, and Breslow's hazards [time, cause] at them."""
    times, place = np.unique(model.t, return_inverse=True)
    risk = np.exp(model.x @ beta.T) * weight[:, None]  # [case, cause]
    at_time = np.zeros((times.size, beta.shape[0]))
    np.add.at(at_time, place, risk)
    at_risk = at_time[::-1].cumsum(axis=0)[::-1]
    ends = np.zeros_like(at_time)
    hit = model.k > 0
    np.add.at(ends, (place[hit], model.k[hit] - 1), weight[hit])
    base = np.divide(ends, at_risk, out=np.zeros_like(ends), where=at_risk > 0)
    used = base.any(axis=1) & (times <= last)
    return times[used], base[used]


def draw(model: Fit, rng: np.random.Generator) -> Floats:
    """Return coefficients [cause, covariate] drawn from their normal approximation."""
    out = model.beta.copy()
    for i, v in enumerate(model.covariance):
        if v.any():
            out[i] = rng.multivariate_normal(model.beta[i], v, method="cholesky")
    return out
