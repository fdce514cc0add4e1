"""What-ifs: a forecast before and after changes of a scenario, the difference, and how exact the difference is.

The record and the typical case stay those of the scenario as written, so that what is changed moves the best estimate
(`typical_cases`); only a change of the class of the conflict (`[conflict]`) asks the record anew.  The
interval of a difference is over joint draws in which record, weight and the numbers that stay are the same before and
after.  The error of a difference is what a finer belief grid may still make of it: errors that both games share cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.best_estimate import ModelDraws, best_estimate, interval_of_difference, moved
from peacetalks.forecasting.changed import departure, made_of, twins_of
from peacetalks.forecasting.draws import draw_together
from peacetalks.forecasting.jobs import require_majority_solved
from peacetalks.forecasting.outlook import checked_periods
from peacetalks.forecasting.record_view import RecordView, record_views
from peacetalks.forecasting.settings import BELIEF_POINTS, PROBABILITY_ERROR, SEED, months_shown
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.forecasting.typical import drawn_twins, typical_cases
from peacetalks.forecasting.what_if_games import Answer, Request, key_of, solve_games
from peacetalks.forecasting.what_if_values import Case, Difference, Single, WhatIf
from peacetalks.scenario.changes import by_itself
from peacetalks.scenario.scenario import check_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.typical import TypicalCase
    from peacetalks.forecasting.what_if_games import Solved
    from peacetalks.scenario.changes import Changed
    from peacetalks.scenario.scenario import Scenario


class _Draws(NamedTuple):
    """Draws of the ranges before and after the changes, and of the typical cases of both."""

    before: list[Scenario]
    after: list[Scenario]
    typical_before: list[Scenario]
    typical_after: list[Scenario]


def whatif(
    scenario: Scenario,
    change: Mapping[str, Any],
    periods: int | None = None,
    draws: int = 0,
    belief_points: int = BELIEF_POINTS,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> WhatIf:
    """Return the forecast of a scenario before and after changes, and the difference.

    Parameters
    ----------
    scenario : Scenario
    change : {key: value}
        A key is the dotted path of an entry, as in a file; a value is a number (or a range, as in a file), "on" or
        "off" for a switch, "off" for a mechanism, or "record" for a number that the record is to estimate.  A key that
        ends in * or + multiplies the scenario's number, or adds to it: `{"sides.2.war_cost*": 1.5}`.  A text such as
        "talks.walk=0.2", or a list of such, is understood too; and for a key the words that pages print for an entry.
    periods : int, optional
        Months; default 36, or the scenario's own horizon where that is shorter.
    draws : int
        How often the ranges are drawn, for the intervals; before and after with the same draws.
    belief_points : int
        Points of the belief grid per side; from 4 on the error of the grid is estimated.
    progress, jobs, answers
        As of `outlook`.

    Returns
    -------
    WhatIf
        With several changes also what each does by itself.

    Raises
    ------
    SpecError
        A key that the scenario cannot have, a value out of range, another date, or nothing that changes.
    NotSolved
        The game before or after the changes has no solution within tolerance.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> w = whatif(small, {"talks.walk": 0.2}, belief_points=2)
    >>> w.changes[0].before, w.changes[0].after, bool(w.difference.model.sel(end="peace", period=1) < 0)
    (0.05, 0.2, True)
    """
    check_scenario(scenario, "whatif")
    made = _at_its_date(made_of(scenario, change))
    singles, refused = _singles(made)
    every = {"base": made.base, "changed": made.scenario} | {name: m.scenario for name, m in singles.items()}
    periods = min(checked_periods(s, periods) for s in every.values())
    jobs = jobs_in_memory(jobs, check_sizes(every.values(), belief_points, periods, draws))
    cases = typical_cases(every, departure(made.changes))
    drawn = _drawn(made, cases, draws)
    solved = solve_games(_games(every, cases, drawn), periods, belief_points, answers, jobs, progress, required=2)
    how = {"periods": periods, "belief_points": belief_points, "draws": draws, "seed": SEED if draws else None}
    return _what_if(made, singles, refused, cases, solved, _model_draws(solved, drawn), how)


def _at_its_date(made: Changed) -> Changed:
    """Return changes; raise `SpecError` where the date is one: before and after would be about different months."""
    base, changed = made.base.as_of, made.scenario.as_of
    if changed != base:
        raise SpecError(
            f"as_of={changed}: a what-if compares forecasts of the same date, {base}. Save a forecast at each date "
            "(`peacetalks forecast --save FOLDER`) and compare the two with `peacetalks diff`"
        )
    return made


def _what_if(
    made: Changed,
    singles: Mapping[str, Changed],
    refused: tuple[Single, ...],
    cases: Mapping[str, TypicalCase],
    solved: Solved,
    draws: Mapping[str, ModelDraws],
    how: dict[str, Any],
) -> WhatIf:
    """Return the forecasts put together from the solved games, with the record."""
    months = months_shown(how["periods"])
    records = _records(made, singles, months)
    before = case_of(made.base, solved, records["base"], cases["base"], draws.get("base"))
    after = case_of(made.scenario, solved, records["changed"], cases["changed"], draws.get("changed"))
    assert before is not None
    assert after is not None
    each = tuple(
        _single(name, m, before, case_of(m.scenario, solved, records[name], cases[name], None))
        for name, m in singles.items()
    )
    return WhatIf(made, before, after, difference_of(before, after, draws), (*each, *refused), months, how)


def _games(every: Mapping[str, Scenario], cases: Mapping[str, TypicalCase], drawn: _Draws) -> list[Request]:
    """Return the games to be solved, each from that of the base; the first two are before and after the changes."""
    base = every["base"]
    whole = [Request(s, whole=True, near=base) for s in every.values()]
    twins = [Request(c.twin, whole=False) for c in cases.values() if c.twin is not None]
    return [*whole, *twins, *(Request(s, whole=False, near=base) for of in drawn for s in of)]


def _singles(made: Changed) -> tuple[dict[str, Changed], tuple[Single, ...]]:
    """Return each of several changes by itself, by name, and those that cannot be made by themselves."""
    found: dict[str, Changed] = {}
    refused = []
    for name in made.groups if len(made.groups) > 1 else ():
        try:
            found[name] = by_itself(made, name)
        except SpecError as e:
            changes = tuple(c for c in made.changes if c.path in made.groups[name])
            refused.append(Single(name, changes, None, None, f"not possible by itself: {e}"))
    return found, tuple(refused)


def _records(
    made: Changed, singles: Mapping[str, Changed], months: tuple[int, ...]
) -> dict[str, tuple[RecordView, ...]]:
    """Return what the record says, before and after the changes; it is asked anew where the class changes."""
    base = record_views(made.base, months)
    after = {"changed": made, **singles}
    return {"base": base} | {n: record_views(m.scenario, months) if m.moves_class else base for n, m in after.items()}


def _drawn(made: Changed, cases: Mapping[str, TypicalCase], draws: int) -> _Draws:
    before, after = draw_together((made.base, made.scenario), draws, SEED)
    typical = drawn_twins(made.base, cases["base"], before)
    return _Draws(before, after, typical, twins_of(made, cases["changed"], before, after))


def _model_draws(solved: Solved, drawn: _Draws) -> dict[str, ModelDraws]:
    """Return the model under the draws, before and after, where all games of a draw have a solution."""
    if not drawn.before or not drawn.typical_before or not drawn.typical_after:
        return {}
    rows = [[solved[key_of(Request(s, whole=False))] for s in of] for of in zip(*drawn, strict=True)]
    unsolved = [next(x for x in row if isinstance(x, NotSolved)) for row in rows if _unsolved(row)]
    require_majority_solved(unsolved, len(rows), "draws of the ranges")
    stacked = [np.stack([a.values for a in of]) for of in zip(*(r for r in rows if not _unsolved(r)), strict=True)]
    before, after, typical_before, typical_after = stacked
    return {"base": ModelDraws(before, typical_before), "changed": ModelDraws(after, typical_after)}


def _unsolved(row: list[Any]) -> bool:
    return any(isinstance(x, NotSolved) for x in row)


def case_of(
    s: Scenario, solved: Solved, record: tuple[RecordView, ...], case: TypicalCase, draws: ModelDraws | None
) -> Case | None:
    """Return the forecast of a variant; None where its game has no solution."""
    answer = solved[key_of(Request(s, whole=True))]
    if not isinstance(answer, Answer):
        return None
    twin = None if case.twin is None else solved[key_of(Request(case.twin, whole=False))]
    typical = case.forecast(twin if isinstance(twin, xr.DataArray) else None)
    return Case(s, answer, record, best_estimate(answer.ends, record, s.as_of, typical, draws))


def _single(key: str, made: Changed, before: Case, after: Case | None) -> Single:
    """Return what one of several changes does by itself."""
    if after is None:
        return Single(key, made.changes, None, None, "its game has no solution within tolerance")
    return Single(key, made.changes, after, difference_of(before, after, {}), "")


def difference_of(before: Case, after: Case, draws: Mapping[str, ModelDraws]) -> Difference:
    """Return the difference between two forecasts; its interval where the record's answer is the same."""
    a, b = after.answer, before.answer
    best = _minus(after.pooled.ends, before.pooled.ends)
    low, high = _interval(before, after, draws)
    of_best = None if best is None else difference_error(best, _on_finer_grid(after), _on_finer_grid(before))
    players = dict.fromkeys([*b.welfare, *a.welfare])
    return Difference(
        best=best,
        low=None if low is None or best is None else low.where(low < best, best),
        high=None if high is None or best is None else high.where(high > best, best),
        best_error=of_best,
        model=a.ends - b.ends,
        model_error=difference_error(a.ends - b.ends, a.finer, b.finer),
        terms=None if a.terms is None or b.terms is None else a.terms - b.terms,
        settled=tuple(x - y for x, y in zip(a.settled, b.settled, strict=True)),
        broken=None if a.broken is None or b.broken is None else a.broken - b.broken,
        welfare={p: a.welfare[p] - b.welfare[p] if p in a.welfare and p in b.welfare else None for p in players},
        welfare_error={p: _welfare_error(p, a, b) for p in players},
    )


