r"""Anchor and adjust: the record's probabilities, moved by what the model finds different from the typical case.

With the record's probability :math:`r_k` of end k, the model's :math:`m_k` and the model's :math:`t_k` at the typical
values of the class, both mixed with ignorance (below), the best estimate is

.. math:: q_k \propto r_k \Big(\frac{m_k}{t_k}\Big)^{w}, \qquad \sum_k q_k = 1 .

The level of the record is the anchor (Kahneman and Lovallo 1993: begin with the distribution of the class, then adjust
by what is known of the case).  A level of the model that is wrong in all cases of a class stands in both :math:`m` and
:math:`t` and leaves the estimate where it is.  On the log-odds of two ends the model's departure from its typical case
is added with weight w: 0 gives the record, 1 the whole departure, as if the record were the prior and the ratio
:math:`m/t` a likelihood ratio (external Bayesianity: Genest and Zidek 1986).

The weight has a normal prior with mean `PRIOR_MEAN` and standard deviation `PRIOR_SD`, kept at or above 0, which is a
declared judgement, and a posterior on a grid from what came true,

.. math:: \pi(w \mid D) \propto \phi\Big(\frac{w-\mu}{\sigma}\Big)\,[w \ge 0] \prod_i q_{i,y_i}(w)^{c_i} ,

with :math:`c_i` below 1 for rows that repeat an episode.  `walk` fits, for each forecast, to the outcomes known before
its date only.

The model's tails are not to be trusted: an end that has a hundred times its typical probability because the typical one
is next to nothing is not a hundred times as likely.  So with probability `IGNORANCE` a forecast of the model is taken
to be worth nothing, and m and t are mixed with a uniform distribution: no ratio exceeds some 60, and none of two small
probabilities is far from 1.

References
----------
Kahneman and Lovallo (1993), Management Science 39, 17-31 (the outside view as anchor).
Genest and Zidek (1986), Statistical Science 1, 114-135 (logarithmic pool, external Bayesianity).
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from peacetalks.errors import AnchorError
from peacetalks.evidence.calibration import IDENTIFIED_BELOW
from peacetalks.evidence.known_before import known_before
from peacetalks.evidence.tables import table_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Floats

IGNORANCE = 0.05  # judgement: one forecast of the model in twenty is worth nothing
FLOOR = 1e-3  # least probability of the record in the likelihood: none that came true counts as impossible
PRIOR_MEAN, PRIOR_SD = 0.5, 0.5
WHY = "judgement: some half of the model's departure from its typical case, between 0.1 and 1.4 (90%)"
BORDERS = np.linspace(0.0, 3.0, 121)  # of the cells of the grid of weights; beyond lies 3e-7 of the prior
GRID = (BORDERS[1:] + BORDERS[:-1]) / 2
LEVELS = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)  # of the quantiles that are shipped
HEAD = ("known", "n", "effective_n", "mean", *(f"q{100 * level:g}" for level in LEVELS))  # columns of `anchor.csv`
CHUNK = 2000  # rows at a time, to bound memory


@dataclass(frozen=True)
class Weight:
    """The weight on the model's departure from its typical case: posterior mean and quantiles."""

    mean: float
    quantiles: tuple[float, ...]  # at LEVELS
    n: int  # forecasts
    effective_n: float  # episodes: forecasts that repeat one count in part

    @property
    def low(self) -> float:
        """Lower end of the central 90%."""
        return self.quantiles[LEVELS.index(0.05)]

    @property
    def high(self) -> float:
        """Upper end of the central 90%."""
        return self.quantiles[LEVELS.index(0.95)]

    @property
    def identified(self) -> bool:
        """Whether past cases narrow it: a 90% interval below `IDENTIFIED_BELOW` of the prior's width."""
        before = prior()
        return self.high - self.low < IDENTIFIED_BELOW * (before.high - before.low)

    def at(self, shares: ArrayLike) -> Floats:
        """Return the quantiles at probabilities in [0, 1], linear between those shipped.

        >>> prior().at([0.05, 0.5]).tolist() == [prior().low, prior().quantiles[LEVELS.index(0.5)]]
        True
        """
        return np.interp(np.asarray(shares, float), LEVELS, self.quantiles)


