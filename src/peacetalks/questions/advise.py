"""What the model expects if somebody moved a lever: effects on peace, on how long it holds, and on each side's welfare.

Each lever that a scenario has (`scenario/levers.toml`) is a what-if by itself; those with the largest effects are also
moved in pairs.  The accounts of a scenario say for each lever whether its effect has the same sign under all of them.
These are expectations of a model under stated judgements, the same for every holder; nothing here is counsel.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError
from peacetalks.forecasting.changed import as_written
from peacetalks.forecasting.jobs import SolveCounter
from peacetalks.forecasting.outlook import checked_periods
from peacetalks.forecasting.record_view import record_views
from peacetalks.forecasting.settings import BELIEF_POINTS, headline_month, months_shown
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.forecasting.typical import typical_cases
from peacetalks.forecasting.what_if_forecast import case_of, difference_error, difference_of
from peacetalks.forecasting.what_if_games import Answer, Request, key_of, solve_games
from peacetalks.outcomes import PEACE
from peacetalks.questions.advise_values import Advice, Effect, Moved
from peacetalks.scenario.accounts import apply
from peacetalks.scenario.changes import with_changes
from peacetalks.scenario.levers import holder_name, levers_of
from peacetalks.scenario.scenario import check_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xarray as xr

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.typical import TypicalCase
    from peacetalks.forecasting.what_if_games import Solved
    from peacetalks.forecasting.what_if_values import Case
    from peacetalks.scenario.accounts import Account
    from peacetalks.scenario.levers import Lever
    from peacetalks.scenario.scenario import Scenario

PAIRED = 5  # levers with the largest effects, which are also moved in pairs


def advise(
    scenario: Scenario,
    holder: str | None = None,
    accounts: Iterable[Account] = (),
    periods: int | None = None,
    belief_points: int = BELIEF_POINTS,
    pairs: int = PAIRED,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> Advice:
    """Return what the model expects if the levers of a scenario were moved, one at a time and in pairs.

    Parameters
    ----------
    scenario : Scenario
    holder : str, optional
        Whose levers: "mediator", "outside", or a side by its number or label, which also holds what both sides hold
        together; default all.
    accounts : iterable of Account
        Rival interpretations of the scenario, under which the sign of each effect is compared.
    periods, belief_points, progress, jobs, answers
        As of `outlook`.
    pairs : int
        How many levers, those with the largest effects, are also moved in pairs; 0: none.

    Raises
    ------
    SpecError
        Nobody of that name holds levers, the holder has none in this scenario, or a setting is out of range.
    NotSolved
        The game of the scenario itself has no solution within tolerance.

    Notes
    -----
    Every lever is moved by a factor of 2 (`scenario/levers.toml`), so that effects compare; how far its holder can move
    it is not known to the model.  The typical case stays that of the scenario.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> found = advise(small, "mediator", belief_points=2, pairs=0)
    >>> sorted(m.levers[0].name for m in found.levers)
    ['asking-for-a-ceasefire', 'offers', 'reopening', 'staying-at-the-table']
    """
    check_scenario(scenario, "advise")
    base = as_written(scenario)
    whose = None if holder is None else holder_name(base, holder)
    levers = levers_of(base, holder)
    if not levers:
        raise SpecError(f"{base.name}: {whose or 'nobody'} holds no lever in this scenario (its mechanisms have none)")
    if pairs < 0:
        raise SpecError(f"pairs must be 0 (none) or more, got {pairs}; {PAIRED} are usual")
    how = {"periods": checked_periods(base, periods), "belief_points": belief_points}
    run = _Run(base, levers, {a.name: apply(a, base) for a in accounts}, how)
    singles, both, paired = _solved(run, min(pairs, len(levers)), progress, jobs, answers)
    how |= {"unsolved": sum(m.peace is None for m in (*singles, *both)), "paired": paired}
    return Advice(base, whose, run.month, run.before(), singles, both, tuple(run.accounts), how)


def _solved(
    run: _Run, pairs: int, progress: Progress | None, jobs: int, answers: AnswerCache | None
) -> tuple[tuple[Moved, ...], tuple[Moved, ...], int]:
    """Return each lever by itself, the `pairs` strongest in pairs, and how many those are."""
    count = SolveCounter(progress, run.games + math.comb(pairs, 2))
    run.solve([(lever,) for lever in run.levers], count, jobs, answers)
    singles = sorted((run.moved((lever,)) for lever in run.levers), key=lambda m: -m.effect)
    strongest = sorted((m for m in singles if m.peace is not None), key=lambda m: -abs(m.effect))[:pairs]
    together = [(a, b) for a, b in combinations([m.levers[0] for m in strongest], 2) if run.possible((a, b))]
    run.solve(together, count, jobs, answers)
    return tuple(singles), tuple(sorted(map(run.moved, together), key=lambda m: -m.effect)), len(strongest)


class _Run:
    """The games of one question: the scenario as it is, each lever moved, and the same under every account."""

    def __init__(
        self, base: Scenario, levers: Sequence[Lever], accounts: Mapping[str, Scenario], how: Mapping[str, Any]
    ) -> None:
        self.base, self.levers, self.accounts, self.how = base, levers, accounts, how
        self.month = headline_month(months_shown(how["periods"]))
        self.record = record_views(base, months_shown(how["periods"]))
        self.case: TypicalCase = typical_cases({"base": base})["base"]
        self.solved: Solved = {}
        self.variants: dict[tuple[str, ...], Scenario | SpecError] = {}
        self.games = 2 + len(levers) + len(accounts) * (1 + len(levers))

    def possible(self, levers: tuple[Lever, ...]) -> bool:
        """Return whether several levers move different entries."""
        keys = [key for lever in levers for key in lever.change(self.base)]
        return len(set(keys)) == len(keys)

    def solve(
        self, moves: Sequence[tuple[Lever, ...]], count: SolveCounter, jobs: int, answers: AnswerCache | None
    ) -> None:
        """Solve the scenario with levers moved, and with single ones under every account."""
        self.variants |= {_names(of): _with(self.base, of) for of in moves}
        here = [s for s in (self.variants[_names(of)] for of in moves) if not isinstance(s, SpecError)]
        requests = [Request(self.base, whole=True)]
        requests += [] if self.case.twin is None else [Request(self.case.twin, whole=False)]
        requests += [Request(s, whole=True, near=self.base) for s in here]
        requests += [r for of in moves if len(of) == 1 for r in self._under_accounts(of)]
        new = [r for r in requests if key_of(r) not in self.solved]
        points, periods = self.how["belief_points"], self.how["periods"]
        jobs = jobs_in_memory(jobs, check_sizes([r.scenario for r in requests], points, periods))
        required = 0 if self.solved else 1
        self.solved |= solve_games(new, periods, points, answers, jobs, count, required)

    def _under_accounts(self, levers: tuple[Lever, ...]) -> list[Request]:
        """Return the games of every account, as it is and with levers moved."""
        out = []
        for base in self.accounts.values():
            moved = _with(base, levers)
            out += [Request(base, whole=True)]
            out += [] if isinstance(moved, SpecError) else [Request(moved, whole=True, near=base)]
        return out

    def before(self) -> Case:
        """Return what is expected of the scenario as it is."""
        found = case_of(self.base, self.solved, self.record, self.case, None)
        assert found is not None
        return found

    def moved(self, levers: tuple[Lever, ...]) -> Moved:
        """Return what the model expects if levers are moved."""
        s = self.variants[_names(levers)]
        change = {key: value for lever in levers for key, value in lever.change(self.base).items()}
        holders = tuple(lever.holder(self.base) for lever in levers)
        if isinstance(s, SpecError):
            return _without(levers, holders, change, f"it cannot be moved so: {s}")
        after = case_of(s, self.solved, self.record, self.case, None)
        if after is None:
            return _without(levers, holders, change, "its game has no solution within tolerance")
        d = difference_of(self.before(), after, {})
        labels = [side.label for side in self.base.sides]
        return Moved(
            levers,
            holders,
            change,
            peace=_effect(d.model, d.model_error, self.month),
            best=None if d.best is None else _effect(d.best, d.best_error, self.month),
            broken=d.broken,
            settled=d.settled[list(months_shown(self.how["periods"])).index(self.month)],
            welfare={p: Effect(x, d.welfare_error[p]) for p in labels if (x := d.welfare[p]) is not None},
            by_account={n: self._under(n, levers) for n in self.accounts} if len(levers) == 1 else {},
            reason="",
        )

    def _under(self, account: str, levers: tuple[Lever, ...]) -> Effect | None:
        """Return the model's difference of peace under an account; None where it has no forecast."""
        base = self.accounts[account]
        moved = _with(base, levers)
        if isinstance(moved, SpecError):
            return None
        a, b = (self.solved[key_of(Request(s, whole=True))] for s in (moved, base))
        if not isinstance(a, Answer) or not isinstance(b, Answer):
            return None
        difference = a.ends - b.ends
        return _effect(difference, difference_error(difference, a.finer, b.finer), self.month)


def _names(levers: tuple[Lever, ...]) -> tuple[str, ...]:
    return tuple(lever.name for lever in levers)


def _with(s: Scenario, levers: tuple[Lever, ...]) -> Scenario | SpecError:
    """Return a scenario with levers moved, or why they cannot be."""
    try:
        return with_changes(s, {key: value for lever in levers for key, value in lever.change(s).items()}).scenario
    except SpecError as e:
        return e


def _without(levers: tuple[Lever, ...], holders: tuple[str, ...], change: dict[str, Any], reason: str) -> Moved:
    """Return levers for which there is no forecast."""
    return Moved(levers, holders, change, None, None, None, None, {}, {}, reason)


def _effect(difference: xr.DataArray, error: xr.DataArray | None, month: int) -> Effect | None:
    """Return the difference of peace at a month; None where it is not known."""
    value, off = (None if a is None else float(a.sel(end=PEACE, period=month)) for a in (difference, error))
    return None if value is None or math.isnan(value) else Effect(value, off)
