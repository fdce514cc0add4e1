"""The two methods of the outside view, the mixture with ignorance, and the intervals; `outside` describes them.

Every array [month, label + class] holds the labels of `outcomes.LABELS` and then the classes of `outcomes.ENDS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.errors import EmptyClass, EvidenceError
from peacetalks.evidence import crosswalk, regression
from peacetalks.evidence.bootstrap import draw_counts
from peacetalks.evidence.case_tables import EPISODES_TO
from peacetalks.evidence.classes import CaseFilter, Where, prepared
from peacetalks.evidence.crosswalk import Times
from peacetalks.evidence.dates import DAYS_PER_MONTH, as_date
from peacetalks.evidence.grammar import parse
from peacetalks.evidence.rates import class_weight
from peacetalks.evidence.shrink import posterior

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from peacetalks.evidence.arrays import Floats, Ints


NEVER, ALWAYS = 1e-12, 1 - 1e-12  # a probability beyond these is that of a label that no case, or every case, came to


@dataclass(frozen=True)
class Sample:
    """The episodes of a scope (`whole`) and of the class (`own`), each counted from its own clock, with their times."""

    whole: pl.DataFrame
    own: pl.DataFrame
    chosen: CaseFilter
    months: tuple[int, ...]
    as_of: date | None
    population: pl.DataFrame  # every episode as known at the date

    @property
    def today(self) -> date:
        """The date of the forecast, else the last day of follow-up."""
        return self.as_of or EPISODES_TO

    @property
    def clusters(self) -> int:
        """States in the scope."""
        return self.whole["cluster"].n_unique()

    @property
    def states(self) -> int:
        """States among the cases of the class itself."""
        return self.own["cluster"].n_unique()

    def resample(self, rng: np.random.Generator, draws: int, *parts: pl.DataFrame) -> Iterator[list[Ints]]:
        """Yield, for each draw of clusters, how often each case of each part is drawn [case]."""
        labels = [p["cluster"].to_numpy().astype(str) for p in parts]
        names, place = np.unique(np.concatenate(labels), return_inverse=True)
        cuts = np.cumsum([v.size for v in labels])[:-1]
        for _ in range(draws):
            yield np.split(draw_counts(rng, names.size)[place], cuts)


def sample(where: Where, horizons_months: Sequence[int], as_of: date | str | None = None) -> Sample:
    """Return the episodes behind an outside view.

    Raises `EvidenceError` for months below 1 or an unknown condition, `EmptyClass` for a scope without cases.
    """
    months = tuple(int(m) for m in horizons_months)
    if not months or min(months) <= 0:
        raise EvidenceError(f"horizons_months is {list(horizons_months)}: give months of 1 or more, such as [6, 12].")
    known_on, chosen = as_date(as_of), CaseFilter.parse("episodes", where)
    frame = prepared("episodes", known_on)
    own = crosswalk.timed(chosen.apply(frame), known_on)
    whole = crosswalk.timed(chosen.parent.apply(frame), known_on)
    if not whole.height:
        raise EmptyClass(f"no episode is in the class '{chosen}' as of {known_on or 'now'}: drop a condition.")
    return Sample(whole, own, chosen, months, known_on, frame)


def own_weight(given: Sample) -> float:
    """Return the weight of the class's own cases against those of its scope; 0 for a class without cases."""
    if not given.own.height:
        return 0.0
    event = parse("conflict ends within 1 year").event
    return class_weight(event, given.chosen, int(max(given.months) * DAYS_PER_MONTH), given.as_of)


def by_class(given: Sample, weight: float, draws: int, rng: np.random.Generator) -> tuple[Floats, list[Floats]]:
    """Return [month, label + class] from the class's curve mixed with its scope's, and the same in each draw."""
    whole, own = Times.of(given.whole), Times.of(given.own)
    runs = [
        _mixed(whole.repeated(w), own.repeated(o), given.months, weight)
        for w, o in given.resample(rng, draws, given.whole, given.own)
    ]
    return _mixed(whole, own, given.months, weight), runs


