r"""An emulator of a scenario's forecast: what it is at other numbers, at once and with its error, without a solve.

The scenario is solved at its own numbers, with each number by itself at both ends of its range, and at the points of a
random Latin hypercube of all ranges together; the few points of a Sobol sequence in many dimensions would make
products of some numbers look like others.  Through the log ratios :math:`\log(p_{peace}/p_{nowhere})` and
:math:`\log(p_{more}/p_{nowhere})` at the months shown, and through the log-odds of the mean terms, go Gaussian
processes (`gaussian_process.py`); what they predict are probabilities that sum to 1.  The best estimate is moved by the
predicted forecast as by a solved one.  The error is that of predicting each quarter of the hypercube's points by
processes fitted to all other points (`gaussian_process.held_out`); the emulator itself has all of them.

References
----------
McKay, M. D., R. J. Beckman, and W. J. Conover (1979). A comparison of three methods for selecting values of input
variables in the analysis of output from a computer code. *Technometrics* 21, 239-245.

Sacks, J., Welch, W. J., Mitchell, T. J. & Wynn, H. P. (1989). Design and analysis of computer experiments. *Statistical
Science* 4, 409-423.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy.stats import qmc

from peacetalks.errors import EmulatorError, SpecError, did_you_mean
from peacetalks.forecasting.axes import at_values, axes_of, each_alone
from peacetalks.forecasting.best_estimate import moved
from peacetalks.forecasting.changed import as_written
from peacetalks.forecasting.gaussian_process import GaussianProcess, fit, held_out
from peacetalks.forecasting.settings import EMULATOR_DRAWS, MAX_DRAWS, QUICK_BOUND, SEED
from peacetalks.forecasting.short_forecast import ShortForecast, short_forecasts
from peacetalks.outcomes import ENDS
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.axes import Axis
    from peacetalks.forecasting.best_estimate import BestEstimate
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.outlook import Outlook

FEWEST = 16  # solved draws without which no error can be estimated
A_NUMBER = 2  # draws for each number that moves, without which products of numbers are taken for others
LEAST = 1e-9  # probability below which the model's forecasts are not distinguished
EDGE = 1e-9  # draws are kept this far from the ends of the ranges
SLACK = 1e-9  # by which a number may lie outside its range, in shares of it: rounding


@dataclass(frozen=True, repr=False)
class Emulator:
    """The forecast of a scenario as a function of some of its numbers; made by `emulate`.

    Inputs of the processes are shares of the ranges (`axes.Axis`), in the order of `axes`.
    """

    scenario: str  # name
    digest: str  # of the scenario as written
    axes: tuple[Axis, ...]  # the numbers that may move
    months: tuple[int, ...]  # months shown
    ratios: tuple[GaussianProcess, GaussianProcess]  # [month] log ratios of peace and of more conflict to the rest
    terms: GaussianProcess | None  # [1] log-odds of the mean terms; None where too few draws reach a settlement
    best: BestEstimate  # of the scenario as it is, which predictions move
    error: xr.DataArray  # (period, end): root mean square error of the model's probability at a draw kept out
    best_error: xr.DataArray | None  # (period, end): the same of the best estimate; None where there is none
    best_explained: xr.DataArray | None  # (period, end): share of its variance over the draws that is predicted
    terms_error: float | None  # the same of the mean terms
    explained: xr.DataArray  # (period, end): share of the variance of the model over the draws that is predicted
    terms_explained: float | None
    settings: dict[str, Any]  # draws, seed, solved, unsolved, impossible, periods, belief_points

    def __repr__(self) -> str:
        """Return what is emulated, and how closely."""
        return (
            f"Emulator of {self.scenario}: {len(self.axes)} numbers, {self.settings['draws']} draws; root mean square "
            f"error of a probability up to {100 * self.largest_error:.2f} points"
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """The numbers that may move."""
        return tuple(axis.path for axis in self.axes)

    @property
    def largest_error(self) -> float:
        """The largest `error` of all months and ends."""
        return float(self.error.max())

    def refusal(self, most: float = QUICK_BOUND) -> str:
        """Return why predictions may not be used where an error of `most` is allowed; "" where they may.

        The error is the root mean square error of a probability of the model at a draw kept out.
        """
        if self.largest_error <= most:
            return ""
        end, month = self.error.stack(at=("end", "period")).idxmax("at").item()
        return (
            f"{self.scenario}: the emulator misses the probability of {end} at {month} months by "
            f"{100 * self.largest_error:.1f} points (root mean square over draws kept out), and {100 * most:.1f} are "
            f"allowed; make it with more than {self.settings['draws']} draws, or of fewer than {len(self.axes)} numbers"
        )

    def check(self, most: float = QUICK_BOUND) -> None:
        """Raise `EmulatorError` where predictions may not be used with an error of `most`; see `refusal`."""
        if text := self.refusal(most):
            raise EmulatorError(text)

    def predict(self, values: Mapping[str, float]) -> xr.DataArray:
        """Return the model's forecast (period, end) with numbers at other values; those not given stay as they are.

        Raises `SpecError` for a path that is not among `paths`, or a value outside its range.
        """
        return self.error.copy(data=self.ends(self.shares(values)[None])[0])

    def predict_best(self, values: Mapping[str, float]) -> xr.DataArray | None:
        """Return the best estimate (period, end) with numbers at other values; None where there is none."""
        return moved(self.best, self.predict(values))

    def predict_terms(self, values: Mapping[str, float]) -> float | None:
        """Return the mean share of side 1 given a settlement by the last period; None where it is not emulated."""
        return None if self.terms is None else float(_share(self.terms.predict(self.shares(values)[None]))[0, 0])

    def shares(self, values: Mapping[str, float]) -> np.ndarray:
        """Return the inputs [axis] of the processes for numbers at `values`, by path; errors as of `predict`."""
        for path in values:
            if path not in self.paths:
                raise SpecError(f"{shorten(path)} is not emulated{did_you_mean(path, self.paths)}")
        at = each_alone(self.axes, values)
        return np.array([_checked_share(axis, float(at.get(axis.path, axis.centre))) for axis in self.axes])

    def ends(self, shares: np.ndarray) -> np.ndarray:
        """Return the model's probabilities [row, period, end] at inputs [row, axis]."""
        return probabilities(*(gp.predict(shares) for gp in self.ratios))


