"""What is said of a what-if in sentences: the finding, what else moves, and how exact it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.forecasting.labels import label_of
from peacetalks.forecasting.settings import PROBABILITY_ERROR
from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import PEACE_FACTOR, listed
from peacetalks.pages.cells import distinct_percents, error_points, known, points, signed, whole_percent
from peacetalks.pages.shown import PEACE, at, day_after
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE, PAST_CONFLICTS
from peacetalks.scenario.changes import shown_value

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.what_if_values import Difference, Single, WhatIf
    from peacetalks.scenario.changes import Change

BEFORE, AFTER = "before", "after"
NAMED = 2  # changes that a sentence names with their values
SHOWN = 0.0005  # a difference of probabilities up to which the model's sentence says that it stays
SMALL = 0.0005  # share of the stake up to which a difference in welfare is none


def finding(w: WhatIf) -> str:
    """Return in one sentence what the changes do: to the best estimate, or without one to the model alone."""
    d = w.difference
    if d.best is None or not known(at(d.best, PEACE, w.month)):
        return f"{opening(w)}, {_moved(w, d.model, w.before.ends, w.after.ends, d.model_error, MODEL_ALONE)}."
    assert w.before.pooled.ends is not None
    assert w.after.pooled.ends is not None
    if not (w.before.pooled.adjusted or w.made.moves_class):
        return (
            f"{opening(w)}, the {BEST_ESTIMATE} stays where it is: {PAST_CONFLICTS} as they stand, which the model "
            f"does not adjust; {_moved(w, d.model, w.before.ends, w.after.ends, d.model_error, MODEL_ALONE)}."
        )
    sentence = _moved(w, d.best, w.before.pooled.ends, w.after.pooled.ends, d.best_error, BEST_ESTIMATE)
    return f"{opening(w)}, {sentence}."


def leads(w: WhatIf) -> tuple[str, ...]:
    """Return what follows the finding: the model, each of several changes, welfare, and what is estimated anew."""
    lines = [_model_line(w), _each_line(w), _welfare_line(w), _anew_line(w), _class_line(w)]
    return tuple(line for line in lines if line)


def opening(w: WhatIf) -> str:
    """Return what is changed, as a sentence begins with it."""
    if len(w.changes) > NAMED and len(w.made.groups) > 1:
        return f"With {len(w.made.groups)} changes together"
    return f"With {' and '.join(_change(c, w) for c in w.changes[:NAMED])}"


def _change(c: Change, w: WhatIf) -> str:
    label = label_of(c.path, w.scenario)
    if isinstance(c.after, bool):
        return f"{label} switched {shown_value(c.after)}"
    if c.after == "off":
        return f"{label} out of the game"
    if c.before == "off":
        return f"{label} at {shown_value(c.after)}, which was not in the game"
    return f"{label} at {shown_value(c.after)} instead of {shown_value(c.before)}"


def _short(c: Change, w: WhatIf) -> str:
    """Return what is changed without its values; of what is switched off or on, that it is."""
    return _change(c, w) if isinstance(c.after, bool) or c.after == "off" else label_of(c.path, w.scenario)


def _moved(
    w: WhatIf,
    difference: xr.DataArray,
    before: xr.DataArray,
    after: xr.DataArray,
    error: xr.DataArray | None,
    whose: str,
) -> str:
    """Return how an outcome class moves in a view: peace, or another one that moves far more."""
    m = w.month
    end = max(ENDS, key=lambda e: abs(at(difference, e, m)) * (PEACE_FACTOR if e == PEACE else 1.0))
    x, off = at(difference, end, m), 2 * PROBABILITY_ERROR if error is None else at(error, end, m)
    name, by = END_NAMES[end].lower(), f"by {day_after(w.as_of, m)}"
    if abs(x) <= off:
        return (
            f"{name} {by} stays at {whole_percent(at(before, end, m))} ({whose}): the difference of {points(x)} points "
            f"is within the error of the computation ({error_points(off)}), so that its sign is not known"
        )
    first, second = distinct_percents(at(before, end, m), at(after, end, m))
    interval = "" if whose != BEST_ESTIMATE else _interval(w.difference, end, m)
    how = f"stays at {first}" if first == second else f"{'rises' if x > 0 else 'falls'} from {first} to {second}"
    return f"{name} {by} {how} ({whose}: {points(x)} points{interval})"


def _interval(d: Difference, end: str, month: int) -> str:
    if d.low is None or d.high is None:
        return ""
    return f"; 90%: {points(at(d.low, end, month))} to {points(at(d.high, end, month))}"


def _model_line(w: WhatIf) -> str:
    d, best = w.difference, w.before.pooled
    if d.best is None or not best.adjusted:
        return "" if best.ends is not None else f"There is no {BEST_ESTIMATE}: {best.reason}"
    ends = ", ".join(_from_to(w, e) for e in ENDS)
    taken = (
        ""
        if w.made.moves_class
        else (f"; the {BEST_ESTIMATE} takes over {best.weight.mean:.2f} of the model's departure from the typical case")
    )
    return f"In the {MODEL_ALONE} {ends}{taken}."


def _from_to(w: WhatIf, end: str) -> str:
    """Return an outcome class in the model alone, before and after, in words."""
    before, after = (at(case.ends, end, w.month) for case in (w.before, w.after))
    name, error = END_NAMES[end].lower(), w.difference.model_error
    if abs(after - before) <= max(SHOWN, 0.0 if error is None else at(error, end, w.month)):
        return f"{name} stays at {whole_percent(before)}"
    first, second = distinct_percents(before, after)
    return f"{name} goes from {first} to {second}"


def error_line(w: WhatIf) -> str:
    """Return how far the differences shown may be off at the most."""
    error = w.difference.model_error if w.difference.best is None else w.difference.best_error
    if error is None:
        return "The error of the belief grid is estimated from 4 belief points on; these differences have none."
    most = float(error.max())
    return (
        f"A finer belief grid may still move these differences by up to {error_points(most).lstrip('±')} points; of "
        "one that is smaller than its error the sign is not known."
    )


def _each_line(w: WhatIf) -> str:
    """Return which of several changes does most by itself, and what they do beyond the sum of the single ones."""
    found = [(s, effect_of(s, w.month)) for s in w.each]
    of = [(s, x) for s, x in found if x is not None]
    if len(of) < 2:
        return ""
    most, x = max(of, key=lambda item: abs(item[1]))
    name = ", ".join(_short(c, w) for c in most.changes[:NAMED])
    line = f"By itself {name} does most: peace {points(x)} points"
    if len(of) < len(w.each):
        return f"{line}."
    total = effect(w.difference, w.month)
    beyond = total - sum(x for _, x in of)
    return (
        f"{line}; together the changes do {points(total)}, which is {points(beyond)} beyond the sum of the single ones."
    )


def effect(d: Difference, month: int) -> float:
    """Return by how much peace moves: in the best estimate, or without one in the model alone."""
    best = None if d.best is None else at(d.best, PEACE, month)
    return best if best is not None and known(best) else at(d.model, PEACE, month)


def effect_of(s: Single, month: int) -> float | None:
    """Return by how much peace moves with one change by itself; None where that has no forecast."""
    return None if s.difference is None else effect(s.difference, month)


def _welfare_line(w: WhatIf) -> str:
    d = w.difference
    moved = {player: x for player, x in d.welfare.items() if x is not None and abs(x) > SMALL}
    beyond = {p: x for p, x in moved.items() if abs(x) > (d.welfare_error[p] or 0.0)}
    if not beyond:
        return "No player's expected welfare moves by more than the computation may be off."
    changes = "; ".join(f"{player} {signed(x, '.3f')}" for player, x in beyond.items())
    within = [player for player in moved if player not in beyond]
    rest = f" Within the error, so that its sign is not known, lies that of {listed(within)}." if within else ""
    return f"Change of expected welfare at the start, as a share of the stake: {changes}.{rest}"


def _anew_line(w: WhatIf) -> str:
    if not w.made.also:
        return ""
    moved = [f"{c.path} {shown_value(c.after)} (was {shown_value(c.before)})" for c in w.made.also]
    return f"Left out of the file, and so estimated anew on the record after the changes: {', '.join(moved)}."


def _class_line(w: WhatIf) -> str:
    if not w.made.moves_class:
        return ""
    return (
        "The changes concern what the record is asked about, so it was asked anew: before and after start from "
        "different past conflicts, and there is no interval of the difference."
    )
