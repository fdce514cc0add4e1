"""Numbers that need solved games: collected first, then answered together, each variant of the scenario solved once.

A variant is an account, a draw of its ranges, or a setting of an `effect`.  Its answers may be written to a cache
(`forecasting/answers.py`) and to a file (`answer_cache.py`), and read from there the next time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.errors import NotSolved, QueryError
from peacetalks.forecasting.accuracy import finer_grid_estimate
from peacetalks.forecasting.answers import add_result, find_result
from peacetalks.forecasting.jobs import Progress, require_majority_solved, solve_all
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.questions.answer_cache import answer_key
from peacetalks.questions.evaluate import Evaluator
from peacetalks.questions.filter_record import RecordFilter, events_with_moves
from peacetalks.questions.query import pointed
from peacetalks.questions.query_tree import Loglik
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.questions.answer_cache import AnswerFile
    from peacetalks.questions.events import Acts, Record
    from peacetalks.scenario.scenario import Scenario


class Request(NamedTuple):
    """What one variant of the scenario is asked."""

    scenario: Scenario
    atoms: dict[Any, str]  # parts of queries, each with the text of its query


class Task(NamedTuple):
    """What one solve has to answer."""

    scenario: Scenario
    atoms: dict[Any, str]
    central: bool  # at central values: the error of the belief grid is estimated
    key: str  # of the answers, in the cache


class Answers(NamedTuple):
    """The numbers of one solved variant."""

    numbers: list[float]  # [atom]
    finer: list[float]  # [atom] on a finer belief grid, estimated; not a number without a coarser grid to compare with
    events: frozenset[int]  # that count in the likelihood of the record


class Batch:
    """Looks numbers up; what needs a solved game is collected first and solved once for each variant.

    Parameters
    ----------
    variants : {account: Scenario}
        The scenario under every account, "base" first.
    record, acts : optional
        What `loglik()` weighs.
    belief_points : int
    file : AnswerFile
        Answers from before; new ones are added.
    answers : AnswerCache, optional
        Looked at where the file has no answer; new ones are added to it too.
    """

    def __init__(
        self,
        variants: Mapping[str, Scenario],
        record: Record | None,
        acts: Acts | None,
        belief_points: int,
        file: AnswerFile,
        answers: AnswerCache | None = None,
    ) -> None:
        self.variants, self.base, self.record, self.acts = variants, variants["base"], record, acts
        self.belief_points, self.file, self.answers = belief_points, file, answers
        self.solves = self.reused = 0
        self.requests: dict[str, Request] = {}  # by the key of the variant
        self.unsolved: dict[str, NotSolved] = {}  # variants without a solution, by key
        self._numbers: dict[tuple[str, Any, bool], float] = {}  # (variant, atom, whether on a finer grid)
        self._central: set[str] = set()  # variants at central values
        self._keys: dict[int, tuple[Scenario, str]] = {}

    def key(self, s: Scenario) -> str:
        """Return the key of a variant, computed once for each object."""
        if id(s) not in self._keys:
            self._keys[id(s)] = (s, play_key(s))  # the scenario is held, so that no other takes its place in memory
        return self._keys[id(s)][1]

    def number(self, s: Scenario, atom: Any, text: str, central: bool, finer: bool) -> float:
        """Return the number of an atom under a variant, or with `finer` its estimate on a finer belief grid.

        Before `solve` the request is noted and the number is not known (not a number).  Raises `NotSolved` where the
        variant was found to have no solution.
        """
        key = self.key(s)
        if key in self.unsolved:
            raise self.unsolved[key]
        if central:
            self._central.add(key)
        self.requests.setdefault(key, Request(s, {})).atoms.setdefault(atom, text)
        return self._numbers.get((key, atom, finer), math.nan)

    def solve(self, progress: Progress, jobs: int = 1) -> None:
        """Solve every variant that was asked about, once, and store the numbers.

        Raises `QueryError` where the likelihood of a record is asked for and there is none, and `NotSolved` where the
        base, which decides which events count, or more than half of the variants have no solution.
        """
        record_filter, first, done = self._record_filter(), play_key(self.base), 0
        solver = TaskSolver(self.belief_points, self.base, record_filter, frozenset(), frozenset())
        if record_filter is not None:
            self.requests.setdefault(first, Request(self.base, {}))
            self._central.add(first)
            solver, done = self._solve_base(first, record_filter), 1
            progress(done, len(self.requests))
        tasks = {key: self._task(key, solver) for key in self.requests if record_filter is None or key != first}
        for key in list(tasks):
            if (known := self._cached(tasks[key])) is not None:
                self._store(key, known)
                done += 1
                del tasks[key]
                progress(done, len(self.requests))
        total, todo = len(self.requests), list(tasks.values())

        def report(n: int, _: int) -> None:
            progress(done + n, total)

        answers = solve_all(
            solver,
            todo,
            jobs,
            report,
            required=0,
            store=lambda place, found: self._write(todo[place].key, found),
            keys=[task.key for task in todo],
        )
        for key, found in zip(tasks, answers, strict=True):
            self._store(key, found)
        require_majority_solved(list(self.unsolved.values()), total, "games")

    def _solve_base(self, key: str, record_filter: RecordFilter) -> TaskSolver:
        """Answer what is asked of the base; return the solver of the others, which uses the events it can place."""
        placeable = events_with_moves(record_filter, self.variants)
        solver = TaskSolver(self.belief_points, self.base, record_filter, placeable, None)
        task = self._task(key, solver)
        found = self._cached(task)
        if found is None:
            (found,) = solve_all(solver, [task], required=0)
            self._write(task.key, found)
        if isinstance(found, NotSolved):
            raise found
        self._store(key, found)
        return TaskSolver(self.belief_points, self.base, record_filter, placeable, found.events)

    def _task(self, key: str, solver: TaskSolver) -> Task:
        """Return what is asked about a variant, with the key under which its answers are cached."""
        s, atoms = self.requests[key]
        able, use = solver.placeable, solver.used
        weighed = solver.record_filter
        record = weighed.question if weighed is not None and (able or use) else None
        events = [sorted(able), use and sorted(use)]
        central = key in self._central
        return Task(
            s,
            atoms,
            central,
            answer_key(self.belief_points, self.key(self.base), key, list(atoms), central, record, events),
        )

    def _cached(self, task: Task) -> Answers | NotSolved | None:
        """Return the answers from the file or the cache, if there are any; only those from the file are counted."""
        found = find_result(self.file, task.key, (Answers,))
        if found is not None:
            self.reused += 1
        elif self.answers is not None:
            found = find_result(self.answers, task.key, (Answers,))
        return found if isinstance(found, Answers | NotSolved) else None

    def _write(self, key: str, found: Answers | NotSolved) -> None:
        """Write answers to the file and the cache."""
        for store in (self.file, self.answers):
            if store is not None:
                add_result(store, key, found)

    def _store(self, key: str, found: Answers | NotSolved) -> None:
        """Store the numbers of a variant, or that it has no solution."""
        if isinstance(found, NotSolved):
            self.unsolved[key] = found
            return
        self.solves += 1
        for finer, numbers in ((False, found.numbers), (True, found.finer)):
            atoms = self.requests[key].atoms
            self._numbers |= {(key, atom, finer): x for atom, x in zip(atoms, numbers, strict=True)}

    def _record_filter(self) -> RecordFilter | None:
        """Return the filter of the record, where a claim asks for its likelihood."""
        for request in self.requests.values():
            for atom, text in request.atoms.items():
                if not isinstance(atom, Loglik):
                    continue
                if self.record is None or self.acts is None:
                    what = "no event record stands beside the scenario: loglik() has nothing to weigh"
                    raise QueryError(pointed(text, atom.column, what))
                return RecordFilter(self.record.check(self.base), self.acts, self.base)
        return None


@dataclass(frozen=True)
class TaskSolver:
    """Solves a variant and answers what is asked of it; may be sent to another process."""

    belief_points: int
    base: Scenario  # whose solution variants start from
    record_filter: RecordFilter | None
    placeable: frozenset[int]  # events of the record for which every account's game has a move
    used: frozenset[int] | None  # events that count; None: those of `placeable` that this variant can place

    def __call__(self, task: Task) -> Answers:
        """Return the answers to a task; raise `NotSolved` without a solution."""
        solved = solve_scenario(task.scenario, self.belief_points, refine=task.central, near=self.base)
        f, use = Filter(solved), self.used
        if use is None:
            use = self.record_filter.run(f).used & self.placeable if self.record_filter else self.placeable
        here, coarser = self._numbers(task, f, use), [math.nan] * len(task.atoms)
        if solved.coarser is not None:
            coarser = self._numbers(task, Filter(solved.coarser), use)
        finer = [finer_grid_estimate(a, b, solved) for a, b in zip(here, coarser, strict=True)]
        return Answers(here, finer, use)

    def _numbers(self, task: Task, f: Filter, use: frozenset[int]) -> list[float]:
        """Return the number [atom] of every atom asked about a solved variant."""
        evaluator, out = Evaluator(task.scenario, f.s), []
        for atom, text in task.atoms.items():
            if self.record_filter is not None and isinstance(atom, Loglik):
                out.append(self.record_filter.log_likelihood(f, use))
            else:
                out.append(evaluator.answer(atom, text))
        return out