def _interval(
    before: Case, after: Case, draws: Mapping[str, ModelDraws]
) -> tuple[xr.DataArray | None, xr.DataArray | None]:
    """Return the 90% interval of the difference between two best estimates, where both start from one record."""
    one, other = before.pooled, after.pooled
    if before.outside is not after.outside or one.number is None or one.typical is None or other.typical is None:
        return None, None
    first = draws.get("base") or ModelDraws.of_one(before.answer.ends, one.typical)
    second = draws.get("changed") or ModelDraws.of_one(after.answer.ends, other.typical)
    return interval_of_difference(before.outside[one.number - 1], after.answer.ends, first, second, one.weight)


def _minus(a: xr.DataArray | None, b: xr.DataArray | None) -> xr.DataArray | None:
    return None if a is None or b is None else a - b


def _on_finer_grid(case: Case) -> xr.DataArray | None:
    """Return what the best estimate may become on a finer belief grid."""
    finer = case.answer.finer
    if finer is None:
        return None
    within = finer.clip(0.0, 1.0)
    return moved(case.pooled, within / within.sum("end"))


def difference_error(difference: xr.DataArray, a: xr.DataArray | None, b: xr.DataArray | None) -> xr.DataArray | None:
    """Return how far a difference may be off, given what both forecasts may become on a finer grid."""
    finer = _minus(a, b)
    return None if finer is None else abs(finer - difference) + 2 * PROBABILITY_ERROR


def _welfare_error(player: str, a: Answer, b: Answer) -> float | None:
    """Return how far the difference in a player's welfare may be off: by the belief grid and by the solver."""
    if a.welfare_finer is None or b.welfare_finer is None or player not in a.welfare or player not in b.welfare:
        return None
    finer = a.welfare_finer[player] - b.welfare_finer[player]
    return abs(finer - (a.welfare[player] - b.welfare[player])) + a.residual + b.residual
