"""The outside view on the inside view's labels: what episodes of a reference class became, by date.

Crosswalk from UCDP episode endings (every label is the state at the date, not a first passage):

===============  =====================================================================================
settlement       ended in a peace agreement, conflict not active again since
ceasefire        ended in a ceasefire, conflict not active again since
victory_1, _2    ended in the victory of side A (in civil wars the government) or B; map sides yourself
broken           ended in an agreement or ceasefire, and the same conflict was active again
talks, fighting  NaN: the data do not say whether those who still fight also talk
wider_war        NaN: the data do not record it as an end; so `more_conflict` is a lower bound
===============  =====================================================================================

The ends: peace = settlement + ceasefire; more_conflict = victories + broken; nowhere = the rest, which is still
fighting, low activity (ended without settlement) and an actor that ceased to exist.

A class curve is mixed with its parent's, weight n/(n + kappa) (`shrink`, on "conflict ends" at the last horizon).
A return to fighting is known by its calendar year only and dated to 1 July, or the day after the end if later.
Intervals are 95 % percentiles of a bootstrap over clusters (states), seeded; kappa is held fixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from peacetalks.evidence.casebook import RECURRENCE_TO
from peacetalks.evidence.classes import CaseFilter, day, prepared
from peacetalks.evidence.errors import EvidenceError
from peacetalks.evidence.grammar import parse
from peacetalks.evidence.rates import class_weight
from peacetalks.evidence.survival import incidence

LABELS = ("settlement", "ceasefire", "talks", "fighting", "victory_1", "victory_2", "wider_war", "broken")
ENDS = ("peace", "nowhere", "more_conflict")
CAUSES = ("agreement", "ceasefire", "victory_a", "victory_b", "low_activity", "actor_ceases")
MONTH = 30.4375
STEP = 30.4375  # days between the points of the convolution of endings with returns


@dataclass(frozen=True)
class OutsideForecast:
    """Probabilities of labels and ends at some dates; NaN where the data cannot speak."""

    reference_class: str
    as_of: date | None
    horizons_months: tuple[int, ...]
    labels: tuple[str, ...]
    ends: tuple[str, ...]
    probability: NDArray[np.float64]  # [horizon, label]
    low: NDArray[np.float64]  # [horizon, label] 95 %
    high: NDArray[np.float64]  # [horizon, label] 95 %
    end_probability: NDArray[np.float64]  # [horizon, end]
    end_low: NDArray[np.float64]  # [horizon, end] 95 %
    end_high: NDArray[np.float64]  # [horizon, end] 95 %
    n: int
    weight: float
    definition: str
    source: str
    draws: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        def plain(a: NDArray) -> list[list[float | None]]:
            return [[None if np.isnan(v) else float(v) for v in row] for row in a]

        out: dict[str, Any] = {k: plain(v) if isinstance(v, np.ndarray) else v for k, v in self.__dict__.items()}
        out["as_of"] = self.as_of.isoformat() if self.as_of else None
        return out


def outside_forecast(reference_class: CaseFilter | Mapping[str, object] | str | None, horizons_months: Sequence[int],
                     as_of: date | str | None = None, draws: int = 200, seed: int = 7) -> OutsideForecast:
    """Return what conflict episodes of a class became, at months counted from the age that the class has reached.

    `reference_class` is a class of episodes, such as ``war_type=interstate, reached=3y``. Raises `EvidenceError`
    for horizons that are not positive, an unknown covariate, or a class with no cases.

    >>> f = outside_forecast("war_type=interstate", [12, 24], draws=20)
    >>> f.end_probability.sum(axis=1).round(6).tolist()
    [1.0, 1.0]
    """
    months = tuple(int(m) for m in horizons_months)
    if not months or min(months) <= 0:
        raise EvidenceError(f"horizons_months is {list(horizons_months)}: give months of 1 or more, such as [6, 12].")
    known_on, chosen = day(as_of), CaseFilter.parse("episodes", reference_class)
    frame = _timed(chosen.parent.apply(prepared("episodes", known_on)), known_on)
    own = frame["id"].is_in(chosen.apply(prepared("episodes", known_on))["id"].to_list()).to_numpy()
    if not own.any():
        raise EvidenceError(f"no episode is in the class '{chosen}' as of {known_on or 'now'}: drop a condition.")
    weight = class_weight(parse("conflict ends within 1 year").event, chosen, int(max(months) * MONTH), known_on)
    cases = _arrays(frame, own)
    point = _forecast(cases, months, weight)
    low, high = _interval(cases, months, weight, frame["cluster"].to_numpy(), draws, seed)
    k = len(LABELS)
    return OutsideForecast(
        str(chosen), known_on, months, LABELS, ENDS, point[:, :k], low[:, :k], high[:, :k], point[:, k:], low[:, k:],
        high[:, k:], int(own.sum()), weight, (__doc__ or "").strip(), "UCDP Conflict Termination Dataset 3-2021; "
        "UCDP/PRIO Armed Conflict Dataset 25.1", draws, seed)


def _timed(frame: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Add `t`, `k` (days and cause of the end) and `r`, `b` (days from end to return or last look, returned)."""
    last = date(min(RECURRENCE_TO, as_of.year - 1) if as_of else RECURRENCE_TO, 12, 31)
    back = pl.max_horizontal(pl.date(pl.col("resumed"), 7, 1), pl.col("end").dt.offset_by("1d"))
    cause = pl.when(pl.col("end").is_null()).then(0).otherwise(
        pl.col("ending").replace_strict({c: i + 1 for i, c in enumerate(CAUSES)}, default=None))
    return frame.with_columns(
        t=(pl.coalesce("end", "seen") - pl.col("start")).dt.total_days(), k=cause,
        r=(pl.coalesce(back, pl.lit(last)) - pl.col("end")).dt.total_days(),
        b=pl.col("resumed").is_not_null().cast(pl.Int64)).filter(pl.col("t") >= 0, pl.col("k").is_not_null())