def adjust(record: ArrayLike, model: ArrayLike, typical: ArrayLike, weight: ArrayLike) -> Floats:
    """Return the record's probabilities, adjusted by the model's departure from its typical case.

    Parameters
    ----------
    record, model, typical : array_like, shape (..., end)
        Probabilities that sum to 1 over ends (they broadcast); NaN where one is not estimable.
    weight : array_like, shape (...)
        0 or more; 0 gives the record, and so does a model that is as in the typical case.

    Returns
    -------
    ndarray, shape (..., end)
        NaN for all ends of a row in which any of the three has NaN.

    Raises
    ------
    AnchorError
        For probabilities outside [0, 1], a weight below 0, or numbers of ends that differ.

    References
    ----------
    Kahneman and Lovallo (1993), Management Science 39, 17-31.

    Examples
    --------
    >>> adjust([0.1, 0.9], [0.6, 0.4], [0.4, 0.6], 1.0).round(3).tolist()
    [0.193, 0.807]
    """
    r, m, t = (np.asarray(a, float) for a in (record, model, typical))
    w = np.asarray(weight, float)[..., None]
    if not r.ndim or not m.ndim or not t.ndim or not r.shape[-1] == m.shape[-1] == t.shape[-1]:
        raise AnchorError(
            f"record {r.shape}, model {m.shape} and typical {t.shape} must have the same ends: give one column of "
            "each per end"
        )
    for name, a in (("record", r), ("model", m), ("typical", t)):
        if bool(((a < -1e-9) | (a > 1 + 1e-9)).any()):
            raise AnchorError(
                f"the probabilities of the {name} must lie in [0, 1], got {np.nanmin(a):g} to {np.nanmax(a):g}"
            )
    if not bool((w >= 0).all()):
        raise AnchorError(f"the weight must be 0 or more, got {np.min(w):g}")
    q = np.maximum(r, 0) * np.exp(w * (_log_mixed(m) - _log_mixed(t)))
    return q / q.sum(axis=-1, keepdims=True)


def fit(
    record: ArrayLike, model: ArrayLike, typical: ArrayLike, outcome: ArrayLike, counts: ArrayLike | None = None
) -> Weight:
    """Return the weight fitted to past forecasts (the posterior of the module).

    Parameters
    ----------
    record, model, typical : array_like, shape (row, end)
        Probabilities of past forecasts, none missing.
    outcome : array_like, shape (row,)
        Number of the end that came true.
    counts : array_like, shape (row,), optional
        The share of an episode that a row stands for; default 1.

    Raises
    ------
    AnchorError
        For missing probabilities or shapes that differ.

    Examples
    --------
    >>> fit([], [], [], []).mean == prior().mean
    True
    """
    found = _log_likelihoods(record, model, typical, outcome, counts)
    n = np.ones(len(found)) if counts is None else np.asarray(counts, float)
    return _posterior(found.sum(axis=0), len(found), float(n.sum()))


def walk(
    record: ArrayLike,
    model: ArrayLike,
    typical: ArrayLike,
    outcome: ArrayLike,
    made: ArrayLike,
    known: ArrayLike,
    counts: ArrayLike | None = None,
) -> tuple[Floats, list[Weight]]:
    """Return the best estimate [row, end] and the weight of each row, by walk-forward.

    Parameters
    ----------
    record, model, typical, counts
        As in `fit`.
    outcome : array_like, shape (row,)
        Number of the end that came true; -1 unknown, from which nothing is fitted.
    made, known : array_like, shape (row,)
        When a forecast was made, and when its outcome was known (numbers, such as days).  The weight of a row is
        fitted to the rows with `known` before its `made`.
    """
    r, m, t = (np.asarray(a, float) for a in (record, model, typical))
    y, start, end = np.asarray(outcome, int), np.asarray(made, float), np.asarray(known, float)
    n = np.ones(y.size) if counts is None else np.asarray(counts, float)
    scored = y >= 0
    found = _log_likelihoods(r[scored], m[scored], t[scored], y[scored], n[scored])
    total, place = known_before(found, end[scored], start)
    cases, _ = known_before(n[scored], end[scored], start)
    weights = {int(i): _posterior(total[i], int(i), float(cases[i])) for i in np.unique(place)}
    chosen = [weights[int(i)] for i in place]
    return adjust(r, m, t, np.array([w.mean for w in chosen])), chosen


@cache
def prior() -> Weight:
    """Return the weight before any outcome was known.

    >>> round(prior().mean, 2), round(prior().high, 1)
    (0.64, 1.4)
    """
    return _posterior(np.zeros(GRID.size), 0, 0.0)


def shipped(as_of: date | None = None) -> Weight:
    """Return the weight that past forecasts give (`anchor.csv`), as it was known at a date; else the prior.

    `as_of` is the date of the forecast; None uses every outcome.

    >>> shipped(date(1930, 1, 1)) == prior()
    True
    """
    found = prior()
    for day, weight in _shipped():
        if as_of is None or day < as_of:
            found = weight
    return found


@cache
def card() -> dict[str, Any]:
    """Return the card of the shipped weight: method, prior, what it was fitted to, whether it sharpens, limits.

    >>> card()["prior"]["weight"]
    'Normal(0.5, 0.5), not below 0'
    """
    return json.loads(table_text("anchor.json"))


def forget_shipped() -> None:
    """Forget the shipped tables, so that they are read again after they have been written anew."""
    card.cache_clear()
    _shipped.cache_clear()


