"""The typical case of a scenario: its twin, solved beside it, from which the model's departure is measured.

The twin has the scenario's mechanisms and values, but every number that the record identifies or describes stands at
the typical value of the scenario's class (`conflicts.twin`).  In a draw of the ranges what scenario and twin share is
drawn once: only what departs from the typical case may move the best estimate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from math import isclose
from typing import TYPE_CHECKING, NamedTuple

import xarray as xr

from peacetalks.conflicts.twin import departures, twin, typical_of
from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import EvidenceError, SpecError
from peacetalks.forecasting.answers import AnswerCache, answer_key, solve_cached
from peacetalks.forecasting.draws import EDGE, uncertain_paths
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.conflicts.twin import Departure
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.scenario.quantity import Number
    from peacetalks.scenario.scenario import Scenario

NOT_SOLVED = "The game of the typical case has no solution within tolerance: the model's departure cannot be measured."
ESTIMATED = "estimated on"  # in the source of a number that the record identifies
NEAR = 0.1  # relative difference up to which a departure is not named on a page


class DepartureWords(NamedTuple):
    """What departs from the typical case, in words."""

    what: str
    detail: str  # with the scenario's values and the typical ones
    far: bool = True  # whether some value differs by more than `NEAR`


ACCOUNT = DepartureWords("what the account changes", "what the account changes")


@dataclass(frozen=True)
class TypicalCase:
    """The twin of a scenario, and what departs from it; without a class `twin` is None, and `reason` says why."""

    twin: Scenario | None
    departures: tuple[DepartureWords, ...]
    reason: str
    name: str = ""  # the class, in words

    def forecast(self, ends: xr.DataArray | None) -> TypicalForecast:
        """Return what the model expects in this case; `ends` (period, end) is None where its game has no solution."""
        reason = "" if ends is not None else self.reason or NOT_SOLVED
        return TypicalForecast(ends, self.departures, reason, self.name)


@dataclass(frozen=True)
class TypicalForecast:
    """What the model expects in the typical case; `ends` is None where that is not known."""

    ends: xr.DataArray | None  # (period, end)
    departures: tuple[DepartureWords, ...]
    reason: str
    name: str = ""  # the class, in words


def typical_case(scenario: Scenario) -> TypicalCase:
    """Return the twin of a scenario and its departures, or why there is none."""
    try:
        return TypicalCase(twin(scenario), in_words(departures(scenario)), "", name_of(scenario))
    except (SpecError, EvidenceError) as e:
        return TypicalCase(None, (), f"The scenario has no typical case to depart from: {str(e).rstrip('.')}.")


def name_of(scenario: Scenario) -> str:
    """Return the class whose typical case a scenario's twin is, in words.

    >>> from peacetalks.conflicts.fill import load
    >>> name_of(load("sri-lanka-2002")).split(", the middle")[0]
    'civil conflict at the level of war, with a truce in force'
    """
    typical = typical_of(scenario)
    state = {"truce": ", with a truce in force", "settlement": ", with a settlement in force"}
    held = state.get(typical.conflict.state, "")
    return f"{typical.description}{held}, the middle of {typical.rows:,} conflict-years"


def in_words(found: Sequence[Departure]) -> tuple[DepartureWords, ...]:
    """Return departures in words; those of several types of a side are one."""
    groups: dict[str, list[Departure]] = {}
    for d in found:
        groups.setdefault(re.sub(r" \([^()]*\)$", "", d.words), []).append(d)
    out = []
    for what, of in groups.items():
        if isinstance(of[0].value, bool):
            out.append(DepartureWords(f"{what} {_value(of[0].value)}", str(of[0])))
        else:
            here, there = (
                " and ".join(_value(x) for x in values) for values in ([d.value for d in of], [d.typical for d in of])
            )
            far = any(not isclose(d.value, d.typical, rel_tol=NEAR) for d in of)
            out.append(DepartureWords(what, f"{what} {here} (typically {there})", far))
    return tuple(out)


def _value(x: float | bool) -> str:
    return ("open" if x else "closed") if isinstance(x, bool) else f"{x:.3g}"


def drawn_twins(scenario: Scenario, case: TypicalCase, drawn: Sequence[Scenario]) -> list[Scenario]:
    """Return the twin of each draw.

    Numbers that do not depart from the typical case take the draw's value.  Those that are estimated on the record in
    both take the draw's quantile, because one calibrated factor is uncertain in both.
    """
    if case.twin is None:
        return []
    here, there = scenario.numbers(), case.twin.numbers()
    paths = [path for path in uncertain_paths(scenario) if path in there]
    shared = [path for path in paths if there[path] == here[path]]
    estimated = [p for p in paths if p not in shared and _estimated(here[p]) and _estimated(there[p])]
    out = []
    for d in drawn:
        values = d.numbers()
        moved = {p: there[p].quantile(_share_below(here[p], float(values[p]))) for p in estimated}
        out.append(case.twin.at({p: float(values[p]) for p in shared} | moved))
    return out


def _estimated(n: Number) -> bool:
    """Return whether a number is a range that was estimated on the record."""
    return n.uncertain and ESTIMATED in (n.source or "")


def _share_below(n: Number, value: float) -> float:
    """Return the probability below a value under a number's distribution, kept from 0 and 1."""
    share = 0.5 if n.frozen is None else float(n.frozen.cdf(value))
    return min(max(share, EDGE), 1 - EDGE)