def _mixed(whole: Times, own: Times, months: tuple[int, ...], weight: float) -> Floats:
    every, mine = scope_and_class(whole, own, months)
    return every if not own.t.size else np.where(np.isnan(mine), every, weight * mine + (1 - weight) * every)


def scope_and_class(whole: Times, own: Times, months: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return [month, label + class] of the scope and of the class; the chance of return is that of the scope."""
    days = crosswalk.grid(months)
    back = whole.returns(days)
    every, mine = (crosswalk.labels_at(t.curve(days), back, months) for t in (whole, own))
    return every, mine


def regressed(given: Sample) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cases to fit on, and those to average over: the class's, else all with the class's traits put in.

    The era of those averaged over is set to that of the forecast.
    """
    fitted, cases = regression.described(given.whole), regression.described(given.own)
    if cases.height:
        return fitted, cases.with_columns(start=pl.lit(given.today))
    traits = {c.column: c.value for c in given.chosen.conditions if c.sign == "=" and len(c.values) == 1}
    typed = [pl.lit(v).cast(fitted.schema[c]).alias(c) for c, v in traits.items() if c in fitted.columns]
    return fitted, fitted.with_columns(*typed, start=pl.lit(given.today))


def by_regression(
    given: Sample, draws: int, rng: np.random.Generator
) -> tuple[Floats, list[Floats], dict[str, dict[str, float]]]:
    """Return [month, label + class] from the Cox models, the same in each draw, and the hazard ratios."""
    fitted, cases = regressed(given)
    model, days = regression.fit(fitted), crosswalk.grid(given.months)
    times, x = Times.of(fitted), model.standardised(cases)
    point = crosswalk.labels_at(regression.curves(model, x, days), times.returns(days), given.months)
    runs = []
    for drawn, share in given.resample(rng, draws, fitted, cases):
        part = share.astype(float) if share.any() else None
        curve = regression.curves(model, x, days, regression.draw(model, rng), drawn.astype(float), part)
        runs.append(crosswalk.labels_at(curve, times.repeated(drawn).returns(days), given.months))
    return point, runs, model.ratios()


def with_ignorance(table: Floats, share: float, classes: Floats) -> Floats:
    """Return [month, label + class] mixed with a `share` of given probabilities of the three `classes`.

    The probability of a class is divided evenly among its labels that the data set codes.
    """
    peace, nowhere, more = classes
    nothing = np.array(
        [peace / 2, peace / 2, np.nan, np.nan, more / 3, more / 3, np.nan, more / 3, peace, nowhere, more]
    )
    return (1 - share) * table + share * nothing


def interval(stack: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % percentiles [month, label + class] over draws; NaN where a draw is not known."""
    known = ~np.isnan(stack).any(axis=0)
    low, high = np.quantile(np.nan_to_num(stack), [0.025, 0.975], axis=0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def widened(low: Floats, high: Floats, given: Sample, weight: float) -> tuple[Floats, Floats]:
    """Return the interval [month, label + class], widened where no case, or every case, of the class came to a label.

    Resampling such cases never varies; the interval is then at least that of the beta posterior.
    """
    every, mine = scope_and_class(Times.of(given.whole), Times.of(given.own), given.months)
    n, clusters = given.own["cluster"].n_unique(), given.clusters
    low, high = low.copy(), high.copy()
    for i, j in zip(*np.nonzero((mine < NEVER) | (mine > ALWAYS)), strict=True):
        p, parent = float(mine[i, j] > 0.5), float(every[i, j])
        informed = weight < 1 and NEVER < parent < ALWAYS  # the scope has seen the label, and its absence
        _, least, most = posterior(p, n, parent, n * (1 - weight) / weight) if informed else posterior(p, clusters)
        low[i, j], high[i, j] = min(low[i, j], least), max(high[i, j], most)
    return low, high