def _arrays(frame: pl.DataFrame, own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the cases as [case, (t, k, r, b, own)]."""
    values = frame.select("t", "k", "r", "b").cast(pl.Float64).to_numpy()
    return np.column_stack([values, own.astype(float)])


def _forecast(cases: NDArray, months: tuple[int, ...], weight: float) -> NDArray:
    """Return [horizon, label + end]: the class's curve mixed with its parent's, and the groups."""
    settled = cases[(cases[:, 1] == 1) | (cases[:, 1] == 2)]
    grid = np.arange(0, max(months) * MONTH + STEP, STEP)
    returns = [_returns(settled[settled[:, 1] == k], grid) for k in (1, 2)]
    whole = _states(cases, months, grid, returns)
    own = cases[cases[:, 4] == 1]
    mixed = whole if not own.size else np.where(
        np.isnan(mine := _states(own, months, grid, returns)), whole, weight * mine + (1 - weight) * whole)
    settlement, ceasefire, first, second, broken = mixed.T
    unknown = np.full(len(months), np.nan)
    peace, more = settlement + ceasefire, first + second + broken
    return np.column_stack([settlement, ceasefire, unknown, unknown, first, second, unknown, broken,
                            peace, 1 - peace - more, more])


def _returns(settled: NDArray, grid: NDArray) -> NDArray:
    """Return the chance [grid] that fighting has returned so long after a settlement; the last known one holds."""
    seen = settled[settled[:, 2] >= 0]
    p = incidence(seen[:, 2], seen[:, 3].astype(int), grid).probability[:, 0]
    return np.maximum.accumulate(np.nan_to_num(p))


def _states(cases: NDArray, months: tuple[int, ...], grid: NDArray, returns: list[NDArray]) -> NDArray:
    """Return [horizon, (settlement, ceasefire, victory A, victory B, broken)] at the months."""
    curve = incidence(cases[:, 0], cases[:, 1].astype(int), grid, causes=len(CAUSES)).probability
    force = []
    for k in (0, 1):
        born = np.diff(curve[:, k], prepend=0.0)
        force.append(curve[:, k] - np.convolve(born, returns[k])[:grid.size])
    broken = np.maximum(curve[:, 0] + curve[:, 1] - force[0] - force[1], 0.0)
    table = np.column_stack([*force, curve[:, 2], curve[:, 3], broken])
    return table[[round(m * MONTH / STEP) for m in months]]


def _interval(cases: NDArray, months: tuple[int, ...], weight: float, cluster: NDArray, draws: int,
              seed: int) -> tuple[NDArray, NDArray]:
    rng = np.random.default_rng(seed)
    labels, place = np.unique(cluster.astype(str), return_inverse=True)
    members = [np.flatnonzero(place == c) for c in range(labels.size)]
    runs = []
    for _ in range(draws):
        picked = np.concatenate([members[c] for c in rng.integers(0, labels.size, labels.size)])
        runs.append(_forecast(cases[picked], months, weight))
    stack = np.stack(runs)
    known = ~np.isnan(stack).any(axis=0)
    filled = np.where(known, np.nan_to_num(stack), 0.0)
    low, high = np.quantile(filled, [0.025, 0.975], axis=0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