def typical_cases(variants: Mapping[str, Scenario], changed: DepartureWords = ACCOUNT) -> dict[str, TypicalCase]:
    """Return the typical case of each account of one scenario (`variants`: "base" and the accounts by name).

    It is that of the base, so that what an account changes is a departure from it; an account that puts the conflict
    into another class has a typical case of its own.  `changed` is what the departure of an account is in words.
    """
    base = variants["base"]
    case, of_base = typical_case(base), _class_of(base)
    out = {}
    for name, s in variants.items():
        if _class_of(s) != of_base:
            out[name] = typical_case(s)
        elif s is base or case.twin is None:
            out[name] = case
        else:
            out[name] = replace(case, departures=(*case.departures, changed))
    return out


def _class_of(s: Scenario) -> tuple[str | None, str | None, str | None]:
    """Return kind, intensity and state of a scenario's conflict."""
    facts = resolved(s)
    return facts.kind, facts.intensity, facts.state


def solve_typical(
    cases: Mapping[str, TypicalCase],
    dates: tuple[int, ...],
    belief_points: int,
    answers: AnswerCache | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, TypicalForecast]:
    """Return what the model expects at `dates` in the typical case of each account; each game is solved once.

    `cases` is what `typical_cases` returns; `progress` is called as `progress(done, all)` after every solve.
    """
    games = _games(cases)
    keys = [answer_key("typical", dates, belief_points, key) for key in games]
    work = partial(ends_at, dates, belief_points)
    found = solve_cached(work, list(games.values()), keys, answers, (), jobs, progress, required=0)
    ends = {key: a if isinstance(a, xr.DataArray) else None for key, a in zip(games, found, strict=True)}
    return {n: c.forecast(None if c.twin is None else ends[play_key(c.twin)]) for n, c in cases.items()}


def count_games(cases: Mapping[str, TypicalCase]) -> int:
    """Return how many games `solve_typical` solves."""
    return len(_games(cases))


def _games(cases: Mapping[str, TypicalCase]) -> dict[str, Scenario]:
    """Return the different games of typical cases by `play_key`."""
    return {play_key(c.twin): c.twin for c in cases.values() if c.twin is not None}


def ends_at(dates: tuple[int, ...], belief_points: int, s: Scenario, near: Scenario | None = None) -> xr.DataArray:
    """Solve a game, a variant of `near`, and return its outcome classes (period, end) at the dates."""
    t = trajectory(solve_scenario(s, belief_points, near=near), dates[-1])
    return ends_of(outcomes_of(t)).sel(period=list(dates))
