"""Hazards of conflicts in which fighting goes on: settled, won by force, faded; and of a return after a settlement.

The cases are UCDP conflict episodes as known at a date, cut into pieces of time (`pieces`), with competing risks
(`hazards`). Covariates: the traits below (`ceasefires`: declared in the three years before), the logarithm of the age
(with other slopes in the first month, in the first year and between states), and the era. The *era* is a random walk
over five-year steps counted back from the date of the forecast, so that agreements may become rare, and the last era's
level is what is carried forward.

A trait that is not known, of a case or of the situation, takes its mean. Low activity in a year is known only when the
next calendar year is over: time after the last such year does not count as time at risk of fading.

The covariates and the widths of the priors were compared by walk-forward on the conflict-years of 1955 to 2018 (some 25
variants). On civil ones (N 1,720 at 12 months, 1,678 at 24) the Brier scores are .125 and .206, without eras .126 and
.209, of the climatology known at the time .127 and .215; other widths change them by less than .001. On the 55 between
states the regression is worse than climatology (.397 against .354), as far as so few can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence import crosswalk
from peacetalks.evidence.case_tables import EPISODES_TO
from peacetalks.evidence.classes import prepared
from peacetalks.evidence.conflict_year_rows import TABLE, from_csv
from peacetalks.evidence.dates import DAYS_PER_YEAR, last_whole_year
from peacetalks.evidence.endings import ENDINGS, FADED, SETTLED, VICTORY
from peacetalks.evidence.hazards import Hazards, Pieces, Prior, by_months, cluster_counts, fit
from peacetalks.evidence.pieces import LAST_ERAS, cut, eras, log_age, log_ages, middles
from peacetalks.evidence.tables import table_text

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Bools, Floats, Ints

CAUSES = ("settled", "won by force", "faded")
CAUSE_OF = {e: i for i, ends in enumerate((SETTLED, VICTORY, FADED)) for e in ends}
TRAITS = (
    "interstate",
    "internationalised",
    "extrasystemic",
    "territory",
    "war",
    "major_power",
    "recurring",
    "ceasefires",
)
AGES = ("log age", "log age in the first year", "log age in the first month", "log age, interstate")
TRAIT_SD, AGE_SD, ERA_SD, LEVEL_SD = 0.5, 0.5, 0.4, 2.0  # of the priors (judgement)
MOST_CEASEFIRES = 10  # more count as this many


@dataclass(frozen=True)
class Fighting:
    """The hazards as known at a date, with what they rest on."""

    hazards: Hazards
    back: Hazards  # of a return to fighting after a settlement
    means: dict[str, float]  # of the traits, over time at risk
    today: date
    oldest: float  # days that the oldest case was followed
    n: int  # episodes
    clusters: int
    events: dict[str, int]
    settled: dict[str, int]  # kind -> episodes that ended in an agreement or a ceasefire, followed since
    settled_states: dict[str, int]
    returned: dict[str, int]  # of these active again

    def path(self, traits: dict[str, float | None], age: float, months: int) -> Floats:
        """Return the covariates in each coming month [month, covariate] of a conflict of an age in days."""
        ages = np.minimum(middles(months, age), self.oldest)
        given = {k: np.full(months, np.nan if (v := traits.get(k)) is None else float(v)) for k in TRAITS}
        return _columns(given, self.means, ages, np.full(months, self.today.year - 1), self.today)


def episodes_known(as_of: date | None) -> pl.DataFrame:
    """Return conflict episodes with the times of `crosswalk.Times`, as known at a date."""
    return crosswalk.timed(prepared("episodes", as_of), as_of)


def fit_fighting(frame: pl.DataFrame, as_of: date | None, draws: int, seed: int) -> Fighting:
    """Fit the hazards to episodes (`episodes_known`)."""
    today, rng = as_of or EPISODES_TO, np.random.default_rng(seed)
    names, cluster = np.unique(frame["cluster"].to_numpy().astype(str), return_inverse=True)
    c = cut(frame["start"].to_list(), frame["t"].to_numpy().astype(float))
    given = _traits(frame, c.case, c.year)
    cause = np.array([-1 if k == 0 else CAUSE_OF[ENDINGS[k - 1]] for k in frame["k"].to_list()])
    events = np.zeros((c.case.size, len(CAUSES)))
    ended = (c.last == 1) & (cause[c.case] >= 0)
    events[ended, cause[c.case][ended]] = 1.0
    exposure = np.repeat(c.days[:, None] / DAYS_PER_YEAR, len(CAUSES), axis=1)
    exposure[:, 2] *= c.year < last_whole_year(today)  # low activity is known a calendar year later
    events[:, 2] *= c.year < last_whole_year(today)
    means = {k: float(np.nansum(v * c.days) / max((c.days * ~np.isnan(v)).sum(), 1.0)) for k, v in given.items()}
    pieces = Pieces(exposure, events, _columns(given, means, c.age, c.year, today), cluster[c.case])
    counts = cluster_counts(rng, draws, names.size)
    sd = [LEVEL_SD, *[TRAIT_SD] * len(TRAITS), *[AGE_SD] * len(AGES), *[ERA_SD] * LAST_ERAS]
    found = fit(pieces, Prior.near_rate(pieces, sd), counts, rng)
    number = {CAUSES[i]: int(v) for i, v in enumerate(events.sum(axis=0))}
    oldest = float(frame["t"].to_numpy().max())
    back = _fit_returns(frame, cluster, counts, rng)
    return Fighting(found, back, means, today, oldest, frame.height, names.size, number, *_settlements(frame))


def ends(model: Fighting, traits: dict[str, float | None], age: float, months: int) -> Floats:
    """Return the outcome classes at the end of each month [draw, month, 3], the first row at the mode."""
    curve = model.hazards.incidence(model.path(traits, age, months))
    return end_classes(curve, return_chance(model.back, traits.get("interstate"), months))


def end_classes(curve: Floats, back: Floats) -> Floats:
    """Return the outcome classes [draw, month, 3] from incidence and returns.

    `curve` [draw, month, cause] is the cumulative incidence of a settlement, of a victory and of other ends, `back`
    [draw, month] the chance that fighting is back so long after a settlement. What is in force is what was concluded,
    less the convolution of new settlements with returns.
    """
    new = np.diff(curve[..., 0], axis=1, prepend=0.0)
    after = np.concatenate([np.zeros((len(back), 1)), back[:, :-1]], axis=1)  # concluded within the month: not yet
    broken = np.stack([np.convolve(a, b)[: new.shape[1]] for a, b in zip(new, after, strict=True)])
    peace, more = curve[..., 0] - broken, curve[..., 1] + broken
    return np.stack([peace, 1 - peace - more, more], axis=-1)


def return_chance(back: Hazards, interstate: float | None, months: int, since: float = 0.0) -> Floats:
    """Return the chance that fighting is back [draw, month], the first row at the mode.

    Months are counted from `since` days after a settlement under which there was none so far.
    """
    x = _return_columns(middles(months, since), _number(interstate))
    return by_months(np.exp(np.einsum("rp,mp->rm", back.every[:, 0], x)))


def returns_unknown(rng: np.random.Generator, draws: int) -> Hazards:
    """Return the hazard of a return where no settlement is known: a judgement of a tenth a year, falling with time."""
    mean = np.array([[np.log(0.1), -0.5, 0.0]])
    return Hazards(mean, mean + rng.standard_normal((draws, 1, 3)) * np.array([0.7, 0.2, 0.3]))


@cache
def read_conflict_years() -> pl.DataFrame:
    """Return the ceasefires declared in the three years before each 31 December, by `episode` and `year`."""
    return from_csv(table_text(TABLE)).select("episode", "year", "ceasefires")


def ceasefires_scale(number: ArrayLike) -> Floats:
    """Return the covariate of numbers of ceasefires, log(1 + number), of at most `MOST_CEASEFIRES`.

    >>> ceasefires_scale([1, 10, 11]).round(3).tolist()
    [0.693, 2.398, 2.398]
    """
    return np.log1p(np.minimum(np.asarray(number, float), MOST_CEASEFIRES))


def _ceasefires(frame: pl.DataFrame, case: Ints, year: Ints) -> Floats:
    """Return the covariate of ceasefires of each piece: those of the three years before its 1 January; NaN unknown."""
    asked = pl.DataFrame({"episode": frame["id"].to_numpy()[case], "year": year - 1})
    found = asked.join(read_conflict_years(), on=["episode", "year"], how="left", maintain_order="left")
    number = found["ceasefires"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return ceasefires_scale(number)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _traits(frame: pl.DataFrame, case: Ints, year: Ints) -> dict[str, Floats]:
    """Return each trait of the pieces [piece], NaN where it is not known."""

    def of(expression: pl.Expr) -> Floats:
        return frame.select(v=expression.cast(pl.Float64))["v"].fill_null(np.nan).to_numpy()[case]

    kinds = {k: of(pl.col("war_type") == k) for k in TRAITS[:3]}
    war_year = of(pl.col("war_year").fill_null(9999))
    return {
        **kinds,
        "territory": of(pl.col("incompatibility") == "territory"),
        "war": (war_year < year).astype(float),
        "major_power": of(pl.col("major_power") == 1),
        "recurring": of(pl.col("previous") >= 1),
        "ceasefires": _ceasefires(frame, case, year),
    }


def _columns(given: dict[str, Floats], means: dict[str, float], age: Floats, year: Ints, today: date) -> Floats:
    """Return the covariates [piece, covariate]: 1, traits less their means, ages, eras."""
    traits = [np.nan_to_num(given[k] - means[k]) for k in TRAITS]
    ages = log_ages(age)
    return np.column_stack([np.ones(len(ages)), *traits, ages, ages[:, 0] * traits[0], eras(year, today)])


def _return_columns(days: Floats, interstate: Floats | float) -> Floats:
    kind = np.nan_to_num(np.broadcast_to(interstate, np.shape(days)))
    return np.column_stack([np.ones(len(days)), log_age(days), kind])


def _followed_settlements(frame: pl.DataFrame) -> Bools:
    settled = [ENDINGS.index(e) + 1 for e in SETTLED]
    return (frame["k"].is_in(settled) & (frame["r"] >= 0)).to_numpy()


def _settlements(frame: pl.DataFrame) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Return, by kind, the settlements that are followed, the states in which they are, and how many did not hold."""
    own = frame.filter(pl.Series(_followed_settlements(frame)))
    between = pl.col("war_type") == "interstate"
    parts = {"interstate": own.filter(between), "civil": own.filter(~between)}
    return (
        {k: f.height for k, f in parts.items()},
        {k: f["cluster"].n_unique() for k, f in parts.items()},
        {k: int(f["b"].sum()) for k, f in parts.items()},
    )


def _fit_returns(frame: pl.DataFrame, cluster: Ints, counts: Floats, rng: np.random.Generator) -> Hazards:
    """Fit the hazard of a return to fighting after an agreement or a ceasefire."""
    keep = _followed_settlements(frame)
    own = frame.filter(pl.Series(keep))
    if not own.height:
        return returns_unknown(rng, len(counts))
    c = cut(own["end"].to_list(), own["r"].to_numpy().astype(float))
    interstate = (own["war_type"] == "interstate").to_numpy().astype(float)[c.case]
    back = own["b"].to_numpy()[c.case] * c.last
    pieces = Pieces(
        c.days[:, None] / DAYS_PER_YEAR,
        back[:, None].astype(float),
        _return_columns(c.age, interstate),
        cluster[keep][c.case],
    )
    prior = Prior.near_rate(pieces, [LEVEL_SD, AGE_SD, TRAIT_SD])
    # a cluster without settlements has no score: its draws do not matter
    return fit(pieces, prior, counts[:, : pieces.clusters], rng)
