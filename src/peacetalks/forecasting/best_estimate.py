"""The best estimate: the record's answer, moved by what the model finds different from the typical case of the class.

The record's answer that anchors (`record_view.anchor`) is adjusted by the model's departure from its forecast of the
typical case (`evidence.anchor`; Kahneman and Lovallo 1993), with the weight known at the scenario's date.  Where the
scenario has no typical case the record's answer stays as it is; where no class has an estimate there is no best
estimate.  The reason is kept, and the model's forecast never takes its place.

The interval holds 90% of joint draws: of the record (its sampling error), of the weight, and, where the scenario's
ranges are drawn, of the model.  The point is that of the central values; the interval is widened to hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.evidence.anchor import Weight, adjust, card, shipped
from peacetalks.forecasting.readout import plain_columns
from peacetalks.forecasting.record_view import anchor
from peacetalks.forecasting.settings import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import xarray as xr

    from peacetalks.forecasting.record_view import RecordView
    from peacetalks.forecasting.typical import DepartureWords, TypicalForecast

JOINT_DRAWS = 2000  # of record, weight and model: the ends of an interval then err by about a fiftieth of its width
INTERVAL = (0.05, 0.95)
BOUND_WEIGHTS = 21  # weights at which the bounds are evaluated


class JointDraws(NamedTuple):
    """Joint draws of record, model and weight: the best estimate of each, and which draw of the model it rests on."""

    ends: np.ndarray  # [joint draw, period, end]
    of_model: np.ndarray  # [joint draw] -> draw


class ModelDraws(NamedTuple):
    """The model's forecasts under draws of the ranges: of the scenario and of its twin."""

    ends: np.ndarray  # [draw, period, end]
    typical: np.ndarray  # [draw, period, end]

    @classmethod
    def of_one(cls, model: xr.DataArray, typical: xr.DataArray | None) -> ModelDraws:
        """Return one forecast (period, end) as the only draw; without a typical case nothing departs from it."""
        like = model if typical is None else typical
        return cls(model.values[None], like.values[None])


@dataclass(frozen=True, kw_only=True)
class BestEstimate:
    """The outcome classes from record and model together; `ends` is None where there is none (`reason`)."""

    ends: xr.DataArray | None = None  # (period, end): probability; NaN at dates to which the record does not reach
    low: xr.DataArray | None = None  # (period, end): lower end of the 90% interval
    high: xr.DataArray | None = None  # (period, end): its upper end
    record: xr.DataArray | None = None  # (period, end): the record's answer, which anchors: the estimate at weight 0
    typical: xr.DataArray | None  # (period, end): the model's forecast of the typical case
    whole: xr.DataArray | None = None  # (period, end): the record moved by the model's whole departure: weight 1
    bounds: tuple[xr.DataArray, xr.DataArray] | None = None  # (period, end): least and most, weight 0 to 1 or its mean
    departures: tuple[DepartureWords, ...]  # of the scenario from the typical case
    typical_case: str  # the class that the typical case stands for, in words; "" where there is none
    number: int | None = None  # which of the record's answers anchors, from 1
    reference_class: str | None = None
    weight: Weight  # of the model's departure, and what it rests on
    card: dict[str, Any]  # how the weight was fitted, and its limits
    draws: int = 0  # of the scenario's ranges that the interval holds
    sampled: bool = False  # whether the interval holds the record's sampling error
    reason: str  # why there is none, or why it is the record's answer as it stands (`adjusted` is False); else ""

    @property
    def adjusted(self) -> bool:
        """Whether the record's answer was adjusted by the model; without a typical case it stands as it is."""
        return self.ends is not None and self.typical is not None

    @property
    def months(self) -> tuple[int, ...]:
        """The dates of the estimate; none where there is no estimate."""
        return () if self.ends is None else tuple(int(m) for m in self.ends.period.values)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        tables = {
            "ends": self.ends,
            "low": self.low,
            "high": self.high,
            "record": self.record,
            "typical": self.typical,
            "whole": self.whole,
        }
        w = self.weight
        return {
            "reference_class": self.reference_class,
            "months": list(self.months),
            **{name: None if a is None else plain_columns(a) for name, a in tables.items()},
            "typical_case": self.typical_case or None,
            "departures": [d.detail for d in self.departures],
            "weight": w.mean,
            "weight_interval": [w.low, w.high],
            "sharpness": 1.0,
            "cases": w.effective_n,
            "identified": w.identified,
            "sharpens": self.card["sharpens"],
            "interval_holds": self.interval_holds,
            "prior": self.card["prior"]["why"],
            "fitted_on": self.card["fitted_on"],
            "method": self.card["method"],
            "limits": self.card["limits"],
            "reason": self.reason or None,
        }

    @property
    def scored_and_not_sharper(self) -> bool:
        """Whether past forecasts were scored, and the best estimate was not better than the record by itself."""
        return bool(self.card["known_to"]) and not self.card["sharpens"]

    @property
    def interval_holds(self) -> list[str]:
        """What the interval holds; nothing where there is no estimate."""
        if self.ends is None:
            return []
        record = ["the sampling error of the record"] if self.sampled else []
        ranges = [f"the ranges of the scenario ({self.draws} draws)"] if self.draws else []
        weight = ["the weight of the model's departure"] if self.adjusted else []
        return [*record, *weight, *ranges]