def emulate(
    o: Outlook,
    paths: Iterable[str] | None = None,
    draws: int = EMULATOR_DRAWS,
    seed: int = SEED,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> Emulator:
    """Return an emulator of the forecast of an outlook's scenario as numbers move over their ranges.

    Parameters
    ----------
    o : Outlook
        Gives the scenario, the horizon, the belief points and the best estimate.
    paths : iterable of str, optional
        The numbers that may move; default all that can.
    draws : int
        Points of all ranges together, from `seed` (0 or more), two a number at least; besides them the scenario is
        solved as it is, and with each number by itself at both ends of its range.
    progress, jobs, answers
        As of `short_forecasts`.

    Raises
    ------
    SpecError
        A path of no number that can move, or a setting out of range.
    EmulatorError
        Fewer than 16 of the draws have a solution.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> o = pt.outlook(small, belief_points=2, certify=False)
    >>> found = emulate(o, ["talks.walk", "talks.accept"], draws=16)
    >>> found.predict({"talks.walk": 0.07}).sum("end").values.round(9).tolist()
    [1.0]
    """
    base = as_written(o.scenario)
    axes, points, periods = axes_of(base, paths), int(o.settings["belief_points"]), int(o.ends.period[-1])
    if not axes:
        raise SpecError(f"{base.name}: no number can move, so that there is nothing to emulate")
    check_draws(draws, seed, len(axes))
    x = design(axes, draws, seed)
    games = [at_values(base, _values(axes, row)) for row in x]
    posed = [i for i, s in enumerate(games) if s is not None]
    solved = short_forecasts([s for s in games if s is not None], base, periods, points, answers, jobs, progress)
    found = {i: f for i, f in zip(posed, solved, strict=True) if isinstance(f, ShortForecast)}
    how = {
        "draws": draws,
        "seed": seed,
        "solved": len(found),
        "unsolved": len(posed) - len(found),
        "impossible": len(x) - len(posed),  # values that cannot stand together
        "lost_at": _lost_at(axes, x, list(found)),
        "periods": periods,
        "belief_points": points,
    }
    return _fitted(o, axes, x, found, how)


def check_draws(draws: int, seed: int, numbers: int = 0) -> None:
    """Raise `SpecError` where no emulator of so many numbers can be made of so many draws, or from a seed."""
    if not FEWEST <= draws <= MAX_DRAWS:
        raise SpecError(f"draws must lie between {FEWEST} and {MAX_DRAWS}, got {draws}; {EMULATOR_DRAWS} are usual")
    if draws < A_NUMBER * numbers:
        raise SpecError(
            f"{draws} draws are too few for {numbers} numbers that move: {A_NUMBER * numbers} or more are needed "
            f"({A_NUMBER} a number), since with fewer the effects of numbers cannot be distinguished"
        )
    if seed < 0:
        raise SpecError(f"the seed must be 0 or more, got {seed}")


def design(axes: tuple[Axis, ...], draws: int, seed: int) -> np.ndarray:
    """Return where games are solved, in shares of the ranges [point, axis].

    The points of a Latin hypercube first: each number once in each of `draws` equal parts of its range.  Then the
    scenario as it is, then each number at the low and at the high end of its range.
    """
    centre = np.array([axis.share(axis.centre) for axis in axes])
    star = np.tile(centre, (2 * len(axes) + 1, 1))
    for i in range(len(axes)):
        star[2 * i + 1, i], star[2 * i + 2, i] = 0.0, 1.0
    points = qmc.LatinHypercube(len(axes), rng=np.random.default_rng(seed)).random(draws)
    return np.concatenate([np.clip(points, EDGE, 1 - EDGE), star])


def probabilities(peace: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Return probabilities [..., end] of the log ratios of peace and of more conflict to still no settlement.

    >>> probabilities(np.zeros(1), np.zeros(1)).round(3).tolist()
    [[0.333, 0.333, 0.333]]
    """
    logs = np.stack([peace, np.zeros_like(peace), more], axis=-1)
    found = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return found / found.sum(axis=-1, keepdims=True)


def _fitted(
    o: Outlook, axes: tuple[Axis, ...], x: np.ndarray, found: Mapping[int, ShortForecast], how: dict[str, Any]
) -> Emulator:
    """Return the emulator through the forecasts `found`, by place in the design `x`."""
    of_draws = np.flatnonzero(np.array(list(found), int) < how["draws"])
    if len(of_draws) < FEWEST:
        raise EmulatorError(
            f"{o.scenario.name}: {len(of_draws)} of {how['draws']} draws have a solution within tolerance, and an "
            f"emulator needs {FEWEST} or more; ask for more draws, or move fewer numbers"
        )
    x = x[list(found)]
    like = next(iter(found.values())).ends
    ends = np.stack([f.ends.sel(end=list(ENDS)).values for f in found.values()])
    logs = np.log(np.maximum(ends, LEAST))
    outputs = logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]
    ratios = fit(x, outputs[0]), fit(x, outputs[1])
    away = probabilities(*(held_out(x, y, of_draws) for y in outputs))
    terms, terms_error, terms_explained = _terms(x, found, of_draws)
    error, explained = _error(ends[of_draws], away)
    best_error, best_explained = _best_error(o.pooled, like, ends[of_draws], away)
    return Emulator(
        scenario=o.scenario.name,
        digest=o.scenario.digest,
        axes=axes,
        months=tuple(int(m) for m in like.period.values),
        ratios=ratios,
        terms=terms,
        best=o.pooled,
        error=like.copy(data=error),
        best_error=best_error,
        best_explained=best_explained,
        terms_error=terms_error,
        explained=like.copy(data=explained),
        terms_explained=terms_explained,
        settings=how,
    )


def _terms(
    x: np.ndarray, found: Mapping[int, ShortForecast], of_draws: np.ndarray
) -> tuple[GaussianProcess | None, float | None, float | None]:
    """Return the process of the mean terms, its error and the share that it explains; None where few are known."""
    y = np.array([np.nan if f.terms is None else f.terms for f in found.values()])
    known = np.isfinite(y)
    drawn = np.flatnonzero(np.isin(np.flatnonzero(known), of_draws))
    if len(drawn) < FEWEST:
        return None, None, None
    inside = np.clip(y[known], LEAST, 1 - LEAST)
    odds = (np.log(inside) - np.log1p(-inside))[:, None]
    error, explained = _error(y[known][drawn], _share(held_out(x[known], odds, drawn))[:, 0])
    return fit(x[known], odds), float(error), float(explained)


def _error(true: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the root mean square error, and the share of the variance that is predicted, over the first axis.

    What does not vary is predicted whole.
    """
    square, variance = ((predicted - true) ** 2).mean(axis=0), true.var(axis=0)
    return np.sqrt(square), 1 - np.divide(square, variance, out=np.zeros_like(square), where=variance > LEAST**2)


def _best_error(
    best: BestEstimate, like: xr.DataArray, ends: np.ndarray, away: np.ndarray
) -> tuple[xr.DataArray, xr.DataArray] | tuple[None, None]:
    """Return error and explained share (period, end) of the best estimate, moved by forecasts [row, period, end]."""
    true, predicted = (
        moved(best, xr.DataArray(a, {"period": like.period, "end": list(ENDS)}, ("row", "period", "end")))
        for a in (ends, away)
    )
    if true is None or predicted is None or true.ndim != ends.ndim:  # it is the record's answer as it stands
        return None, None
    error, explained = _error(true.values, predicted.values)
    return like.copy(data=error), like.copy(data=explained)


def _lost_at(axes: tuple[Axis, ...], x: np.ndarray, solved: list[int]) -> str | None:
    """Return at which end of which range most games have no forecast, in words; None where all have one."""
    lost = np.setdiff1d(np.arange(len(x)), solved)
    if not len(lost) or not solved:
        return None
    apart = x[lost].mean(axis=0) - x[solved].mean(axis=0)
    most = int(np.argmax(np.abs(apart)))
    return f"{axes[most].path} towards the {'high' if apart[most] > 0 else 'low'} end"


def _values(axes: tuple[Axis, ...], shares: np.ndarray) -> dict[str, float]:
    """Return the numbers, by path, that differ from the scenario's at shares [axis] of their ranges."""
    at = {axis: float(u) for axis, u in zip(axes, shares, strict=True)}
    return {axis.path: axis.value(u) for axis, u in at.items() if u != axis.share(axis.centre)}


def _checked_share(axis: Axis, value: float) -> float:
    """Return at which share of its range a number stands; raise `SpecError` where it lies outside."""
    slack = SLACK * (axis.high - axis.low)
    if value != axis.centre and not axis.low - slack <= value <= axis.high + slack:
        raise SpecError(
            f"{axis.path}: {value:g} lies outside the range {axis.low:.4g} to {axis.high:.4g} that is emulated"
        )
    return axis.share(value)


def _share(odds: np.ndarray) -> np.ndarray:
    """Return the shares of log-odds."""
    return 1 / (1 + np.exp(-odds))
