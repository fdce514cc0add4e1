"""What is said of the best estimate in sentences: the headline, why it differs from the record, what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.outcomes import ENDS
from peacetalks.pages.cells import known
from peacetalks.pages.shown import (
    PEACE,
    all_known,
    at,
    has_best,
    headline_day,
    headline_month,
    percent_at,
    percents_at,
    shown_ends,
    shown_months,
)
from peacetalks.pages.styles import END_NAMES, MODEL_ALONE, PAST_CONFLICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from peacetalks.forecasting.best_estimate import BestEstimate
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.forecasting.views import HasViews

NEARLY = 0.02  # difference of the model from its typical case up to which it is the same,
NEARLY_RATIO = 1.25  # where the rarer of "it happens" and "it does not" is not more than so many times as likely
SAME = 0.005  # a probability that differs by less is shown as the same
PEACE_FACTOR = 2.0  # peace is named unless another outcome class moved more than twice as far
NAMED = 3  # departures that a sentence names
NOT_SHARPER = (
    "On past conflicts the model has not forecast better than the record by itself: it explains and compares, and does "
    "not sharpen."
)


def headline(f: HasViews) -> str:
    """Return the best estimate at the month of the headline, or, under its name, the model alone where there is none.

    The intervals stand beside it (`card`).
    """
    ends = percents_at(shown_ends(f), headline_month(f))
    whose = "" if has_best(f) else f", {MODEL_ALONE}"
    return f"By {headline_day(f)}{whose}: {', '.join(f'{END_NAMES[e].lower()} {ends[e]}' for e in ENDS)}."


def short_why(f: HasViews) -> str:
    """Return one sentence of at most 25 words on why the answer is what it is."""
    m, best = headline_month(f), f.pooled
    if best.ends is None:
        return (
            "There is no best estimate: past conflicts give no answer to the question at hand. This is the model alone."
        )
    if not has_best(f):
        return (
            "There is no best estimate at this date: past conflicts were not followed so long. This is the model alone."
        )
    if not best.adjusted or best.record is None or best.typical is None:
        return f"That is what {PAST_CONFLICTS} show; the model does not adjust it, since there is no typical case."
    moved, apart = (best.ends - best.record).sel(period=m), (f.ends - best.typical).sel(period=m)
    end = _named_end(moved, apart)
    name, here, typical = END_NAMES[end].lower(), percent_at(f.ends, end, m), percent_at(best.typical, end, m)
    same, difference = abs(float(moved.sel(end=end))) < SAME, float(apart.sel(end=end))
    if same and like_typical(f, end, m):
        return f"That is what {PAST_CONFLICTS} show: the model finds this case like the typical one of its class."
    likelier = "likelier" if difference > 0 else "less likely"
    if same:
        return (
            f"As in {PAST_CONFLICTS}: the model finds {name} {likelier} here ({here}) than typically ({typical}), but "
            "that counts for little."
        )
    past = f"{PAST_CONFLICTS.capitalize()} give {name} {percent_at(best.record, end, m)}"
    return f"{past}; the model finds it {likelier} here ({here}) than in the typical case of the class ({typical})."


def why_line(f: HasViews, month: int) -> str:
    """Return one sentence on why the best estimate differs from the record: on peace, or on what moved far more."""
    best = f.pooled
    assert best.ends is not None
    assert best.record is not None
    assert best.typical is not None
    moved = (best.ends - best.record).sel(period=month)
    end = _named_end(moved, (f.ends - best.typical).sel(period=month))
    name, here, typical = END_NAMES[end].lower(), percent_at(f.ends, end, month), percent_at(best.typical, end, month)
    apart = at(f.ends - best.typical, end, month)
    same = abs(float(moved.sel(end=end))) < SAME
    if same and like_typical(f, end, month):
        return f"That is what {PAST_CONFLICTS} show: the model finds this case like the typical one of its class."
    likelier = "likelier" if apart > 0 else "less likely"
    finds = (
        f"the model finds it {likelier} here ({here}) than in the typical case of the class ({typical}), "
        f"from which this one departs in {named(tuple(d.what for d in best.departures))}"
    )
    past = f"{PAST_CONFLICTS.capitalize()} by themselves: {name} {percent_at(best.record, end, month)}"
    if same:
        return f"{past}, the same; {finds}, but departures count for little (weight {best.weight.mean:.2f})."
    return f"{past}; {finds}."


def like_typical(f: HasViews, end: str, month: int) -> bool:
    """Return whether the model finds an outcome class nearly as likely as in the typical case of the class."""
    assert f.pooled.typical is not None
    here, typical = (at(a, end, month) for a in (f.ends, f.pooled.typical))
    pairs = sorted((here, typical)), sorted((1 - here, 1 - typical))
    return abs(here - typical) < NEARLY and all(high <= NEARLY_RATIO * low + SAME for low, high in pairs)


def _named_end(moved: xr.DataArray, apart: xr.DataArray) -> str:
    """Return the outcome class that a sentence is about: one that moved the way in which the model departs."""
    alike = [e for e in ENDS if float(moved.sel(end=e) * apart.sel(end=e)) >= 0] or list(ENDS)
    return max(alike, key=lambda e: abs(float(moved.sel(end=e))) * (PEACE_FACTOR if e == PEACE else 1.0))


def named(departures: tuple[str, ...], most: int = NAMED) -> str:
    """Return the first departures as a list in words, and how many more there are.

    >>> named(("a", "b")), named(("a", "b", "c", "d", "e"))
    ('a and b', 'a, b, c and 2 more')
    """
    if not departures:
        return "nothing that the record describes"
    if len(departures) > most:
        return f"{', '.join(departures[:most])} and {len(departures) - most} more"
    return listed(departures)


def best_estimate_lines(o: HasViews) -> list[str]:
    """Return what the best estimate is made of, and between which bounds it lies; or why there is none."""
    return [*basis_lines(o), *bound_lines(o), *departure_lines(o.pooled)]


def basis_lines(o: HasViews) -> list[str]:
    """Return what the best estimate is made of, what its interval holds and what the weight rests on."""
    best = o.pooled
    if best.ends is None:
        return [f"No best estimate. {best.reason}"]
    if not best.adjusted:
        return [
            f"Best estimate: {PAST_CONFLICTS} [{best.number}], as they stand. {best.reason}",
            f"Its 90% interval holds {listed(best.interval_holds)}.",
        ]
    w = best.weight
    cases = f"{w.effective_n:,.0f} past cases"
    enough = "which identify it" if w.identified else "too few to identify it: mostly the prior"
    which = f" ({best.typical_case})" if best.typical_case else ""
    without = "" if best.draws else " The ranges of the scenario are not in it: `forecast --draws 64` takes them in."
    return [
        f"Best estimate: {PAST_CONFLICTS} [{best.number}], moved by {w.mean:.2f} (90%: {w.low:.2f} to {w.high:.2f}) of "
        f"the model's departure from the typical case of the class{which}: the same mechanisms and "
        "values, with every number that the record identifies or describes at its typical value.",
        f"The weight was fitted on {cases} known at {o.as_of}, {enough}. Prior, a {best.card['prior']['why']}. "
        f"{' '.join(best.card['limits'])}".rstrip(),
        f"Its 90% interval holds {listed(best.interval_holds)}.{without}",
    ]


def bound_lines(o: HasViews) -> list[str]:
    """Return between which bounds the best estimate lies, and where it lies outside both record and model."""
    best, m = o.pooled, headline_month(o)
    if best.ends is None or best.record is None or best.whole is None or not all_known(best.ends, m):
        return []
    record, whole = percents_at(best.record, m), percents_at(best.whole, m)
    between = "; ".join(f"{END_NAMES[e].lower()} {record[e]} to {whole[e]}" for e in ENDS)
    bounds = (
        f"At {m} mo the bounds are {PAST_CONFLICTS} (weight 0) and {PAST_CONFLICTS} with the model's whole departure "
        f"(weight 1): {between}."
    )
    return [bounds, *outside_lines(o)]


def outside_lines(o: HasViews) -> list[str]:
    """Return a sentence on where the best estimate lies outside both record and model, and why; none where nowhere."""
    found = {e: [str(m) for m in shown_months(o) if _outside(o, e, m)] for e in ENDS}
    where = [f"{END_NAMES[e].lower()} at {listed(months)} mo" for e, months in found.items() if months]
    if not where:
        return []
    return [
        f"Outside both {PAST_CONFLICTS} and the {MODEL_ALONE} lie: {'; '.join(where)}. What is taken from the model is "
        "not its level but its departure from the typical case."
    ]


def departure_lines(best: BestEstimate) -> list[str]:
    """Return what departs from the typical case."""
    if not best.adjusted:
        return []
    if not best.departures:
        return ["Nothing in the scenario departs from the typical case of its class."]
    far = [d.detail for d in best.departures if d.far] or [d.detail for d in best.departures]
    near = len(best.departures) - len(far)
    rest = f"; and {near} that differ{'s' * (near == 1)} by less than a tenth" if near else ""
    return [f"What departs from the typical case: {'; '.join(far)}{rest}."]


def draws_line(o: Outlook) -> str:
    """Return a sentence where the mean over the draws differs from the central values by more than the grid's error."""
    if o.mixture is None:
        return ""
    apart = abs(o.mixture - o.ends).sel(period=shown_months(o))
    error = 0.0 if o.grid_error is None else o.grid_error.sel(period=apart.period)
    most = apart.where(apart > np.maximum(error, SAME)).fillna(0.0)
    if float(most.max()) == 0:
        return ""
    m, e = np.unravel_index(int(most.values.argmax()), most.shape)
    end, month = str(most["end"].values[e]), int(most.period.values[m])
    return (
        f"The point is that of the central values. The mean of the model over the draws differs: "
        f"{END_NAMES[end].lower()} at {month} mo is {percent_at(o.mixture, end, month)}, against "
        f"{percent_at(o.ends, end, month)}."
    )


def _outside(f: HasViews, end: str, month: int) -> bool:
    best = f.pooled
    if not best.adjusted or best.ends is None or best.record is None:
        return False
    p, r, m = (at(a, end, month) for a in (best.ends, best.record, f.ends))
    return known(p) and not min(r, m) - SAME <= p <= max(r, m) + SAME


def listed(items: Sequence[str]) -> str:
    """Return one item or more as a list in words."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))