def best_estimate(
    model: xr.DataArray,
    record: Sequence[RecordView],
    as_of: date,
    typical: TypicalForecast,
    draws: ModelDraws | None = None,
) -> BestEstimate:
    """Return the record's answer, adjusted by the model's departure from the typical case.

    Parameters
    ----------
    model : DataArray
        The model's forecast (period, end) at central values.
    record : sequence of RecordView
        What the record says, in every class.
    as_of : date
        The weight is that fitted on forecasts whose outcome was known then, else the declared judgement.
    typical : TypicalForecast
        The model's forecast of the typical case, at the same periods.
    draws : ModelDraws, optional
        Forecasts under draws of the scenario's ranges, which the interval then holds.

    Notes
    -----
    Without a typical case nothing can depart from it: the estimate is the record's answer, and `reason` says so.

    References
    ----------
    Kahneman, D., and D. Lovallo (1993). Timid choices and bold forecasts. *Management Science* 39, 17-31.
    """
    number, reason = anchor(record)
    empty = BestEstimate(
        typical=typical.ends,
        departures=typical.departures,
        typical_case=typical.name,
        weight=shipped(as_of),
        card=card(),
        reason=reason if number is None else typical.reason,
    )
    if number is None:
        return empty
    view = record[number - 1]
    found = _estimated(empty, view, model, None if typical.ends is None else draws)
    return replace(found, number=number, reference_class=view.reference_class)


def _estimated(empty: BestEstimate, view: RecordView, model: xr.DataArray, draws: ModelDraws | None) -> BestEstimate:
    """Return the best estimate that starts from a view of the record; `empty` has the typical case and the weight."""
    typical, weight = empty.typical, empty.weight
    past, runs = _at_periods(view, model)
    central = ModelDraws.of_one(model, typical)
    point, low, high = _with_interval(past, runs, central, central if draws is None else draws, weight)
    found = replace(
        empty,
        ends=model.copy(data=point),
        low=model.copy(data=low),
        high=model.copy(data=high),
        record=model.copy(data=past),
        draws=0 if draws is None else len(draws.ends),
        sampled=view.runs is not None,
    )
    if typical is None:
        return found
    whole, least, most = (model.copy(data=a) for a in _whole_and_bounds(past, central, weight))
    return replace(found, whole=whole, bounds=(least, most))


