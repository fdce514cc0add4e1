r"""Which of two models that are not nested is closer to the truth: the tests of Vuong (1989) and of Clarke (2007).

Both compare the log-likelihoods of the same rows, l1 and l2, under the hypothesis that the models are equally far from
the truth.  With p1 and p2 estimated parameters and n rows, the correction is c = (p1 - p2) k, where k = log(n) / 2
after Schwarz (the default), 1 after Akaike, 0 for none.

* Vuong: z = (sum(l1 - l2) - c) / (\sqrt{n} omega), with omega^2 the variance of l1 - l2, is standard normal.
* Clarke: the number of rows with l1 - l2 > c / n is binomial with probability 1/2.

Models of one outcome of a game (war or not, say, beside a logit of war) are compared by `outcome`: the game's
log-likelihood of a row is then that of whether the outcome came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr
from scipy.stats import binomtest

from peacetalks.errors import EstimationError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.estimation.model import Array, Estimate

CORRECTIONS = ("schwarz", "akaike", "none")
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class OtherFit:
    """A model that another program has fitted, to be compared with an estimate.

    Attributes
    ----------
    name : str
    log_likelihood : array, [row]
        Of every row, in the same order.
    free : int
        How many parameters were estimated.
    observed : array or None, [row]
        Whether the outcome came, or the index of the one that did, to check that both models explain the same.
    """

    name: str
    log_likelihood: Array
    free: int
    observed: Array | None = None


@dataclass(frozen=True)
class NonnestedTest:
    """Two models compared.

    Attributes
    ----------
    test : str
        `vuong` or `clarke`.
    names : (str, str)
    log_likelihoods : (float, float)
    free : (int, int)
        Estimated parameters of each.
    rows : int
    statistic : float
        Vuong: z, positive for the first model.  Clarke: rows for which the first model is better.
    p : float
        Two-sided.
    correction : str
    outcome : str or None
        The one outcome that is compared; None: all of them.
    """

    test: str
    names: tuple[str, str]
    log_likelihoods: tuple[float, float]
    free: tuple[int, int]
    rows: int
    statistic: float
    p: float
    correction: str
    outcome: str | None = None

    @property
    def preferred(self) -> int:
        """Which model the statistic favours, however weakly: 1 or 2; 0 where it favours neither."""
        middle = 0.0 if self.test == "vuong" else self.rows / 2
        return 0 if self.statistic == middle else 1 if self.statistic > middle else 2

    def __str__(self) -> str:
        head = f"{self.test.capitalize()} test, correction: {self.correction}"
        of = "" if self.outcome is None else f", of {self.outcome} only"
        share = f" of {self.rows} rows" if self.test == "clarke" else ""
        lines = [f"{head}{of}; {self.rows} rows"]
        for name, value, free in zip(self.names, self.log_likelihoods, self.free, strict=True):
            lines.append(f"  {name}: log-likelihood {value:.4f}, {free} parameters")
        clear = self.preferred and self.p < SIGNIFICANT
        said = f"{self.names[self.preferred - 1] if clear else 'neither'} is preferred at {100 * SIGNIFICANT:g}%"
        p = f"p = {self.p:.3g}" if self.p >= 1e-16 else "p < 1e-16"
        return "\n".join((*lines, f"  statistic {self.statistic:.4g}{share}, {p}: {said}"))

    def to_dict(self) -> dict[str, Any]:
        """Return the test as plain values."""
        return {
            "test": self.test,
            "names": list(self.names),
            "log_likelihoods": list(self.log_likelihoods),
            "free": list(self.free),
            "rows": self.rows,
            "statistic": self.statistic,
            "p": self.p,
            "preferred": self.preferred,
            "correction": self.correction,
            "outcome": self.outcome,
        }


def vuong(
    first: Estimate | OtherFit, second: Estimate | OtherFit, outcome: str | None = None, correction: str = "schwarz"
) -> NonnestedTest:
    """Compare two models of the same rows by the test of Vuong (1989).

    Parameters
    ----------
    first, second : Estimate or OtherFit
        Not nested in each other, of the same rows in the same order.
    outcome : str, optional
        Compare how well they explain whether this outcome came; of an `OtherFit` that is what it explains.
    correction : str
        `schwarz` (the default), `akaike` or `none`: for the number of parameters.

    Returns
    -------
    NonnestedTest

    Raises
    ------
    EstimationError
        Other rows or other outcomes, an unknown outcome or correction, or two models that fit every row alike.
    """
    pair = _pair(first, second, outcome, correction)
    spread = float(pair.difference.std())
    if not spread > 1e-12 * (1 + float(np.abs(pair.difference).max(initial=0.0))):
        raise EstimationError(
            "the two models explain every row alike: they are one model, which no test of models that are not nested "
            "can compare"
        )
    z = (pair.difference.sum() - pair.penalty) / (np.sqrt(len(pair.difference)) * spread)
    return pair.test("vuong", float(z), float(2 * ndtr(-abs(z))))


def clarke(
    first: Estimate | OtherFit, second: Estimate | OtherFit, outcome: str | None = None, correction: str = "schwarz"
) -> NonnestedTest:
    """Compare two models of the same rows by the test of Clarke (2007), which assumes no distribution.

    Parameters, result and errors as of `vuong`; the statistic is the number of rows that the first model explains
    better.
    """
    pair = _pair(first, second, outcome, correction)
    n = len(pair.difference)
    better = int((pair.difference > pair.penalty / n).sum())
    return pair.test("clarke", float(better), float(binomtest(better, n).pvalue))


@dataclass(frozen=True)
class _Pair:
    difference: Array  # of log-likelihoods, [row]
    penalty: float
    test: Callable[[str, float, float], NonnestedTest]


def _pair(first: Estimate | OtherFit, second: Estimate | OtherFit, outcome: str | None, correction: str) -> _Pair:
    """Return what both tests need, after checking that the models can be compared."""
    if correction not in CORRECTIONS:
        raise EstimationError(f"correction={correction!r}: no such correction. {suggestion(correction, CORRECTIONS)}")
    logs = [_log_likelihood(fit, outcome) for fit in (first, second)]
    if len(logs[0]) != len(logs[1]):
        raise EstimationError(
            f"the first model explains {len(logs[0])} rows and the second {len(logs[1])}: estimate both on the same "
            "rows (leave out those that miss a value of either)"
        )
    _check_same(first, second, outcome)
    n, free = len(logs[0]), (first.free, second.free)
    each = {"schwarz": np.log(n) / 2, "akaike": 1.0, "none": 0.0}[correction]
    names = (_name(first, "model 1"), _name(second, "model 2"))
    sums = (float(logs[0].sum()), float(logs[1].sum()))

    def test(name: str, statistic: float, p: float) -> NonnestedTest:
        return NonnestedTest(name, names, sums, free, n, statistic, p, correction, outcome)

    return _Pair(logs[0] - logs[1], float((free[0] - free[1]) * each), test)


def _name(fit: Estimate | OtherFit, place: str) -> str:
    return fit.name if isinstance(fit, OtherFit) else f"{place} ({fit.model.name})"


def _log_likelihood(fit: Estimate | OtherFit, outcome: str | None) -> Array:
    """Return the log-likelihood of every row: of what was observed, or of whether one outcome came."""
    if isinstance(fit, OtherFit):
        return np.asarray(fit.log_likelihood, dtype=float)
    if outcome is None:
        return fit.model.log_likelihood(fit.values)
    p = fit.model.probabilities(fit.values)[:, _place(fit, outcome)]
    return np.log(np.where(_came(fit, outcome), p, 1 - p))


def _place(fit: Estimate, outcome: str) -> int:
    if outcome not in fit.model.outcomes:
        raise EstimationError(
            f"{outcome!r} is no outcome of {fit.model.name}. {suggestion(outcome, fit.model.outcomes)}"
        )
    return fit.model.outcomes.index(outcome)


def _came(fit: Estimate, outcome: str) -> Array:
    if fit.model.observed is None:
        raise EstimationError(
            "the data of this model hold no outcomes; compare estimates on the data they were made from"
        )
    return fit.model.observed == _place(fit, outcome)


def _check_same(first: Estimate | OtherFit, second: Estimate | OtherFit, outcome: str | None) -> None:
    """Raise `EstimationError` where the two models do not explain the same."""
    both = not isinstance(first, OtherFit) and not isinstance(second, OtherFit)
    seen = [_explained(fit, outcome, by_label=both) for fit in (first, second)]
    if seen[0] is None or seen[1] is None:
        return
    different = np.flatnonzero(np.asarray(seen[0]) != np.asarray(seen[1]))
    if len(different):
        row = int(different[0])
        raise EstimationError(
            f"the two models do not explain the same outcomes: row {row + 1} has {seen[0][row]} in the first and "
            f"{seen[1][row]} in the second ({len(different)} rows differ); use the same rows in the same order"
        )


def _explained(fit: Estimate | OtherFit, outcome: str | None, by_label: bool) -> Array | None:
    """Return what came of every row, as it is compared; None where that is not known."""
    if isinstance(fit, OtherFit):
        return None if fit.observed is None else np.asarray(fit.observed).astype(int)
    if outcome is not None:
        return _came(fit, outcome).astype(int)
    observed = fit.model.observed
    return np.asarray(fit.model.outcomes)[observed] if by_label and observed is not None else observed