def weights_csv(
    record: ArrayLike,
    model: ArrayLike,
    typical: ArrayLike,
    outcome: ArrayLike,
    known: list[date],
    counts: ArrayLike | None = None,
) -> str:
    """Return the table `anchor.csv`: the weight after each day on which an outcome became known."""
    days = sorted(set(known))
    y, when = np.asarray(outcome, int), np.array([d.toordinal() for d in known])
    n = np.ones(y.size) if counts is None else np.asarray(counts, float)
    found = _log_likelihoods(record, model, typical, y, n)
    lines = [",".join(HEAD)]
    for day in days:
        before = when <= day.toordinal()
        w = _posterior(found[before].sum(axis=0), int(before.sum()), float(n[before].sum()))
        numbers = (f"{x:.4f}" for x in (w.mean, *w.quantiles))
        lines.append(",".join([day.isoformat(), str(w.n), f"{w.effective_n:.4g}", *numbers]))
    return "\n".join(lines) + "\n"


def card_text(fitted_on: str, known_to: str, sharpens: bool, limits: list[str]) -> str:
    """Return the card `anchor.json` of the table.

    Parameters
    ----------
    fitted_on
        Which past forecasts the weight rests on.
    known_to
        The last day on which an outcome became known, "" where there is none.
    sharpens
        Whether the best estimate scored better than the record alone (`docs/backtest.md`).
    limits
        What a reader must know.
    """
    what = {
        "title": "Weight on the model's departure from its typical case, by the date from which it was known",
        "method": "best = record x exp(w (log model - log typical)), renormalised, both mixed with ignorance "
        f"({IGNORANCE:g}); posterior of w on a grid; see the module peacetalks.evidence.anchor",
        "prior": {"weight": f"Normal({PRIOR_MEAN:g}, {PRIOR_SD:g}), not below 0", "why": WHY},
        "fitted_on": fitted_on,
        "known_to": known_to,
        "sharpens": sharpens,
        "limits": limits,
    }
    return json.dumps(what, indent=1) + "\n"


@cache
def _shipped() -> tuple[tuple[date, Weight], ...]:
    """Return the shipped weights, each with the day from which it was known, in order."""
    out = []
    for row in csv.DictReader(io.StringIO(table_text("anchor.csv"))):
        quantiles = tuple(float(row[name]) for name in HEAD[4:])
        weight = Weight(float(row["mean"]), quantiles, int(row["n"]), float(row["effective_n"]))
        out.append((date.fromisoformat(row["known"]), weight))
    return tuple(out)


def _log_mixed(p: Floats) -> Floats:
    """Return log probabilities of the model, mixed with ignorance."""
    return np.log((1 - IGNORANCE) * np.maximum(p, 0) + IGNORANCE / p.shape[-1])


def _log(p: Floats) -> Floats:
    """Return log probabilities, none below that of `FLOOR`."""
    lifted = np.maximum(p, FLOOR)
    return np.log(lifted / lifted.sum(axis=-1, keepdims=True))


def _log_likelihoods(
    record: ArrayLike, model: ArrayLike, typical: ArrayLike, outcome: ArrayLike, counts: ArrayLike | None
) -> Floats:
    """Return the log-likelihood [row, weight] of what came true."""
    y = np.asarray(outcome, int)
    if not y.size:
        return np.zeros((0, GRID.size))
    r, m, t = (np.atleast_2d(np.asarray(a, float)) for a in (record, model, typical))
    if not r.shape == m.shape == t.shape or len(r) != y.size:
        raise AnchorError(
            f"record {r.shape}, model {m.shape}, typical {t.shape} and outcomes {y.shape}: give one row of each per "
            "forecast"
        )
    if np.isnan(r).any() or np.isnan(m).any() or np.isnan(t).any():
        raise AnchorError("a forecast that is not estimable (NaN) cannot be fitted to: leave those rows out")
    steps = [slice(i, i + CHUNK) for i in range(0, y.size, CHUNK)]
    out = np.concatenate([_chunk(r[now], m[now], t[now], y[now]) for now in steps])
    return out if counts is None else out * np.asarray(counts, float)[:, None]


def _chunk(r: Floats, m: Floats, t: Floats, y: np.ndarray) -> Floats:
    """Return the log-likelihood [row, weight] of some rows; an end that the record rules out counts as `FLOOR`."""
    scaled = _log(r)[:, None, :] + GRID[:, None] * (_log_mixed(m) - _log_mixed(t))[:, None, :]  # [row, weight, end]
    top = scaled.max(axis=-1)
    norm = top + np.log(np.exp(scaled - top[..., None]).sum(axis=-1))
    return np.take_along_axis(scaled, y[:, None, None], axis=-1)[..., 0] - norm


def _posterior(log_likelihood: Floats, n: int, effective: float) -> Weight:
    """Return the posterior of the weight from the log-likelihood [weight] of `n` forecasts."""
    cells = np.diff(ndtr((BORDERS - PRIOR_MEAN) / PRIOR_SD))
    q = np.log(cells) + log_likelihood
    p = np.exp(q - q.max())
    p /= p.sum()
    cumulated = np.concatenate([[0.0], np.cumsum(p)])
    cumulated[-1] = 1.0
    quantiles = np.interp(LEVELS, cumulated, BORDERS)
    return Weight(round(float(p @ GRID), 4), tuple(round(float(x), 4) for x in quantiles), n, effective)