def _with_interval(
    past: np.ndarray, runs: np.ndarray, central: ModelDraws, draws: ModelDraws, weight: Weight
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the best estimate at central values and its 90% interval, widened to hold it, each [period, end]."""
    point = adjust(past, central.ends[0], central.typical[0], weight.mean)
    low, high = joint_interval(runs, draws, weight)
    return point, np.minimum(low, point), np.maximum(high, point)


def _whole_and_bounds(past: np.ndarray, central: ModelDraws, weight: Weight) -> tuple[np.ndarray, ...]:
    """Return the record moved by the whole departure, and the bounds over weights, each [period, end].

    The weights run from 0 to 1, or to the mean weight where that is more, which is among them.
    """
    weights = [weight.mean, *np.linspace(0.0, max(1.0, weight.mean), BOUND_WEIGHTS)]
    moved = np.stack([adjust(past, central.ends[0], central.typical[0], w) for w in weights])
    return adjust(past, central.ends[0], central.typical[0], 1.0), moved.min(0), moved.max(0)


def moved(best: BestEstimate, model: xr.DataArray) -> xr.DataArray | None:
    """Return the best estimate (period, end) for another forecast of the model, which may have fewer periods.

    Record, typical case and weight stay as they are.  None where there is no best estimate.
    """
    if best.record is None:
        return None
    past = best.record.sel(period=model.period)
    if best.typical is None:
        return past
    typical = best.typical.sel(period=model.period)
    return model.copy(data=adjust(past.values, model.values, typical.values, best.weight.mean))


def interval_of_difference(
    view: RecordView, like: xr.DataArray, before: ModelDraws, after: ModelDraws, weight: Weight
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the 5% and 95% points (period, end) of the difference between two best estimates, over joint draws.

    Record and weight are drawn once for both, and so is the model: draw i of `before` goes with draw i of `after`.
    `like` has the periods and outcome classes.
    """
    _, runs = _at_periods(view, like)
    low, high = joint_interval(runs, after, weight, less=before)
    return like.copy(data=low), like.copy(data=high)


def joint_interval(
    record: np.ndarray, model: ModelDraws, weight: Weight, less: ModelDraws | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5% and 95% points [period, end] of the best estimate over joint draws.

    Parameters
    ----------
    record : ndarray
        [draw, period, end] probabilities.
    model : ModelDraws
    weight : Weight
        Drawn from its posterior, once in each of as many slices of equal probability as there are joint draws.
    less : ModelDraws, optional
        Draws of another forecast of the model, one with each of `model`: its best estimate is subtracted.

    Notes
    -----
    Record, model and weight are drawn independently of each other; the seed is fixed.
    """
    weights, of_record, of_model = _joint(len(record), len(model.ends), weight)
    low, high = [], []
    for t in range(record.shape[1]):  # one period at a time, to bound memory
        parts = record[of_record, t], model.ends[of_model, t], model.typical[of_model, t]
        best = adjust(*parts, weights)
        if less is not None:
            best = best - adjust(parts[0], less.ends[of_model, t], less.typical[of_model, t], weights)
        points = np.quantile(best, INTERVAL, axis=0)
        low.append(points[0])
        high.append(points[1])
    return np.array(low), np.array(high)


def joint_draws(
    best: BestEstimate, model: xr.DataArray, record: Sequence[RecordView], draws: ModelDraws | None = None
) -> JointDraws | None:
    """Return the joint draws that the interval of a best estimate is made of; None where there is no estimate.

    Parameters
    ----------
    best : BestEstimate
        Made by `best_estimate` from the same `model`, `record` and `draws`.
    """
    if best.number is None or best.ends is None:
        return None
    _, runs = _at_periods(record[best.number - 1], model)
    of = ModelDraws.of_one(model, best.typical) if draws is None or best.typical is None else draws
    weights, of_record, of_model = _joint(len(runs), len(of.ends), best.weight)
    parts = runs[of_record], of.ends[of_model], of.typical[of_model]
    return JointDraws(adjust(*parts, weights[:, None]), of_model)


def _joint(records: int, models: int, weight: Weight) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weights [joint draw], and for each which of so many draws of the record and of the model it takes."""
    rng = np.random.default_rng(SEED)
    weights = weight.at((rng.permutation(JOINT_DRAWS) + 0.5) / JOINT_DRAWS)
    of_record, of_model = (rng.permutation(JOINT_DRAWS) % n for n in (records, models))
    return weights, of_record, of_model


def _at_periods(view: RecordView, model: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the record's answer [period, end] and its runs [draw, period, end] at the model's periods.

    NaN at periods that the record was not asked about.  Without a known sampling error the answer is the only run.
    """
    asked = {int(m): i for i, m in enumerate(view.months)}
    at = [asked.get(int(m)) for m in model.period.values]
    table = view.table()
    assert table is not None
    values = table.sel(end=model["end"]).values
    past = np.array([values[i] if i is not None else np.full(values.shape[1], np.nan) for i in at])
    if view.runs is None:
        return past, past[None]
    runs = np.asarray(view.runs)  # in the order of `outcomes.ENDS`, as is the model
    unknown = np.full((len(runs), runs.shape[-1]), np.nan)
    return past, np.stack([runs[:, i] if i is not None else unknown for i in at], axis=1)
